// The matrix of mixed pairs: that it leaves no two options apart, and that its rows can be told from each other.

import Testing

@testable import HeartbeatInterop

@Suite struct PairMatrixTests {
    @Test func everyTwoValuesMeetInARow() {
        let columns: [(MixedCase) -> String] = [
            { $0.software.map(\.rawValue).joined() }, { $0.media.rawValue }, { $0.digest }, { $0.format },
            { $0.failback.rawValue }, { String($0.keepaliveMilliseconds) },
        ]
        let values = [
            ["oursoriginal", "originalours"], MediaSet.allCases.map(\.rawValue), CaseMatrix.digests, CaseMatrix.formats,
            Failback.allCases.map(\.rawValue), CaseMatrix.keepalives.map(String.init),
        ]
        for first in columns.indices {
            for second in columns.indices where second > first {
                for left in values[first] {
                    for right in values[second] {
                        let meet = CaseMatrix.mixed.contains {
                            columns[first]($0) == left && columns[second]($0) == right
                        }
                        #expect(meet, "\(left) and \(right)")
                    }
                }
            }
        }
    }

    @Test func everyRowHasItsOwnName() {
        #expect(Set(CaseMatrix.all.map(\.name)).count == CaseMatrix.all.count)
        #expect(Set(CaseMatrix.yardsticks.map(\.failback)) == Set(Failback.allCases))
    }

    @Test func whateverMovesComesHome() {
        for row in CaseMatrix.all {
            var owners = [0, 1]
            for scene in LifeScene.scenes(of: row) {
                if case .powerLoss = scene { #expect(owners == [0, 1], "\(row.name): \(scene.name)") }
                if case .stop = scene { #expect(owners == [0, 1], "\(row.name): \(scene.name)") }
                if case .replacement = scene { #expect(owners == [0, 1], "\(row.name): \(scene.name)") }
                owners = scene.owners(after: owners, row)
            }
        }
    }
}
