// The table of docs/veto.md is what the simulator plays, and while any way connects the two nodes there is one owner.

import Foundation
import Testing

@testable import HeartbeatSimulator

@Suite struct VetoTableTests {
    private static let ways: Set<VetoCut> = [.lan, .uplink, .secondLink, .serial]

    @Test func `docs/veto.md shows what every combination comes to`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/veto.md"), encoding: .utf8)
        #expect(page.contains(VetoTable.markdown()), "hbsim --cuts prints what the page must show")
    }

    @Test func `nothing is taken from a node that lives while one way is whole`() {
        for way in Self.ways {
            let outcome = VetoTable.play(Self.ways.subtracting([way]), isOn: true)
            #expect(outcome.moment == nil && !outcome.isDouble, "only \(way) is whole: \(outcome)")
        }
        #expect(VetoTable.play(Self.ways, isOn: true).isDouble, "nobody can be asked")
        #expect(VetoTable.play([.secondLink, .serial], isOn: false).isDouble, "nobody is asked")
    }

    @Test func `every row in which A lives and one way is whole has one owner`() {
        let rows = VetoTable.rows.filter {
            $0.cuts.isDisjoint(with: [.node, .daemon]) && !$0.cuts.isSuperset(of: Self.ways)
        }
        #expect(rows.count == 14, "of four ways one, two or three are cut")
        for row in rows { #expect(row.outcome(isOn: true).owners == [0], "\(row)") }
    }

    @Test(arguments: [VetoCut.node, .daemon])
    func `a node that is dead is replaced as soon as without a veto`(cut: VetoCut) {
        for other in [nil] + VetoCut.allCases.map(Optional.some) {
            let cuts: Set<VetoCut> = [cut, other ?? cut]
            let outcome = VetoTable.play(cuts, isOn: true)
            #expect(outcome.moment != nil && outcome.moment == VetoTable.play(cuts, isOn: false).moment, "\(cuts)")
        }
    }
}
