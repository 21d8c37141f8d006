// Every finding about a machine: one machine that has it, and one that is well, where nothing is found.

import HeartbeatModel
import Testing

@testable import HeartbeatStatus

/// A machine that is not well, and what is found there.
struct IllMachine: CustomTestStringConvertible, Sendable {
    var code: FindingCode
    var severity: FindingCode.Severity
    var change: @Sendable (inout MachineFacts, inout Configuration) -> Void

    var testDescription: String { "\(code.rawValue), \(severity.rawValue)" }

    init(
        _ code: FindingCode, _ severity: FindingCode.Severity,
        _ change: @escaping @Sendable (inout MachineFacts, inout Configuration) -> Void
    ) {
        self.code = code
        self.severity = severity
        self.change = change
    }

    /// Of a node with two networks, a serial line, an address and a service.
    static var configuration: Configuration {
        let address = IPAddress("192.168.77.100").map { ServiceAddress($0, text: "192.168.77.100", prefixLength: 24) }
        return Configuration(
            nodes: [NodeName("gw-a"), NodeName("gw-b")],
            media: [
                .broadcast(interface: "eth0", port: 694), .serial(device: "/dev/ttyS0", baud: 19200),
                .multicast(interface: "eth1", group: "225.0.0.1", port: 695, ttl: 1, loopback: false),
            ],
            groups: [
                ResourceGroup(
                    preferredNode: NodeName("gw-a"),
                    resources: [
                        Resource(
                            word: "192.168.77.100/24", scriptName: "IPaddr", arguments: ["192.168.77.100/24"],
                            address: address), Resource(word: "ipsec", scriptName: "ipsec", arguments: []),
                    ], line: 1)
            ])
    }

    static var well: MachineFacts {
        var facts = MachineFacts()
        facts.daemon = .init(name: "heartbeat", pid: 100)
        facts.interfaces = ["eth0", "eth1", "eth2"].map { .init(name: $0, isUp: true, hasCarrier: true) }
        facts.sockets = [694, 695].map { .init(port: $0, user: 0, holder: .init(name: "heartbeat", pid: 100)) }
        facts.devices = [.init(path: "/dev/ttyS0")]
        facts.units = [.init(name: "strongswan-starter.service", resource: "ipsec", startsItself: false)]
        facts.rights = .init(locksMemory: true, priority: 99)
        facts.kernel = "6.1.0-18-amd64"
        facts.guardian = .init(path: "/usr/libexec/heartbeat/hb_guardian", isExecutable: true)
        return facts
    }

    var findings: [Finding] {
        var (facts, configuration) = (Self.well, Self.configuration)
        change(&facts, &configuration)
        return MachineCheck(facts, for: configuration).findings
    }

    private static func doubt(_ path: String, isGrave: Bool) -> MachineFacts.Doubt {
        .init(path: path, component: path, text: "everybody may write to \(path); chmod o-w \(path)", isGrave: isGrave)
    }

    static let all: [IllMachine] = [
        IllMachine(.fileNotTrusted, .error) { facts, _ in
            facts.fileDoubts = [doubt("/etc/ha.d/ha.cf", isGrave: true)]
        },
        IllMachine(.fileNotTrusted, .warning) { facts, _ in
            facts.fileDoubts = [doubt("/etc/ha.d/ha.cf", isGrave: false)]
        },
        IllMachine(.hookNotTrusted, .warning) { facts, _ in
            facts.hookDoubts = [doubt("/etc/ha.d/rc.d/status", isGrave: true)]
        },
        IllMachine(.groupMissing, .warning) { facts, _ in facts.hasClientGroup = false },
        IllMachine(.interfaceDown, .warning) { facts, _ in
            facts.interfaces[0] = .init(name: "eth0", isUp: false, hasCarrier: false)
        },
        IllMachine(.noCarrier, .warning) { facts, _ in facts.interfaces[1].hasCarrier = false },
        IllMachine(.udpPortTaken, .error) { facts, _ in facts.sockets[0].holder = .init(name: "netcat", pid: 7) },
        IllMachine(.udpPortTaken, .error) { facts, _ in
            facts.daemon = nil
            facts.sockets = [.init(port: 695, user: 1000, holder: nil)]
        },
        IllMachine(.serialTaken, .warning) { facts, _ in facts.devices[0].holder = .init(name: "agetty", pid: 7) },
        IllMachine(.serialNotPermitted, .error) { facts, _ in
            facts.devices[0].refusal = "cannot open serial /dev/ttyS0: Permission denied; run as root"
        },
        IllMachine(.unitStartsItself, .warning) { facts, _ in facts.units[0].startsItself = true },
        IllMachine(.memoryNotLocked, .warning) { facts, _ in facts.rights?.locksMemory = false },
        IllMachine(.notRealtime, .warning) { facts, configuration in
            facts.rights?.priority = 10
            configuration.realtime.priority = 11
        },
        IllMachine(.kernelTooOld, .warning) { facts, _ in facts.kernel = "5.7.19" },
        IllMachine(.kernelTooOld, .error) { facts, configuration in
            facts.kernel = "4.19.0-26-amd64"
            configuration.lease = .required
        },
        IllMachine(.kernelWithoutMarks, .note) { facts, _ in facts.kernel = "5.10.0-33-amd64" },
        IllMachine(.guardianMissing, .warning) { facts, _ in facts.guardian?.isExecutable = false },
        IllMachine(.notRoot, .note) { facts, _ in facts.isRoot = false },
    ]
}

