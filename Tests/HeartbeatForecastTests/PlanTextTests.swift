// The page of a plan: what it says, and that it fits a screen.

import HeartbeatModel
import Testing

@testable import HeartbeatForecast

@Suite struct PlanTextTests {
    private static let (first, second) = (LivePair.first, LivePair.second)

    @Test(arguments: [
        [PairEvent.power(first)], [.lose("eth0", at: first)], [.loseMedia], [.stop(second)], [.kill(first)],
        [.power(first), .power(second)], [.maintenance(true, on: first)], [.standby(.all, on: first)],
    ])
    func `a plan fits a screen`(events: [PairEvent]) throws {
        for learned in [LivePair.learned, LearnedDurations()] {
            let prediction = try LivePair().forecast(learned: learned).play(events)
            let lines = PlanText(prediction, width: 80).lines
            #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(lines.joined(separator: "\n"))")
            #expect(!lines.contains { $0.hasSuffix(" ") })
        }
    }

    @Test func `a move is told from its cause to what it comes to`() throws {
        let lines = PlanText(try LivePair().forecast().play([.lose("eth0", at: Self.first)]), width: 80).lines
        #expect(lines[0] == "If eth0 of gw-a loses its carrier now:")
        #expect(lines[2].hasPrefix("   at ms  node  what ") && lines[2].hasSuffix("known from"))
        #expect(lines[3] == "       0  gw-a  no carrier on eth0")
        #expect(
            lines.contains { $0.hasPrefix("     100  gw-a  eth0 counts as lost ") && $0.hasSuffix("  debounce=100ms") })
        #expect(lines.contains { $0.contains("  gw-a  stopped gre ipsec ") && $0.hasSuffix("p95 of 3 runs") })
        #expect(
            lines.contains {
                $0.hasPrefix("~ \(LivePair.address)  gw-a -> gw-b   away ") && $0.hasSuffix(" ms after it")
            })
        #expect(lines.contains("  mail               stays on gw-b"))
        #expect(lines.contains("Plan: 1 group moves, 0 are lost, never on both. Goal 20 s: kept."))
    }

    @Test func `what is lost, is on both or cannot be told stands out`() throws {
        let lost = PlanText(try LivePair().forecast().play([.power(Self.first), .power(Self.second)]), width: 80).lines
        #expect(lost.contains("! mail               gw-b -> nobody"))
        #expect(lost.contains("Plan: no group moves, 2 are lost, never on both. Goal 20 s: missed (lost)."))
        let both = PlanText(try LivePair().forecast().play([.loseMedia]), width: 80).lines
        #expect(both.contains { $0.hasPrefix("! mail ") && $0.contains("on gw-a and gw-b") })
        #expect(both.contains { $0.contains("2 on both") })
        let none = PlanText(
            try LivePair().forecast { $0.phase = .transition }.play([.power(Self.first)]), width: 80
        ).lines
        #expect(
            none == [
                "If gw-a loses its power now:", "",
                "cannot tell: something is on its way; ask again when it is over",
            ])
    }

    @Test func `what is lost misses the goal, whatever is not known of the rest`() {
        var prediction = Prediction([.kill(Self.first)], headline: "If the daemon dies", goal: .seconds(20))
        var mail = Prediction.Group(key: "mail", from: Self.first, owners: [Self.second], away: .seconds(1))
        mail.isAtLeast = true
        prediction.groups = [Prediction.Group(key: "web", from: Self.first, owners: []), mail]
        func verdict() -> String? { PlanText(prediction, width: 120).lines.first { $0.hasPrefix("Plan: ") } }
        #expect(verdict() == "Plan: 1 group moves, 1 is lost, never on both. Goal 20 s: missed (lost).")
        prediction.groups.removeFirst()
        #expect(verdict() == "Plan: 1 group moves, 0 are lost, never on both. Goal 20 s: kept as far as is known.")
        prediction.groups[0].away = .seconds(21)
        #expect(verdict() == "Plan: 1 group moves, 0 are lost, never on both. Goal 20 s: missed (21.00 s).")
    }

    @Test(arguments: [
        (Int64.min, "0 ms"), (499_999, "0 ms"), (500_000, "1 ms"), (999_499_999, "999 ms"), (999_500_000, "1.00 s"),
        (Int64.max, "9223372037 s"),
    ])
    func `any duration has a text`(nanoseconds: Int64, text: String) {
        #expect((Instant(nanoseconds: nanoseconds) - Instant.zero).rounded == text)
    }

    @Test func `many groups are counted, and the first of them shown`() throws {
        var configuration = LivePair.configuration
        configuration.groups = (1...12).map { number in
            ResourceGroup(
                preferredNode: Self.first,
                resources: [Resource(word: "web\(number)", scriptName: "web\(number)", arguments: [])], line: number)
        }
        let live = LivePair(configuration)
        let lines = PlanText(try live.forecast().play([.power(Self.first)]), width: 80).lines
        #expect(lines.contains("  and 7 more, of which 7 move or are lost: --json"))
        #expect(lines.contains { $0.hasPrefix("Plan: 12 groups move, 0 are lost, never on both.") })
    }
}
