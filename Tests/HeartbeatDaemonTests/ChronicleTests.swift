// Numbers of movements: they go on through restarts, movements of one cause belong together, and what no disk takes never grows.

import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct ChronicleTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    static func movement(
        _ group: String, _ origin: GroupTimeline.Origin = .decision, at milliseconds: Int = 0
    ) -> Chronicle.Movement {
        let zero = Instant.zero + .milliseconds(milliseconds)
        let timeline = GroupTimeline(
            group: group, origin: origin, zero: zero, marks: [:], steps: [], outcome: .running,
            end: zero + .milliseconds(14))
        return Chronicle.Movement(
            timeline: timeline, unixMilliseconds: 1_795_863_482_000, from: origin.giver(peer: second), to: first)
    }

    private static func chronicle(after number: UInt64 = 0) -> Chronicle {
        var chronicle = Chronicle(first, generation: Generation(7))
        chronicle.recall(stored: number)
        return chronicle
    }

    private static func entries(_ chronicle: Chronicle) -> [HistoryEntry] {
        chronicle.waiting.compactMap { HistoryEntry($0.text) }
    }

    @Test func `a movement gets the next number, and is what it was`() throws {
        var chronicle = Self.chronicle(after: 411)
        let movement = Self.movement("web", .offer, at: 5)
        #expect(chronicle.note(movement)?.number == 412 && chronicle.number(of: "web") == 412)
        let entry = try #require(Self.entries(chronicle).first)
        #expect(
            entry.number == 412 && entry.chain == 412 && entry.node == Self.first && entry.generation == Generation(7))
        #expect(entry.from == Self.second && entry.to == Self.first && entry.timeline == movement.timeline)
        #expect(entry.unixMilliseconds == movement.unixMilliseconds && chronicle.number(of: "mail") == nil)
    }

    @Test func `what is given back is what the line says`() throws {
        var chronicle = Self.chronicle(after: 5)
        let died = GroupTimeline.Origin.lastHeard(Self.second)
        for group in ["web", "mail"] {
            let kept = chronicle.note(Self.movement(group, died, at: 3))
            let entry = try #require(kept)
            #expect(entry == Self.entries(chronicle).last && entry.chain == 6)
        }
    }

    @Test func `movements of one cause name the first of them`() {
        var chronicle = Self.chronicle()
        let died = GroupTimeline.Origin.lastHeard(Self.second)
        for movement in [
            Self.movement("a", died, at: 1), Self.movement("b", .failure, at: 1), Self.movement("c", died, at: 1),
            Self.movement("d", died, at: 2), Self.movement("a", died, at: 1),
        ] {
            chronicle.note(movement)
        }
        #expect(Self.entries(chronicle).map(\.chain) == [1, 2, 1, 4, 1])
    }

    @Test func `what moves before the numbers are known gets them later, in order`() {
        var chronicle = Chronicle(Self.first, generation: Generation(7))
        #expect(chronicle.note(Self.movement("web")) == nil && chronicle.note(Self.movement("mail")) == nil)
        #expect(chronicle.waiting.isEmpty)
        chronicle.recall(stored: 9)
        #expect(Self.entries(chronicle).map(\.timeline.group) == ["web", "mail"])
        #expect(Self.entries(chronicle).map(\.number) == [10, 11] && chronicle.number(of: "mail") == 11)
    }

    @Test func `what the daemon before has left in memory goes to the disk first, and numbers go on from there`() {
        var before = Self.chronicle(after: 3)
        for group in ["a", "b", "c"] { before.note(Self.movement(group)) }
        let left = before.waiting.map(\.text)
        var chronicle = Chronicle(Self.first, generation: Generation(8))
        chronicle.recall(left + ["noise"])
        #expect(chronicle.note(Self.movement("d"))?.number == 7, "at once, before the disk has answered")
        // The disk has had one of them.
        chronicle.recall(stored: 4)
        #expect(Self.entries(chronicle).map(\.timeline.group) == ["b", "c", "d"])
        #expect(chronicle.note(Self.movement("e"))?.number == 8)
    }

    @Test func `what is on the disk does not wait, and the last one stays for its number`() {
        var chronicle = Self.chronicle()
        for group in ["a", "b", "c"] { chronicle.note(Self.movement(group)) }
        chronicle.stored(Array(chronicle.waiting.prefix(2)))
        #expect(chronicle.waiting.map(\.number) == [3])
        chronicle.stored(chronicle.waiting)
        #expect(chronicle.waiting.isEmpty && chronicle.recent.map(\.number) == [3])
        chronicle.note(Self.movement("d"))
        #expect(chronicle.recent.map(\.number) == [4] && chronicle.takeLost() == 0)
    }

    @Test func `what no disk takes is bounded in number, and the oldest are given up`() {
        var chronicle = Self.chronicle()
        for number in 0..<200 { chronicle.note(Self.movement("g\(number)")) }
        #expect(chronicle.waiting.map(\.number) == Array(137...200))
        #expect(chronicle.takeLost() == 136 && chronicle.takeLost() == 0)
        var early = Chronicle(Self.first, generation: Generation(7))
        for number in 0..<200 { early.note(Self.movement("g\(number)")) }
        early.recall(stored: 0)
        #expect(early.waiting.count == Chronicle.mostWaiting && early.takeLost() == 136)
    }

    @Test func `what no disk takes is bounded in bytes`() {
        var chronicle = Self.chronicle()
        let long = String(repeating: "x", count: 9000)
        for number in 0..<20 { chronicle.note(Self.movement("\(long)\(number)")) }
        let bytes = chronicle.recent.reduce(0) { $0 + $1.text.utf8.count + 1 }
        #expect(bytes <= Chronicle.mostBytes && chronicle.recent.last?.number == 20 && chronicle.takeLost() > 0)
        // One that is larger than everything is kept all the same: it is the only one.
        chronicle.note(Self.movement(String(repeating: "y", count: 100_000)))
        #expect(chronicle.recent.map(\.number) == [21])
    }

    @Test func `the largest number of a damaged file is no end`() {
        var chronicle = Self.chronicle(after: .max)
        #expect(chronicle.note(Self.movement("web"))?.number == 1)
    }
}
