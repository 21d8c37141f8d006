// What replacing both nodes may cost, judged on lives made by hand.

import Testing

@testable import HeartbeatInterop

@Suite struct ReplacementTests {
    private static let row = CaseMatrix.replacements[0]

    /// A life whose scenes cost the first group so many milliseconds each.
    private static func life(_ scenes: [(LifeScene, Int)], of row: MixedCase = row) -> LifeOutcome {
        LifeOutcome(
            row: row,
            scenes: scenes.map { scene, lost in
                SceneOutcome(scene: scene, outage: [], lost: [.milliseconds(lost), .zero], problems: [], touched: [:])
            })
    }

    private static let usual: [(LifeScene, Int)] = [
        (.coldStart, 9000), (.move("hb_standby", "all", on: 0), 300), (.move("hb_takeover", "local", on: 0), 300),
    ]

    @Test func asMuchAsTwoHandoversIsFine() {
        let replaced = Self.usual + [(.replacement(1), 0), (.replacement(0), 800), (.powerLoss(0), 5000)]
        #expect(Self.life(replaced).problems.isEmpty)
    }

    @Test func moreIsToldWithBothFigures() throws {
        let problems = Self.life(Self.usual + [(.replacement(1), 100), (.replacement(0), 900)]).problems
        #expect(problems.count == 1)
        let text = try #require(problems.first)
        #expect(text.contains("192.168.77.100") && text.contains("1000 ms") && text.contains("600 ms"), "\(text)")
    }

    @Test func onlyReplacementsAreJudgedByIt() {
        let other = CaseMatrix.mixed[0]
        #expect(Self.life(Self.usual + [(.replacement(0), 5000)], of: other).problems.isEmpty)
        #expect(Self.life([(.coldStart, 100)]).problems.isEmpty)
    }

    @Test(arguments: Failback.allCases) func bothNodesAreReplacedFromAndToTheUsualPlaces(failback: Failback) {
        let row = MixedCase(.original, .original, .bcast, "sha1", "classic", failback, 500, .replacement)
        var owners = [0, 1]
        for scene in LifeScene.scenes(of: row) {
            if case .replacement = scene { #expect(owners == [0, 1]) }
            owners = scene.owners(after: owners, row)
        }
        let replaced = LifeScene.scenes(of: row).filter { if case .replacement = $0 { true } else { false } }
        #expect(replaced == [.replacement(1), .replacement(0)])
        #expect(owners == [0, 1])
    }
}