@Suite struct MachineCheckTests {
    private func findings(_ change: (inout MachineFacts, inout Configuration) -> Void) -> [Finding] {
        var (facts, configuration) = (IllMachine.well, IllMachine.configuration)
        change(&facts, &configuration)
        return MachineCheck(facts, for: configuration).findings
    }

    @Test func `on a machine that is well nothing is found`() {
        #expect(findings { _, _ in } == [])
    }

    @Test(arguments: IllMachine.all) func `what is wrong is found, and nothing else`(machine: IllMachine) {
        #expect(machine.findings.map(\.code) == [machine.code])
        #expect(machine.findings.map(\.severity) == [machine.severity])
    }

    @Test func `without the files only what needs none of them is looked at`() {
        var facts = MachineFacts()
        facts.hasClientGroup = false
        facts.interfaces = [.init(name: "eth0", isUp: false, hasCarrier: false)]
        facts.kernel = "4.19.0"
        #expect(MachineCheck(facts, for: nil).findings.map(\.code) == [.groupMissing])
    }

    // MARK: - What is right as it is

    @Test func `what may be missing is not missed`() {
        #expect(
            findings { facts, configuration in
                configuration.interfaces = [InterfaceRule(interface: "eth1", isOptional: true)]
                facts.interfaces[1].hasCarrier = false
            } == [])
    }

    @Test func `what was switched off is not asked for`() {
        #expect(
            findings { facts, configuration in
                (configuration.realtime.isEnabled, configuration.hasGuardian, configuration.lease) = (
                    false, false, .off
                )
                facts.rights = .init(locksMemory: false, priority: 0)
                facts.guardian?.isExecutable = false
                facts.kernel = "5.4.0"
                // Of this kernel only what addresses miss is left to say.
                configuration.groups = []
            } == [])
    }

    @Test func `a port whose holder cannot be seen may be the daemon's`() {
        #expect(findings { facts, _ in facts.sockets[0].holder = nil } == [])
        // An original has a process for each medium.
        #expect(findings { facts, _ in facts.sockets[0].holder = .init(name: "heartbeat", pid: 101) } == [])
        #expect(findings { facts, _ in facts.sockets.append(.init(port: 53, user: 5, holder: nil)) } == [])
    }

    @Test func `a directory that everybody may write to is one finding`() {
        let found = findings { facts, _ in
            facts.fileDoubts = ["/etc/ha.d/ha.cf", "/etc/ha.d/haresources"].map {
                .init(path: $0, component: "/etc/ha.d", text: "everybody may write to /etc/ha.d", isGrave: true)
            }
        }
        #expect(found.map(\.object.name) == ["/etc/ha.d/ha.cf"])
    }

    // MARK: - What is looked for

    @Test func `ports are those that the daemon binds, each once`() {
        var configuration = IllMachine.configuration
        configuration.media.append(.unicast(interface: "eth1", peer: "10.0.0.2", port: 694))
        configuration.echoPort = 7
        #expect(configuration.boundPorts.map(\.port) == [694, 695, 7])
        #expect(configuration.boundPorts.map(\.directive) == ["udpport", "mcast", "udp_echo"])
    }

    @Test(arguments: [
        ("systemd", ["nginx"], ["nginx.service"]), ("systemd", ["srv-data.mount"], ["srv-data.mount"]),
        ("ipsec", [], ["strongswan-starter.service", "strongswan.service", "ipsec.service"]),
        ("zebra", [], ["zebra.service", "frr.service"]), ("postfix", [], ["postfix.service"]),
        ("systemd", ["--now"], []), ("systemd", ["a b"], []), ("systemd", [], []),
    ])
    func `units are looked for under the names that a script has`(name: String, words: [String], units: [String]) {
        var configuration = IllMachine.configuration
        configuration.groups = [
            ResourceGroup(
                preferredNode: NodeName("gw-a"),
                resources: [Resource(word: "word", scriptName: name, arguments: words)], line: 1)
        ]
        #expect(configuration.resourceUnits.map(\.unit) == units)
    }

    @Test func `numbers of kernels are compared as numbers`() {
        #expect(KernelRelease("5.10.0-33-amd64").map { $0 > .holdsLease && $0 < .keepsMarks } == true)
        #expect(KernelRelease("6.12-rc1").map { $0 > .keepsMarks } == true)
        #expect(KernelRelease("") == nil && KernelRelease("six") == nil && KernelRelease("6") == nil)
    }
}
