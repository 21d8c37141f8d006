// Every combination of a few things that can be cut or break between two nodes, each played out: when the other node serves, and
// whether both then answer. The documentation shows the table, and a test compares it.

import HeartbeatCore
import HeartbeatModel

/// One thing that goes wrong around node A, which serves, or node B, which stands by. A port is a node's on the LAN, a switch the
/// LAN's; when that is split, the reference is on B's side.
package enum Cut: String, CaseIterable, Hashable, Sendable {
    case ownersPort = "A port"
    case otherPort = "B port"
    case switchDead = "switch dead"
    case switchSplit = "switch split"
    case secondLink = "link 2"
    case serial = "serial"
    case power = "A power"
    case daemon = "A daemon"
    case pause = "A pause"

    /// What cannot be together: a port of a dead switch is no other fault, and a machine without power has no daemon.
    fileprivate static func isSensible(_ cuts: Set<Cut>) -> Bool {
        let network = cuts.intersection([.ownersPort, .otherPort, .switchDead, .switchSplit])
        let machine = cuts.intersection([.power, .daemon, .pause])
        return machine.count <= 1 && (network.count <= 1 || network == [.ownersPort, .otherPort])
    }
}

/// The second link between the nodes, besides the LAN.
package enum SecondLink: String, CaseIterable, Hashable, Sendable {
    case switched = "link 2 by a switch"
    case cable = "link 2 a crossover cable"
}

