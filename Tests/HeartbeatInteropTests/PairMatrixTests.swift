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

    @Test func samplesTogetherAreEverythingAndEachHasItsYardsticks() {
        for count in [1, 2, 6, 28] {
            let parts = (1...count).compactMap { Sample("\($0)/\(count)") }
            #expect(parts.count == count)
            let rows = parts.map { CaseMatrix.rows(of: $0) }
            let played = rows.flatMap { $0 }.filter { !CaseMatrix.yardsticks.contains($0) }
            #expect(played.count == CaseMatrix.all.count - CaseMatrix.yardsticks.count)
            #expect(Set(rows.flatMap { $0 }) == Set(CaseMatrix.all))
            for part in rows {
                let measures = Set(CaseMatrix.yardsticks.filter(part.contains).map(\.failback))
                #expect(part.allSatisfy { $0.story != .life || measures.contains($0.failback) })
            }
            if count > 1 { #expect(parts.map { $0.plays(0, of: 2) } == parts.map { !$0.plays(1, of: 2) }) }
        }
        #expect(Sample.all.of(["a", "b"]) == ["a", "b"] && Sample.all.plays(1, of: 2))
    }

    @Test(arguments: ["", "1", "0/6", "7/6", "1/0", "a/6", "1/6/2", "/", "-1/6"])
    func whatIsNoPartOfSomethingIsNoSample(text: String) {
        #expect(Sample(text) == nil)
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
