// What stands behind the procedures of a host: programs of its owner that hang or are killed, all twelve replaced, and what the built-in
// ones ask and switch.

import Glibc
import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `programs may stand in place of all procedures, and one that hangs or is killed says no`() throws {
        var opening = GatewayScene.Opening(hosts: 2)
        opening.prepare = { scene in
            try scene.replaceEverything(on: 0)
            try scene.programs[1].hook(.remoteSvcCheck, scene.waywardCheck)
        }
        try GatewayScene.play(opening) { scene in
            try scene.expectAllWereCalled(on: 0)
            for manner in ["hang", "die", "refuse"] { try scene.expectNo(of: manner) }
            try scene.expectRouteWhileServing(1, instead: 0)
            try scene.expectAnybodyIsEnough(for: 1)
            // It has left, then.
            try scene.wait(for: "the default route to go") { try scene.defaultRoute(of: 1).isEmpty }
        }
    }

    @Test func `an uplink may be an address alone, or a driver that brings its interface and takes it away`() throws {
        var garage: NetworkNamespace?
        defer { garage?.remove() }
        var opening = GatewayScene.Opening(hosts: 2, wrapped: [1])
        opening.services = { number in
            [GatewayService(hosts: [0, 1], further: [number == 0 ? "uplink addresses" : "uplink module=labnic"])]
        }
        opening.prepare = { scene in
            let space = try NetworkNamespace.make(scene.lab.run("garage"))
            garage = space
            try scene.makeDriver(of: 1, in: space)
        }
        try GatewayScene.play(opening) { scene in
            #expect(try scene.upstreamAddresses(of: 0)?.contains("203.0.113.2/28") == true)
            #expect(try scene.upstreamAddresses(of: 1) == nil, "there is an interface without its driver")
            #expect(scene.programs[0].end() == 0)
            try scene.wait(for: "gwb to serve") { try scene.owner() == 1 }
            let station = scene.lab.hosts[1].station()
            try scene.wait(for: "gwb to serve the client") {
                scene.probe.isServed(by: station, for: .milliseconds(300))
            }
            #expect(try scene.upstreamAddresses(of: 1)?.contains("203.0.113.3/28") == true)
            #expect(try scene.upstreamAddresses(of: 0) == "")
            #expect(try scene.lab.history().isUp(GatewayNetwork.first.uplink, on: 0), "the link has gone, too")
            #expect(scene.programs[1].end() == 0)
            #expect(try scene.upstreamAddresses(of: 1) == nil, "the driver is still there")
        }
    }
}

// MARK: - Programs in place of procedures

extension GatewayScene {
    /// What every program is told on a host.
    private func surroundings(of host: Int) -> String {
        "fw \(name(host)) \(100 - 10 * host) 203.0.113.6 down0 \(own(host, .down)) 10.0.0.1/24 up0 \(own(host, .up)) 203.0.113.1/28"
    }

    private func steps(of host: Int) -> String { "\(lab.hosts[host].directory)/steps" }

    /// Programs for all twelve that do the deed, and say what they were told. That of the service itself goes before that of all.
    fileprivate func replaceEverything(on host: Int) throws {
        let words = """
            $HA_PROCEDURE $HA_GATEWAY $HA_NODE $HA_PRIORITY $HA_NEXT_HOP $HA_DOWN_INTERFACE $HA_DOWN_OWN $HA_DOWN_ROVING \
            $HA_UP_INTERFACE $HA_UP_OWN $HA_UP_ROVING
            """
        for procedure in GatewayProcedure.allCases {
            let lines = "echo \"\(words)\" >>'\(steps(of: host))'\n\(deed(procedure, on: host))"
            try programs[host].hook(procedure, of: procedure == .uplinkCheck ? "fw" : nil, lines)
        }
        try programs[host].hook(.uplinkCheck, "exit 1")
    }

    private func deed(_ procedure: GatewayProcedure, on host: Int) -> String {
        let script = "'\(lab.hosts[host].configDirectory)/resource.d/fw-worker'"
        return switch procedure {
        case .downlinkCheck, .uplinkCheck: "exit 0"
        // It is asked once, when nobody serves.
        case .remoteSvcCheck: "exit 1"
        case .localSvcCheck: #"ip -o address show dev "$HA_DOWN_INTERFACE" | grep -qF "$HA_DOWN_ROVING""#
        case .activateUplink:
            #"ip link set dev "$HA_UP_INTERFACE" up && ip address replace "$HA_UP_OWN/28" dev "$HA_UP_INTERFACE""#
        case .deactivateUplink:
            #"ip address flush dev "$HA_UP_INTERFACE"; ip link set dev "$HA_UP_INTERFACE" down"#
        case .activateService: "\(script) start"
        case .deactivateService: "\(script) stop"
        case .takeoverDownstream: #"ip address replace "$HA_DOWN_ROVING" dev "$HA_DOWN_INTERFACE""#
        case .releaseDownstream: #"ip address del "$HA_DOWN_ROVING" dev "$HA_DOWN_INTERFACE" 2>/dev/null; exit 0"#
        case .takeoverUpstream:
            #"ip address replace "$HA_UP_ROVING" dev "$HA_UP_INTERFACE" && ip route replace default via "$HA_NEXT_HOP""#
        case .releaseUpstream:
            #"ip route del default 2>/dev/null; ip address del "$HA_UP_ROVING" dev "$HA_UP_INTERFACE" 2>/dev/null; exit 0"#
        }
    }

