// What a node asks before it takes anything, as a table: every single and double cut, and every one that leaves fewer ways between
// two nodes than that, each played out with the veto and without. The documentation shows it, and a test compares it.

import HeartbeatCore
import HeartbeatModel

/// One thing that fails between two nodes, or of the node that serves. Heartbeats go over link 2 and the serial line.
package enum VetoCut: String, CaseIterable, Hashable, Sendable {
    case lan = "LAN"
    case uplink = "uplink"
    case secondLink = "link 2"
    case serial = "serial"
    case node = "A power"
    case daemon = "A daemon"

    fileprivate static let ways: Set<VetoCut> = [.lan, .uplink, .secondLink, .serial]
}

/// Plays them.
package struct VetoTable {
    /// As a Markdown table.
    package static func markdown() -> String {
        let head = ["| cut or broken | with `veto on` | with `veto off` |", "|---|---|---|"]
        return (head + combinations.map(row)).joined(separator: "\n")
    }

    /// All of one or two; of more those that only cut ways.
    private static var combinations: [Set<VetoCut>] {
        let all = VetoCut.allCases
        let sets = (1..<1 << all.count).map { bits in Set(all.indices.filter { bits >> $0 & 1 == 1 }.map { all[$0] }) }
        return sets.filter { set in
            set.count <= 2 && !set.isSuperset(of: [.node, .daemon]) || set.isSubset(of: VetoCut.ways) && set.count > 2
        }.sorted { ($0.count, name(of: $0)) < ($1.count, name(of: $1)) }
    }

    private static func name(of cuts: Set<VetoCut>) -> String {
        VetoCut.allCases.filter(cuts.contains).map(\.rawValue).joined(separator: " + ")
    }

    private static func row(_ cuts: Set<VetoCut>) -> String {
        let outcomes = [true, false].map { play(cuts, isOn: $0).whoServes }
        return "| \(name(of: cuts)) | \(outcomes[0]) | \(outcomes[1]) |"
    }

    static func play(_ cuts: Set<VetoCut>, isOn: Bool) -> CutTable.Outcome {
        CutTable.play(world(isOn: isOn), isReachable: true) { world in
            for cut in VetoCut.allCases where cuts.contains(cut) { befall(cut, world) }
        }
    }

    private static func world(isOn: Bool) -> World {
        var configuration = CutTable.configuration(media: ["eth2", "/dev/ttyS0"])
        configuration.veto.isOn = isOn
        configuration.interfaces = ["eth0", "eth1"].map { InterfaceRule(interface: $0, debounce: .milliseconds(20)) }
        let world = World.calm(configuration, scripts: .milliseconds(1), trace: Trace(detail: .tail(1)))
        world.hasLease = true
        world.lans = [
            Lan(name: "eth0", number: 0, reference: .onBothSides),
            Lan(name: "eth1", number: 1, reference: .onBothSides),
            Lan(name: "eth2", number: 2, medium: 0),
        ]
        return world
    }

    /// Nothing passes between the nodes any more, while both reach everybody else.
    private static func befall(_ cut: VetoCut, _ world: World) {
        switch cut {
        case .lan: world.setCut(true, lan: "eth0")
        case .uplink: world.setCut(true, lan: "eth1")
        case .secondLink: world.network.setBlocked(true, medium: 0, sender: nil)
        case .serial: world.network.setBlocked(true, medium: 1, sender: nil)
        case .node: world.losePower(0)
        case .daemon: world.crash(0)
        }
    }
}

extension CutTable.Outcome {
    /// Who serves afterwards.
    fileprivate var whoServes: String {
        guard let moment else { return "A" }
        let when = CutTable.Outcome(moment: moment, isDouble: false).text
        return isDouble ? "**A, and B after \(when), as long as the cut lasts**" : "B, after \(when)"
    }
}
