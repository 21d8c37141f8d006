// The pieces that the text is made of, times and tables, and rules of the verdict at their limits.

import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct StatusPartsTests {
    @Test(arguments: [
        (0, "0.00 s"), (110, "0.11 s"), (9999, "9.99 s"), (10_000, "10 s"), (59_999, "59 s"), (60_000, "1:00"),
        (192_000, "3:12"), (3_599_999, "59:59"), (7_867_000, "2:11:07"), (267_060_000, "3 d 02:11"),
        (864_000_000, "10 d"), (-5, "0.00 s"),
    ])
    func `how long something has been so has three figures at most`(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).ageText == text)
    }

    @Test(arguments: [
        (0, "0.0 ms"), (300, "0.3 ms"), (9949, "9.9 ms"), (10_000, "10 ms"), (999_900, "999 ms"), (1_200_000, "1.20 s"),
    ])
    func `what is short is told in milliseconds`(microseconds: Int, text: String) {
        #expect(Duration.microseconds(microseconds).shortText == text)
    }

    @Test func `the longest and the shortest durations have a text, whoever wrote them`() {
        let longest = Instant(nanoseconds: .max) - Instant.zero
        let shortest = Instant(nanoseconds: .min) - Instant.zero
        #expect(longest.shortText == "106751 d" && shortest.shortText == "0.0 ms")
        #expect(HistoryText.milliseconds(longest) == "9223372036854.78")
        #expect(HistoryText.milliseconds(shortest) == "0.00" && HistoryText.milliseconds(.microseconds(5)) == "0.01")
    }

    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00+00:00"), (951_782_400, 0, "2000-02-29T00:00:00+00:00"),
        (951_868_799, 0, "2000-02-29T23:59:59+00:00"), (4_107_542_400, 0, "2100-03-01T00:00:00+00:00"),
        (1_795_863_482, 3600, "2026-11-28T11:58:02+01:00"), (1_795_863_482, -12_600, "2026-11-28T07:28:02-03:30"),
    ])
    func `the wall clock is that of the place`(unix: UInt64, offset: Int, text: String) {
        #expect(LocalTime { _ in offset }.stamp(unix * 1000) == text)
    }

    @Test func `a moment of today has no date`() {
        #expect(LocalTime.utc.time(1_795_863_482_000, seenAt: 1_795_863_999_000) == "10:58:02")
        #expect(LocalTime.utc.time(1_795_763_482_000, seenAt: 1_795_863_999_000) == "2026-11-27 07:11:22")
        #expect(LocalTime.utc.stamp(.max).hasPrefix("9999-12-31"))
    }

    @Test func `columns are left out before anything is cut, first those that say nothing new`() {
        let table = TextTable(
            marks: ["", "!"],
            columns: [
                .init(title: "node", cells: ["a", "b"], weight: 9, isNeeded: true),
                .init(title: "same", cells: ["sound", "sound"], weight: 8),
                .init(title: "news", cells: ["x", "longer"], weight: 1),
                .init(title: "nobody", cells: ["?", "?"], weight: 7),
                .init(title: "wide", cells: ["1", "2"], weight: 2, from: 80),
            ])
        #expect(
            table.lines(width: 80) == ["node  same   news    wide", "a     sound  x       1", "!b    sound  longer  2"])
        #expect(table.lines(width: 18) == ["node  news", "a     x", "!b    longer"])
        #expect(table.lines(width: 3) == ["node", "a", "!b"])
    }

    // MARK: - Rules

    private func facts(_ change: (inout NodeFacts) -> Void) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("a"))
        facts.phase = .stable
        var peer = NodeFacts.Node(name: NodeName("b"), status: .active, speaks: .ours)
        peer.standing = .alive
        peer.since = .seconds(100)
        facts.nodes = [.init(name: NodeName("a"), status: .active, speaks: .ours), peer]
        facts.groups = [.init(key: "g", preferred: NodeName("a"), state: .stopped, onPeer: .stopped)]
        facts.groups[0].since = .seconds(100)
        change(&facts)
        return facts
    }

    private func level(_ change: (inout NodeFacts) -> Void) -> PairStatus.Verdict.Level {
        PairStatus(.answered(facts(change)), of: NodeName("a"), asked: 0).verdict.level
    }

    @Test func `words on their way make nothing critical`() {
        #expect(level { _ in } == .critical)
        #expect(level { $0.groups[0].since = .seconds(1) } == .degraded)
        #expect(level { $0.phase = .transition } == .degraded)
        #expect(level { $0.groups[0].onPeer = .moving } == .degraded)
        #expect(level { $0.groups[0].onPeer = .unknown } == .unknown)
        #expect(level { $0.groups[0].onPeer = .running } == .ok)
    }

    @Test func `two owners are told only when the other node answers for what it says`() {
        #expect(
            level {
                $0.groups[0].state = .running
                $0.groups[0].onPeer = .running
            } == .ok)
        #expect(
            level {
                $0.groups[0].state = .running
                $0.groups[0].onPeer = .running
                var word = NodeFacts.PeerWord()
                word.isAnswer = true
                $0.peer = word
            } == .critical)
    }

    @Test func `a kernel that answers for nothing serves nobody`() {
        #expect(
            level {
                $0.groups[0].state = .running
                $0.lease = .init(isHeld: true, isDark: true)
            } == .critical)
        #expect(
            level {
                $0.groups[0].onPeer = .running
                $0.nodes[1].lease = .zero
            } == .critical)
    }

    @Test func `an original is believed by its sets`() {
        let change = { (facts: inout NodeFacts) in
            facts.nodes[1].speaks = .original
            facts.groups[0].onPeer = .unknown
            var word = NodeFacts.PeerWord()
            word.hold = .local
            facts.peer = word
        }
        #expect(level(change) == .ok)
    }

    @Test func `why the other node is in maintenance is shown as soon as it has told`() throws {
        guard case .answered(var facts) = try Situation(name: "peer-in-maintenance").source() else {
            Issue.record("no daemon has answered")
            return
        }
        func sentence() -> String? {
            PairStatus(.answered(facts), of: NodeName("gw-a"), asked: Situation.asked).problems
                .first { $0.code == .maintenance }?.sentence
        }
        #expect(sentence() == "gw-b is in maintenance")
        let second = Situation.asked / 1000
        var told = PeerView(at: 1)
        told.maintenance = Maintenance(reason: "new disks", since: second - 10_800, until: second + 7_200)
        facts.peer?.view = NodeFacts.View(told, age: .zero)
        #expect(sentence() == "gw-b is in maintenance for 3:00:00: new disks, 2:00:00 to go")
        // Its clock is ahead of this one.
        told.maintenance?.since = second + 60
        facts.peer?.view = NodeFacts.View(told, age: .zero)
        #expect(sentence() == "gw-b is in maintenance: new disks, 2:00:00 to go")
        // No number is too large to be shown.
        told.maintenance = Maintenance(reason: "new disks", since: .max, until: .max)
        facts.peer?.view = NodeFacts.View(told, age: .zero)
        #expect(sentence() == "gw-b is in maintenance: new disks, 106751 d to go")
        // Its report knows better than what it told before.
        facts.peer?.health = .sound
        #expect(sentence() == nil)
    }

    /// What a state is made of may be anything that a daemon can tell; each has a verdict and a text.
    @Test func `any facts have a verdict`() {
        var random = SplitMix64(seed: 18)
        for _ in 0..<2000 {
            let facts = facts { facts in
                facts.groups[0].state = Self.states.randomElement(using: &random) ?? .unknown
                facts.groups[0].onPeer = NodeFacts.PeerState.allCases.randomElement(using: &random) ?? .unknown
                facts.groups[0].isDisputed = Bool.random(using: &random)
                facts.groups[0].differs = Bool.random(using: &random)
                facts.nodes[1].standing = NodeFacts.Node.Standing.allCases.randomElement(using: &random)
                facts.flags = Set(NodeFacts.Flag.allCases.filter { _ in Bool.random(using: &random) })
                facts.phase = [.stable, .transition, .leaving, .joining(left: nil)].randomElement(using: &random)
            }
            let status = PairStatus(.answered(facts), of: NodeName("a"), asked: 1)
            let worst = status.problems.filter { $0.healed == nil }.map(\.severity).max()
            #expect((status.verdict.level == .critical) == (worst == .critical))
            #expect(!StatusText(status, width: 80).lines.isEmpty && !status.verdict.sentence.isEmpty)
        }
    }

    private static let states: [ClusterSnapshot.Group.State] = [
        .unknown, .stopped, .withheld, .acquiring, .running, .releasing, .failed, .stopFailed,
    ]
}
