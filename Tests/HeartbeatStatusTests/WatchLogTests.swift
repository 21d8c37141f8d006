// What a watch has learned is there once, by time, however often it is told, and the other node's lanes are not lost between two questions.

import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct WatchLogTests {
    private static let start: UInt64 = 1_795_863_482_000
    private static let other = NodeName("gw-b")

    private static func facts(_ troubles: [NodeFacts.Trouble] = []) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.phase = .stable
        var peer = NodeFacts.Node(name: other, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
        facts.troubles = troubles
        return facts
    }

    private static func status(_ facts: NodeFacts, after milliseconds: UInt64) -> PairStatus {
        PairStatus(.answered(facts), of: facts.node, asked: start + milliseconds)
    }

    private static func trouble(_ age: Duration, count: Int = 1, healed: Duration? = nil) -> NodeFacts.Trouble {
        var trouble = NodeFacts.Trouble(
            code: "link-dead", level: .warning, objects: [.init(kind: "medium", name: "eth1")],
            text: "Link gw-b:eth1 dead.", age: age)
        (trouble.count, trouble.healed) = (count, healed)
        return trouble
    }

    private func take(_ log: inout WatchLog, _ troubles: [NodeFacts.Trouble], after milliseconds: UInt64) {
        let facts = Self.facts(troubles)
        log.take(Self.status(facts, after: milliseconds), facts)
    }

    @Test func `a trouble is one event however often it is told, and its end another`() {
        var log = WatchLog()
        for look in 0..<20 {
            // Clocks are read one after the other.
            take(&log, [Self.trouble(.milliseconds(5000 + 250 * look))], after: UInt64(250 * look + look % 3))
        }
        #expect(log.events == [.init(at: Self.start - 5000, text: "Link gw-b:eth1 dead")])
        take(&log, [Self.trouble(.seconds(15), healed: .seconds(1))], after: 10_000)
        #expect(log.events.map(\.text) == ["Link gw-b:eth1 dead", "over: Link gw-b:eth1 dead"])
        #expect(log.events.last?.at == Self.start + 9000)
    }

    @Test func `what comes again is told again`() {
        var log = WatchLog()
        take(&log, [Self.trouble(.seconds(1))], after: 0)
        take(&log, [Self.trouble(.seconds(1), count: 2)], after: 60_000)
        // It was healed in between, and has begun anew.
        take(&log, [Self.trouble(.seconds(1))], after: 120_000)
        #expect(
            log.events.map(\.text) == ["Link gw-b:eth1 dead", "Link gw-b:eth1 dead, 2 times", "Link gw-b:eth1 dead"])
    }

    @Test func `a verdict of another level is an event, the first one is none`() {
        var log = WatchLog()
        take(&log, [], after: 0)
        #expect(log.events.isEmpty)
        var facts = Self.facts()
        facts.nodes[1].standing = .dead
        facts.groups = [.init(key: "web", preferred: facts.node, state: .running, onPeer: .unknown, resources: ["web"])]
        log.take(Self.status(facts, after: 1000), facts)
        #expect(log.events.map(\.at) == [Self.start + 1000])
        #expect(log.events[0].text.hasPrefix("DEGRADED: "))
        log.take(PairStatus(.garbled, of: facts.node, asked: Self.start + 2000), nil)
        #expect(log.events.count == 2 && log.events[1].text.hasPrefix("UNKNOWN: "))
    }

    @Test func `movements stand among the rest by their time, each once`() throws {
        let entries = GoldenHistoryTests.entries
        var log = WatchLog()
        log.take(entries)
        log.take(entries)
        #expect(log.events.count == entries.count)
        #expect(log.events.map(\.at) == log.events.map(\.at).sorted())
        let last = try #require(entries.last)
        #expect(log.events.contains { $0.at == last.unixMilliseconds && $0.text.contains("(no. \(last.number))") })
        take(&log, [Self.trouble(.seconds(1))], after: 0)
        #expect(log.events.map(\.at) == log.events.map(\.at).sorted())
    }

    @Test func `without a history the last movement is told from the facts, until there is one`() throws {
        let status = try Situation(name: "peer-dead").status
        var log = WatchLog()
        log.take(status, nil)
        #expect(log.events.map(\.text) == ["10.31.0.254/24 gw-b -> gw-a in 10 s"])
        log.take(GoldenHistoryTests.entries)
        #expect(log.events.count == GoldenHistoryTests.entries.count)
    }

    @Test func `it keeps the newest`() {
        var log = WatchLog()
        for number in 0..<300 {
            take(&log, [Self.trouble(.seconds(1), count: number + 2)], after: UInt64(number * 10_000))
        }
        #expect(log.events.count == 200 && log.events.last?.text.hasSuffix(", 301 times") == true)
    }

    // MARK: - Lanes

    @Test func `a lane is shown on for a moment`() throws {
        var memory = LaneMemory()
        var told = try Situation(name: "one-way").status
        let lanes = told.media.map(\.isHeard.lane)
        memory.complete(&told)
        #expect(told.media.map(\.isHeard.lane) == lanes && lanes.contains { !$0.isEmpty })
        var untold = told
        for place in untold.media.indices { untold.media[place].isHeard.lane = "" }
        for look in 0..<12 {
            var status = untold
            memory.complete(&status)
            #expect(status.media.map(\.isHeard.lane) == (look < 8 ? lanes : lanes.map { _ in "" }), "\(look)")
        }
    }
}
