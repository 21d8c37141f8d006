// README shows one run of the demonstration, in the very form in which the program prints it: the same figures, printed by
// the program's own means, are found there.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatLab

@Suite struct ReadmeTests {
    private static let readme: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""
    }()

    private static func result(_ scene: Scene, outage: Int, lost: Int, sent: Int) -> SceneResult {
        let figures = ProbeFigures(
            outage: .milliseconds(outage), sent: sent, lost: lost, doubleOwnership: .zero, longestStall: .zero,
            firstAnswers: [:], announcements: [])
        return SceneResult(scene: scene, figures: figures, scripts: ScriptHistory([]), problems: [])
    }

    /// The run that README shows.
    private static let results = [
        result(.coldStart, outage: 0, lost: 0, sent: 0), result(.powerLoss, outage: 982, lost: 490, sent: 800),
        result(.failback, outage: 2, lost: 0, sent: 392), result(.standby, outage: 3, lost: 1, sent: 317),
        result(.standbyBack, outage: 2, lost: 0, sent: 318), result(.cableCut, outage: 11, lost: 5, sent: 316),
        result(.cableBack, outage: 2, lost: 0, sent: 814), result(.serialOnly, outage: 3, lost: 0, sent: 2169),
    ]

    private static var powerLoss: MergedTimeline? {
        let cut = Moment(nanoseconds: 4_711_000_000_000)
        func at(_ microseconds: Int) -> Instant { Instant(nanoseconds: cut.nanoseconds) + .microseconds(microseconds) }
        let steps = [
            ("192.168.77.100/24", 983_950, 984_710), ("ipsec", 984_730, 987_190), ("gre", 987_200, 989_100),
            ("zebra", 989_100, 990_850), ("bgpd", 990_860, 992_570),
        ]
        let movement = GroupTimeline(
            group: "192.168.77.100/24", origin: .lastHeard(NodeName("cluster1")), zero: at(-16360),
            marks: [.due: at(983_640), .detected: at(983_700), .decided: at(983_810), .announced: at(984_350)],
            steps: steps.map { GroupTimeline.Step(name: $0.0, begin: at($0.1), end: at($0.2)) }, outcome: .running,
            end: at(992_680))
        let taker = HardwareAddress(2)
        let figures = ProbeFigures(
            outage: .zero, sent: 0, lost: 0, doubleOwnership: .zero, longestStall: .zero,
            firstAnswers: [taker: cut + .microseconds(984_680)],
            announcements: [Announcement(from: taker, at: cut + .microseconds(984_320), isReply: false)])
        return MergedTimeline(
            fault: .init("cuts the power of cluster1", at: cut),
            movements: [.init(node: "cluster2", timeline: movement)], figures: figures, taker: ("cluster2", taker))
    }

    @Test func `README shows the table that the demonstration prints`() {
        let table = DemonstrationReport(Self.results).table.components(separatedBy: "\n\n")[0]
        #expect(Self.readme.contains("\n```\n\(table)\n```\n"), "README does not show\n\(table)")
    }

    @Test func `README shows a scene as the demonstration tells it`() {
        var result = Self.results[1]
        result.timeline = Self.powerLoss
        let scene = result.scene
        let text =
            Timeline.heading(scene.title, scene.explanation, isColoured: false) + result.ending(isVerbose: false)
        #expect(Self.readme.contains("\n```\n\(text)\n```\n"), "README does not show\n\(text)")
    }
}
