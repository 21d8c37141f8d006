// A gateway with two providers, each in a network namespace. Behind each provider's first router is the core, where the hosts are that
// probes ask and that everybody speaks with. It builds and breaks; what is right is judged elsewhere.
//
//   server 10.0.0.10 ┐              ┌ dsl1 198.51.100.2 ── isp1 ┐
//                    ├ 10.0.0.1 gw ─┤                           ├─ core 192.0.2.1, .2, .3 (targets), .100 (a host)
//   ws    10.0.0.100 ┘              └ dsl2 203.0.113.2  ── isp2 ┘

/// A gateway with two lines and everything around it.
package final class TwoLines {
    package enum Host: String, CaseIterable, Sendable {
        case gateway = "gw"
        case server
        case workstation = "ws"
        case isp1
        case isp2
        case core
    }

    package enum Line: String, CaseIterable, Sendable {
        case dsl1
        case dsl2

        package var provider: Host { self == .dsl1 ? .isp1 : .isp2 }
        package var other: Line { self == .dsl1 ? .dsl2 : .dsl1 }
        /// The first three parts of its network, in which the gateway has `.2` and the provider `.1`.
        package var network: String { self == .dsl1 ? "198.51.100" : "203.0.113" }
        package var gateway: String { "\(network).1" }
        package var address: String { "\(network).2" }
    }

    /// What a provider counts.
    package enum Counter: String, CaseIterable, Sendable {
        /// Packets that come over the line with an address that is not of it.
        case wrong
        /// Datagrams of each host's flow.
        case server
        case workstation = "ws"
    }

    package static let targets = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    package static let speaker = "192.0.2.100"

    /// Where files are.
    package let directory: String
    private let name: RunName

    /// Makes everything, with packets forwarded. Throws when it cannot be made; nothing is left then.
    package init(prefix: String) throws {
        name = RunName(prefix: prefix)
        directory = name.directory
        do {
            try Files.makeDirectory(directory)
            for host in Host.allCases { _ = try NetworkNamespace.make(namespace(host).name) }
            try makeInside()
            try makeOutside()
            for host in [Host.gateway, .isp1, .isp2] { try forward(host, true) }
            // A default route that probes of the first line must not follow.
            try configure(.gateway, ["route add default via \(Line.dsl2.gateway) metric 100"])
        } catch {
            close()
            throw error
        }
    }

    /// Takes everything away, with what runs there.
    package func close() {
        for host in Host.allCases { namespace(host).remove() }
        Files.remove(directory)
    }

    private func makeInside() throws {
        try connect(.gateway, "lan0", .server, "eth0")
        try connect(.gateway, "lan1", .workstation, "eth0")
        try configure(
            .gateway,
            [
                "link add br0 type bridge", "link set br0 up", "address add 10.0.0.1/24 dev br0",
                "link set lan0 master br0", "link set lan1 master br0",
            ])
        for host in [Host.server, .workstation] {
            try configure(
                host, ["address add \(Self.address(of: host))/24 dev eth0", "route add default via 10.0.0.1"])
        }
    }

    private func makeOutside() throws {
        try configure(.core, (Self.targets + [Self.speaker]).map { "address add \($0)/32 dev lo" })
        for (number, line) in Line.allCases.enumerated() {
            try plug(line)
            try connect(line.provider, "wan", .core, line.provider.rawValue)
            try configure(
                line.provider,
                ["address add 10.9.\(number).2/30 dev wan", "route add default via 10.9.\(number).1"])
            try configure(
                .core,
                [
                    "address add 10.9.\(number).1/30 dev \(line.provider.rawValue)",
                    "route add \(line.network).0/24 via 10.9.\(number).2",
                ])
            try filter(line.provider, Self.counters(of: line))
        }
    }

    // MARK: - Hosts

    package func namespace(_ host: Host) -> NetworkNamespace { NetworkNamespace(name: name(host.rawValue)) }

    package static func address(of host: Host) -> String { host == .server ? "10.0.0.10" : "10.0.0.100" }

    /// Runs lines of `ip` on a host.
    package func configure(_ host: Host, _ lines: [String]) throws { try namespace(host).configure(lines) }

    /// Runs a program on a host, which must succeed.
    @discardableResult
    package func run(_ host: Host, _ words: [String]) throws -> String {
        try Command.succeed(inside(host) + words)
    }

    /// Runs a program on a host; returns what it said.
    package func attempt(_ host: Host, _ words: [String]) -> String { Command.attempt(inside(host) + words) }

    /// What to put in front of a program's words for it to run there.
    package func inside(_ host: Host) -> [String] { namespace(host).inside }

    /// Rules for nftables on a host.
    package func filter(_ host: Host, _ rules: String) throws {
        try Command.succeed(inside(host) + ["nft", "-f", "-"], input: rules)
    }

    private func connect(_ one: Host, _ interface: String, _ other: Host, _ otherInterface: String) throws {
        try configure(
            one,
            [
                "link add \(interface) type veth peer name \(otherInterface) netns \(namespace(other).name)",
                "link set \(interface) up",
            ])
        try configure(other, ["link set \(otherInterface) up"])
    }

    // MARK: - Lines

    /// Makes the interface of a line, with the address `.2`, or another.
    package func plug(_ line: Line, host: Int = 2) throws {
        try connect(.gateway, line.rawValue, line.provider, "line")
        try configure(.gateway, ["address add \(line.network).\(host)/24 dev \(line.rawValue)"])
        try configure(line.provider, ["address add \(line.gateway)/24 dev line"])
    }

    package func unplug(_ line: Line) throws { try configure(.gateway, ["link del \(line.rawValue)"]) }

    /// Takes the carrier of a line, or gives it back; the interface stays.
    package func carry(_ line: Line, _ isOn: Bool) throws {
        try configure(line.provider, ["link set line \(isOn ? "up" : "down")"])
    }

    /// Whether a host passes packets on; its own addresses answer all the same.
    package func forward(_ host: Host, _ isOn: Bool) throws {
        try namespace(host).set("net/ipv4/ip_forward", to: isOn ? "1" : "0")
    }

    private static func counters(of line: Line) -> String {
        """
        table ip count {
            counter wrong {}
            counter server {}
            counter ws {}
            chain prerouting {
                type filter hook prerouting priority -300;
                iifname "line" ip saddr != \(line.network).0/24 counter name wrong
                iifname "line" ip daddr \(speaker) udp dport \(port(of: .server)) counter name server
                iifname "line" ip daddr \(speaker) udp dport \(port(of: .workstation)) counter name ws
            }
        }

        """
    }

    /// Packets that the provider of a line has counted.
    package func count(_ line: Line, _ counter: Counter) throws -> Int {
        Self.packets(in: try run(line.provider, ["nft", "list", "counter", "ip", "count", counter.rawValue]))
    }

    /// The packets of a counter, by what `nft list counter` prints.
    package static func packets(in text: String) -> Int {
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.firstIndex(of: "packets").flatMap { Int(words[$0 + 1]) } ?? 0
    }

    /// Packets that have come over either line with an address that is not of it.
    package func wrongPackets() throws -> Int { try Line.allCases.map { try count($0, .wrong) }.reduce(0, +) }

    // MARK: - Traffic

    private static func port(of host: Host) -> UInt16 { host == .server ? 7001 : 7002 }

    /// Datagrams from a host behind the gateway to the host in the core.
    package func flow(from host: Host) throws -> Flow {
        try Flow(
            from: Flow.End(namespace(host), Self.address(of: host)),
            to: Flow.End(namespace(.core), Self.speaker, port: Self.port(of: host)), isTCP: false)
    }
}
