// A short campaign on a real pair of the built daemon. Needs root and says so without. No time is asserted: what a fault costs
// is what the campaign is there to find out.

import Glibc
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

extension BenchClusterTests {
    @Test func `three faults are played, repaired and told, and leave nothing behind`() throws {
        let places = try Self.places()
        let cluster = try TortureCluster(
            PeerName.ours.peer(.oneSecond, programs: places.programs, layout: .each), setting: .oneSecond, seed: 1,
            places: places)
        let directory = cluster.directory
        do {
            defer { cluster.close() }
            let faults = [(TortureKind.powerLoss, TorturePlace.active), (.restart, .standby), (.failAtStart, .active)]
            for (index, (kind, place)) in faults.enumerated() {
                let fault = TortureFault(
                    number: index + 1, kind: kind, place: place, milliseconds: 2000, gapMilliseconds: 500)
                let outcome = try cluster.play(fault)
                #expect(outcome.row.fault == fault.name && outcome.row.run == fault.number)
                #expect(outcome.row.figures[Figure.lostForGood] == 0, "\(outcome.story)")
                #expect(outcome.row.notes.isEmpty, "\(outcome.row.notes)")
                #expect(outcome.story.contains("--- cluster2\n"))
                if place == .active { #expect(outcome.row.figures[Figure.outageSum].map { $0 > 0 } == true) }
            }
        }
        #expect(access(directory, F_OK) != 0)
    }
}