    fileprivate func expectAllWereCalled(on host: Int) throws {
        let called = { Files.read(steps(of: host)).split(separator: "\n").map(String.init) }
        try wait(for: "all procedures to be called") {
            Set(called().compactMap { $0.split(separator: " ").first.map(String.init) })
                == Set(GatewayProcedure.allCases.map(\.rawValue))
        }
        let told = surroundings(of: host)
        for line in called() { #expect(line.hasSuffix(" \(told)"), "\(line)") }
        let check = try programs[host].ask("--check").output
        #expect(check.contains("gateway.d/fw/uplinkCheck\n") && check.contains("gateway.d/downlinkCheck\n"))
    }

    // MARK: - A check that does not end

    private static let doze = 86397

    private var manner: String { "\(lab.hosts[1].directory)/manner" }

    /// A remoteSvcCheck that misbehaves once in the manner that a file names.
    fileprivate var waywardCheck: String {
        """
        [ -e '\(manner)' ] || exit 0
        read -r manner <'\(manner)'
        rm '\(manner)'
        case $manner in
        hang) sleep \(Self.doze) ;;
        die) kill -KILL $$ ;;
        refuse) trap '' TERM; sleep \(Self.doze) & wait ;;
        esac
        exit 0
        """
    }

    /// It counts as a no, the host in service denies, and nothing of the program is left.
    fileprivate func expectNo(of manner: String) throws {
        let mark = programs[1].mark
        try Files.write("\(manner)\n", to: self.manner)
        try wait(for: 1, toSay: "Wants to take over: remoteSvcCheck does not see the service", since: mark)
        try wait(for: 1, toSay: "gwa says no on the down side: this host stays a backup", since: mark)
        #expect(!Files.names(in: lab.hosts[1].directory).contains("manner"))
        try wait(for: "the program to be gone that was to \(manner)") {
            !lab.hosts[1].processes.contains { Files.read("/proc/\($0)/cmdline").contains("\(Self.doze)") }
        }
        #expect(try rises(of: 1) == 0)
    }
}

// MARK: - What is built in

extension GatewayScene {
    fileprivate func defaultRoute(of host: Int) throws -> String {
        try lab.hosts[host].run(["ip", "route", "show", "default"]).output
    }

    /// Ends the host in service, so that another one has the default route, which it had not.
    fileprivate func expectRouteWhileServing(_ host: Int, instead other: Int) throws {
        #expect(try defaultRoute(of: host) == "")
        #expect(programs[other].end() == 0)
        try waitForOwner(host)
        let route = try defaultRoute(of: host)
        for part in ["default via 203.0.113.6 dev up0 ", "proto 72 ", "src 203.0.113.1 "] {
            #expect(route.contains(part), "\(route)")
        }
    }

    /// Whoever answers everybody's echo request shows that the downlink works; this host's own answer does not.
    fileprivate func expectAnybodyIsEnough(for host: Int) throws {
        for namespace in [lab.client, lab.hosts[host].namespace] {
            try namespace.set("net/ipv4/icmp_echo_ignore_broadcasts", to: "0")
        }
        for other in lab.hosts where other.number != host { try lab.powerOff(other) }
        try lab.lose([.cable(.witness, .down)])
        let mark = programs[host].mark
        // Some checks.
        try Interruption.pause(.seconds(2))
        #expect(!programs[host].says("Stops serving", since: mark))
        try lab.lose([.cable(.witness, .down), .cable(.client, .down)])
        try wait(for: host, toSay: "downlinkCheck: nobody answers on down0, neither 10.0.0.20", since: mark)
        try wait(for: host, toSay: "Stops serving: downlinkCheck has failed", since: mark)
    }

    /// What addresses a host has upstream; `nil` where there is no such interface.
    fileprivate func upstreamAddresses(of host: Int) throws -> String? {
        let answer = try lab.hosts[host].run(["ip", "-o", "-4", "address", "show", "dev", "up0"])
        return answer.code == 0 ? answer.output : nil
    }

    /// A driver that brings the upstream interface from another namespace and takes it there. Only this host's program sees it.
    fileprivate func makeDriver(of host: Int, in garage: NetworkNamespace) throws {
        let host = lab.hosts[host]
        let stub = "\(host.directory)/modprobe"
        try Files.write(
            """
            #!/bin/sh
            case $* in
            '-- labnic') ip link show dev up0 >/dev/null 2>&1 || ip -n \(garage.name) link set dev up0 netns \(host.namespace.name) ;;
            '-r -- labnic') ! ip link show dev up0 >/dev/null 2>&1 || ip link set dev up0 netns \(garage.name) ;;
            *) exit 1 ;;
            esac

            """, to: stub, mode: 0o755)
        try Files.write(
            "#!/bin/sh\nmount --bind '\(stub)' /sbin/modprobe && exec '\(Self.program)' \"$@\"\n",
            to: Self.wrapper(of: host), mode: 0o755)
    }
}
