// A pair that has come to where it is by itself, in virtual time: what its nodes tell is what real ones would, so that a forecast can be
// asked of it, and what then happens can be compared.

import HeartbeatModel
import HeartbeatSimulator
import Testing

@testable import HeartbeatForecast

struct LivePair {
    static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))
    static let address = "192.168.77.100/24"

    let pair: PlayedPair
    private let hasLease: Bool

    init(
        _ configuration: Configuration = Self.configuration, networks: [NodeFacts.Network] = [], hasLease: Bool = false
    ) {
        var setting = PlayedPair.Setting()
        setting.networks = networks
        setting.hasLease = hasLease
        pair = PlayedPair(configuration, setting)
        self.hasLease = hasLease
        befall(configuration.nodes.map { .boot($0) }, for: .seconds(60))
    }

    /// Two nodes with an interface beside the two media; one group with an address and two scripts of the first node, one script of the
    /// second.
    static var configuration: Configuration {
        var configuration = Configuration(
            nodes: [first, second],
            media: [.broadcast(interface: "eth1", port: 694), .serial(device: "/dev/ttyS0", baud: 19200)],
            groups: [
                ResourceGroup(
                    preferredNode: first,
                    resources: [
                        Resource(
                            word: address, scriptName: "IPaddr", arguments: [],
                            address: ServiceAddress(bytes: [192, 168, 77, 100], text: address)), script("ipsec"),
                        script("gre"),
                    ], line: 1), ResourceGroup(preferredNode: second, resources: [script("mail")], line: 2),
            ])
        configuration.keepalive = .seconds(1)
        configuration.deadtime = .seconds(10)
        configuration.warntime = .seconds(5)
        configuration.initdead = .seconds(15)
        configuration.autoFailback = .on
        configuration.interfaces = [InterfaceRule(interface: "eth0", debounce: .milliseconds(100))]
        return configuration
    }

    private static func script(_ word: String) -> Resource { Resource(word: word, scriptName: word, arguments: []) }

    /// Everything has run three times: starts 20 ms, stops 10 ms, looks 1 ms.
    static var learned: LearnedDurations {
        var learned = LearnedDurations()
        for word in [address, "ipsec", "gre", "mail"] {
            for _ in 0..<3 {
                learned.note(word, .start, took: .milliseconds(20))
                learned.note(word, .stop, took: .milliseconds(10))
                learned.note(word, .status, took: .milliseconds(1))
            }
        }
        return learned
    }

    /// Lets it happen, and the pair go on for so long.
    func befall(_ events: [PairEvent], for time: Duration = .seconds(120)) {
        for event in events { pair.befall(event) }
        let end = pair.now + time
        while pair.step(until: end) {}
    }

    /// As the daemon of a node tells them: what the core knows, and what the shell adds.
    func facts(of host: Int = 0) throws -> NodeFacts {
        var facts = try #require(pair.facts(of: host))
        facts.media = pair.configuration.media.map { medium in
            NodeFacts.Medium(name: medium.name, kind: medium.isDatagrams ? .bcast : .serial, state: .open)
        }
        facts.lease = NodeFacts.LeaseFact(isHeld: hasLease, isDark: false)
        return facts
    }

    func forecast(
        of host: Int = 0, learned: LearnedDurations = Self.learned, _ change: (inout NodeFacts) -> Void = { _ in }
    ) throws -> Forecast {
        var facts = try facts(of: host)
        change(&facts)
        return Forecast(pair.configuration, facts, learned: learned)
    }

    /// Names of who serves each group now.
    var owners: [[NodeName]] {
        pair.configuration.groups.indices.map { group in
            pair.configuration.nodes.enumerated().filter { pair.serves($0.offset, group) }.map(\.element)
        }
    }
}