/// Plays them.
package struct CutTable {
    /// What came of one combination.
    package struct Outcome: Hashable {
        /// When B serves; `nil`: never.
        package var moment: Moment?
        /// Both answer clients that reach them, at the end.
        package var isDouble: Bool

        package enum Moment: Hashable {
            case atOnce
            case keepalive
            case lease
            case deadtime
        }

        var text: String {
            let when =
                switch moment {
                case .atOnce: "at once"
                case .keepalive: "keepalive + 0.2 s"
                case .lease: "lease + 20 ms"
                case .deadtime: "deadtime"
                case nil: "never"
                }
            return isDouble ? "**\(when), two owners**" : when
        }
    }

    private static let keepalive = Duration.seconds(1)
    private static let deadtime = Duration.seconds(10)

    /// The combinations of up to three that leave B deaf, by what they come to, as a Markdown table; and what they sum up to.
    package static func markdown() -> String {
        let sets = combinations.filter { isDeaf($0) }
        var rows: [(outcomes: [Outcome], sets: [String])] = []
        for cuts in sets {
            let outcomes = SecondLink.allCases.map { play(cuts, $0) }
            let name = Cut.allCases.filter(cuts.contains).map(\.rawValue).joined(separator: " + ")
            if let index = rows.firstIndex(where: { $0.outcomes == outcomes }) {
                rows[index].sets.append(name)
            } else {
                rows.append((outcomes, [name]))
            }
        }
        let head = SecondLink.allCases.map(\.rawValue).joined(separator: " | ")
        let lines = rows.map { row in
            "| " + row.sets.joined(separator: "; ") + " | " + row.outcomes.map(\.text).joined(separator: " | ") + " |"
        }
        let early = SecondLink.allCases.indices.map { column in
            let those = rows.filter { [.atOnce, .keepalive, .lease].contains($0.outcomes[column].moment) }
            return "\(those.map(\.sets.count).reduce(0, +))"
        }
        let counts = "| of \(sets.count) combinations, before deadtime | " + early.joined(separator: " | ") + " |"
        return (["| cut or broken | \(head) |", "|---|---|---|"] + lines + [counts])
            .joined(separator: "\n")
    }

    private static var combinations: [Set<Cut>] {
        let all = Cut.allCases
        var sets: [Set<Cut>] = []
        for first in all.indices {
            sets.append([all[first]])
            for second in all.indices where second > first {
                sets.append([all[first], all[second]])
                for third in all.indices where third > second { sets.append([all[first], all[second], all[third]]) }
            }
        }
        return sets.filter(Cut.isSensible).sorted { $0.count < $1.count }
    }

    /// B hears nothing of A any more.
    private static func isDeaf(_ cuts: Set<Cut>) -> Bool {
        if !cuts.isDisjoint(with: [.power, .daemon, .pause]) { return true }
        let isLanCut = !cuts.isDisjoint(with: [.ownersPort, .otherPort, .switchDead, .switchSplit])
        return isLanCut && cuts.contains(.secondLink) && cuts.contains(.serial)
    }

    // MARK: - One combination

    static func play(_ cuts: Set<Cut>, _ link: SecondLink) -> Outcome {
        let isReachable = cuts.isDisjoint(with: [.ownersPort, .otherPort, .switchDead])
        return play(world(link), isReachable: isReachable) { world in
            for cut in Cut.allCases where cuts.contains(cut) { befall(cut, link, world) }
        }
    }

    /// What comes of it when something happens to a pair of which A has served for a while.
    static func play(_ world: World, isReachable: Bool, _ happening: (World) -> Void) -> Outcome {
        for host in world.hosts.indices { world.boot(host) }
        let moment = Instant.zero + keepalive * 20 + .milliseconds(300)
        _ = world.run(until: moment)
        happening(world)
        var tookOver: Instant?
        var time = moment
        while time < moment + deadtime * 4 {
            time = time + .milliseconds(10)
            _ = world.run(until: time)
            if tookOver == nil, !world.hosts[1].active.isEmpty { tookOver = time }
        }
        let place = ResourcePlace(group: 0, position: 0)
        let isDouble = isReachable && world.answers(0, place) && world.answers(1, place)
        return Outcome(moment: tookOver.map { classify($0 - moment) }, isDouble: isDouble)
    }

    /// The last keepalive left 300 ms before.
    private static func classify(_ delay: Duration) -> Outcome.Moment {
        if delay < .milliseconds(200) { return .atOnce }
        if delay < keepalive { return .keepalive }
        return delay < deadtime / 2 ? .lease : .deadtime
    }

    /// A serves, with one address; keepalive 1 s, deadtime 10 s.
    static func configuration(media: [String]) -> Configuration {
        var configuration = Configuration(
            nodes: [NodeName("A"), NodeName("B")],
            media: media.map { .broadcast(interface: $0, port: 694) },
            groups: [
                ResourceGroup(
                    preferredNode: NodeName("A"),
                    resources: [
                        Resource(
                            word: "10.0.0.1", scriptName: "IPaddr", arguments: [],
                            address: ServiceAddress(bytes: [10, 0, 0, 1], text: "10.0.0.1"))
                    ], line: 1)
            ])
        configuration.keepalive = keepalive
        configuration.deadtime = deadtime
        configuration.initdead = deadtime * 3 / 2
        configuration.quickDeath = .on
        return configuration
    }

    private static func world(_ link: SecondLink) -> World {
        var configuration = configuration(media: ["eth0", "eth1", "/dev/ttyS0"])
        configuration.interfaces = [InterfaceRule(interface: "eth0", debounce: .milliseconds(20))]
        if link == .cable {
            configuration.interfaces.append(InterfaceRule(interface: "eth1", role: .heartbeat, isCable: true))
        }
        let world = World.calm(configuration, scripts: .milliseconds(1), trace: Trace(detail: .tail(1)))
        world.hasLease = true
        world.lans = [
            Lan(name: "eth0", number: 0, medium: 0, reference: .onBothSides),
            Lan(name: "eth1", number: 1, medium: 1, isCable: link == .cable),
        ]
        return world
    }

    private static func befall(_ cut: Cut, _ link: SecondLink, _ world: World) {
        func block(_ medium: Int) { world.network.setBlocked(true, medium: medium, sender: nil) }
        func unplug(_ interface: String, of hosts: [Int]) {
            for host in hosts { world.change(.link(interface, host: host, isUp: false)) }
        }
        switch cut {
        case .ownersPort:
            block(0)
            unplug("eth0", of: [0])
        case .otherPort:
            block(0)
            unplug("eth0", of: [1])
        case .switchDead:
            block(0)
            world.lans[0].reference = nil
            unplug("eth0", of: [0, 1])
        case .switchSplit:
            block(0)
            world.lans[0].reference = .beside(1)
        case .secondLink:
            block(1)
            if link == .cable { unplug("eth1", of: [0, 1]) }
        case .serial: block(2)
        case .power: world.losePower(0)
        case .daemon: world.crash(0)
        case .pause: world.stall(0, for: deadtime * 2, isPaused: true)
        }
    }
}
