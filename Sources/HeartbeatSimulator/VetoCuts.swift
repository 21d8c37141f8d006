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

/// What is cut or broken in one instant.
package struct VetoRow: Hashable, Sendable, CustomStringConvertible {
    package let cuts: Set<VetoCut>

    package init(_ cuts: Set<VetoCut>) { self.cuts = cuts }

    package var description: String {
        VetoCut.allCases.filter(cuts.contains).map(\.rawValue).joined(separator: " + ")
    }

    /// What comes of it, played out.
    package func outcome(isOn: Bool) -> CutTable.Outcome { VetoTable.play(cuts, isOn: isOn) }

    fileprivate var markdown: String {
        "| \(self) | \(outcome(isOn: true).whoServes) | \(outcome(isOn: false).whoServes) |"
    }
}

/// Plays them.
package struct VetoTable {
    /// As a Markdown table.
    package static func markdown() -> String {
        let head = ["| cut or broken | with `veto on` | with `veto off` |", "|---|---|---|"]
        return (head + rows.map(\.markdown)).joined(separator: "\n")
    }

    /// All of one or two; of more those that only cut ways.
    package static var rows: [VetoRow] {
        let all = VetoCut.allCases
        let sets = (1..<1 << all.count).map { bits in Set(all.indices.filter { bits >> $0 & 1 == 1 }.map { all[$0] }) }
        return sets.filter { set in
            set.count <= 2 && !set.isSuperset(of: [.node, .daemon]) || set.isSubset(of: VetoCut.ways) && set.count > 2
        }.map(VetoRow.init).sorted { ($0.cuts.count, $0.description) < ($1.cuts.count, $1.description) }
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
    /// Who serves afterwards: 0 is A, 1 is B.
    package var owners: Set<Int> { moment == nil ? [0] : isDouble ? [0, 1] : [1] }

    fileprivate var whoServes: String {
        guard owners.contains(1) else { return "A" }
        let when = CutTable.Outcome(moment: moment, isDouble: false).text
        return owners.contains(0) ? "**A, and B after \(when), as long as the cut lasts**" : "B, after \(when)"
    }
}
