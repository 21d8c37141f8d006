// hb_gateway where nothing is broken: who serves, in which order a host leaves, several services, and hosts that come and go.

import Glibc
import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `of three hosts that start together the best one serves, and the uplinks of the others are down`() throws
    {
        try GatewayScene.play(.init(isInOrder: false)) { scene in
            let raised = try scene.raisedUplinks()
            #expect(raised == [0])
            let services = scene.lab.hosts.map { Files.names(in: $0.servicesDirectory) }
            #expect(services == [["fw-worker"], [], []])
        }
    }

    @Test func `a host that is asked to end gives away what it has, the clients first, and the next one serves`() throws
    {
        try GatewayScene.play { scene in
            let start = Moment.now()
            #expect(scene.programs[0].end() == 0)
            try scene.waitForOwner(1)
            #expect(scene.programs[0].says("Stops serving: it was asked to"))
            try scene.expectOrderOfLeaving(0, since: start)
            try scene.tellOutage(since: start, "ended in order")
        }
    }

    @Test func `programs of gateway.d go before what is built in, in the order of leaving`() throws {
        let steps: [GatewayProcedure] = [.releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService]
        var opening = GatewayScene.Opening()
        opening.prepare = { scene in
            let (host, program) = (scene.lab.hosts[0], scene.programs[0])
            let deeds = [
                #"ip address del "$HA_DOWN_ROVING" dev "$HA_DOWN_INTERFACE""#,
                #"ip address del "$HA_UP_ROVING" dev "$HA_UP_INTERFACE""#,
                #"ip link set dev "$HA_UP_INTERFACE" down"#,
                "'\(host.configDirectory)/resource.d/fw-worker' stop",
            ]
            for (step, deed) in zip(steps, deeds) {
                let words = "$HA_PROCEDURE $HA_GATEWAY $HA_NODE $HA_PRIORITY"
                try program.hook(step, "echo \"\(words)\" >>'\(host.directory)/steps'\n\(deed) 2>&1\nexit 0")
            }
        }
        try GatewayScene.play(opening) { scene in
            #expect(scene.programs[0].end() == 0)
            let lines = Files.read("\(scene.lab.hosts[0].directory)/steps").split(separator: "\n").map(String.init)
            // Before it began it has given away what an earlier run might have left, in the same order.
            #expect(lines.suffix(4) == steps.map { "\($0.rawValue) fw gwa 100" }[...])
            #expect(lines.prefix(4) == lines.suffix(4))
            try scene.waitForOwner(1)
        }
    }

    @Test func `a program of gateway.d that cannot be run is refused by name before anything starts`() throws {
        try GatewayScene.play(.init(hosts: 2)) { scene in
            let program = scene.programs[1]
            #expect(program.end() == 0)
            try program.hook(.uplinkCheck, "exit 0")
            let path = "\(program.host.configDirectory)/gateway.d/uplinkCheck"
            for (mode, words) in [(0o644, "is not executable; chmod 755 \(path)"), (0o777, "everybody may write to")] {
                chmod(path, mode_t(mode))
                for answer in [try program.ask("--check"), try program.ask()] {
                    #expect(answer.code == 6 && answer.output.contains("\(path): stands in place of uplinkCheck"))
                    #expect(answer.output.contains(words), "\(answer.output)")
                }
                // It keeps nothing from being given away.
                #expect(try program.ask("--release").code == 0)
            }
            chmod(path, 0o755)
            #expect(try program.ask("--check").code == 0)
        }
    }

    @Test func `what a killed program has left is given away by --release`() throws {
        // Nobody looks after it until then, and another host may be as fast.
        try GatewayScene.play(.init(maySplit: true)) { scene in
            let host = scene.lab.hosts[0]
            try host.killProcesses()
            let release = try scene.programs[0].ask("--release")
            #expect(release.code == 0, "\(release.output)")
            let history = try scene.lab.history()
            for side in GatewaySide.allCases {
                #expect(!history.holdersNow(of: GatewayNetwork.first.roving(on: side)).contains(0))
            }
            #expect(!history.isUp(GatewayNetwork.first.uplink, on: 0))
            #expect(Files.names(in: host.servicesDirectory).isEmpty)
            try scene.waitForOwner(1)
        }
    }

    @Test func `two services are served by another host each, and one of them moves alone`() throws {
        var opening = GatewayScene.Opening()
        opening.services = { _ in
            [
                GatewayService(hosts: [0, 1, 2]),
                GatewayService(name: "vpn", network: .second, hosts: [1, 2, 0]),
            ]
        }
        try GatewayScene.play(opening) { scene in
            try scene.wait(for: "gwb to serve the second service") { try scene.owner(of: .second) == 1 }
            try scene.wait(for: "one uplink to be up") { try scene.raisedUplinks(of: .second) == [1] }
            #expect(try scene.raisedUplinks() == [0])
            #expect(scene.programs[1].log.contains("vpn: Serves"))
            let moves = try scene.moves()
            scene.lab.hosts[1].breakService("vpn-worker")
            try scene.wait(for: "gwc to serve the second service") { try scene.owner(of: .second) == 2 }
            #expect(try scene.moves() == moves, "the first service has moved, too")
            #expect(try scene.problems(with: .second).isEmpty)
        }
    }

    @Test func `of two services the second goes to the host that serves nothing, and stays when the first one moves`()
        throws
    {
        var opening = GatewayScene.Opening()
        opening.services = { _ in
            [
                GatewayService(hosts: [0, 1, 2], further: ["spread 15"]),
                GatewayService(name: "vpn", network: .second, hosts: [1, 2, 0], further: ["spread 15"]),
            ]
        }
        try GatewayScene.play(opening) { scene in
            try scene.wait(for: "gwb to serve the second service") { try scene.owner(of: .second) == 1 }
            try scene.wait(for: 1, toSay: "Counts as priority 75, 15 less than it has, because it has vpn")
            for host in [0, 2] {
                try scene.wait(for: "\(scene.name(host)) to know that") {
                    try scene.programs[host].ask("--show").output.contains("fw: gwb, priority 75, is a backup")
                }
            }
            let vpn = { try scene.lab.history().holders(of: GatewayNetwork.second.roving(on: .down)).count }
            let moves = try vpn()
            // gwc, which has 80.
            let mark = scene.programs[2].mark
            try scene.lab.powerOff(scene.lab.hosts[0])
            try scene.waitForOwner(2)
            // And back to the best one, which serves nothing either.
            try scene.lab.powerOn(scene.lab.hosts[0])
            try scene.programs[0].start()
            try scene.waitForOwner(0)
            try scene.wait(for: 2, toSay: "Backup: gwa serves", since: mark)
            #expect(try vpn() == moves && scene.owner(of: .second) == 1, "the second service has moved, too")
            #expect(try scene.problems(with: .second).isEmpty)
        }
    }

    @Test func `a host that is not well by its own word serves only where nobody else can`() throws {
        var opening = GatewayScene.Opening()
        opening.prepare = { scene in
            // What takes longer than localSvcCheck may is as bad as a no.
            try scene.programs[1].hook(named: "hostHealth", "echo the disk is full\nexec sleep 20")
        }
        try GatewayScene.play(opening) { scene in
            try scene.wait(for: 1, toSay: "Counts as priority 1, 89 less than it has, because hostHealth has failed")
            #expect(scene.programs[1].says("hostHealth: the disk is full"))
            #expect(try scene.programs[1].ask("--check").output.contains("fw: hostHealth within 0.6 s: "))
            for host in [0, 2] {
                try scene.wait(for: "\(scene.name(host)) to know that") {
                    try scene.programs[host].ask("--show").output.contains("fw: gwb, priority 1, is a backup")
                }
            }
            try scene.lab.powerOff(scene.lab.hosts[0])
            try scene.waitForOwner(2)
            try scene.lab.powerOff(scene.lab.hosts[2])
            try scene.waitForOwner(1)
        }
    }

    @Test func `a fourth host that only it knows of joins, and leaves`() throws {
        var opening = GatewayScene.Opening(hosts: 4, running: [0, 1, 2])
        opening.services = { number in [GatewayService(hosts: number == 3 ? [0, 1, 2, 3] : [0, 1, 2])] }
        try GatewayScene.play(opening) { scene in
            let moves = try scene.moves()
            try scene.lab.powerOn(scene.lab.hosts[3])
            try scene.programs[3].start()
            try scene.wait(for: 0, toSay: "gwd is a backup now, with priority 70")
            try scene.wait(for: 3, toSay: "Backup: gwa serves")
            // It was meant to, or was forgotten in the other files.
            let line = "write \"host gwd 10.0.0.5 203.0.113.5 priority=70\""
            #expect(scene.programs[0].count("gwd is in no host line of this host's file") == 1)
            #expect(scene.programs[0].log.contains(line))
            #expect(scene.programs[3].end() == 0)
            try scene.wait(for: 0, toSay: "gwd has not asked for")
            #expect(try scene.moves() == moves)
            #expect(try scene.rises(of: 3) == 0)
        }
    }
}

extension GatewayScene {
    /// The clients first, then the other side, then the uplink, and last the service that all of it was for.
    func expectOrderOfLeaving(_ host: Int, since start: Moment) throws {
        let history = try lab.history()
        let network = GatewayNetwork.first
        let moments = [
            history.first(host, since: start) { $0 == .address(network.roving(on: .down), isThere: false) },
            history.first(host, since: start) { $0 == .address(network.roving(on: .up), isThere: false) },
            history.first(host, since: start) { news in
                guard case .link(network.uplink, isUp: false, _) = news else { return false }
                return true
            },
            // The script's clock counts hundredths of a second, and this one may have been over in a moment.
            lab.scripts().last { $0.record.node == name(host) && $0.record.verb == "stop" }
                .map { $0.at + .milliseconds(10) },
        ]
        #expect(!moments.contains(nil), "\(moments)")
        let known = moments.compactMap(\.self)
        #expect(known == known.sorted(), "\(known.map { $0 - start })")
    }
}
