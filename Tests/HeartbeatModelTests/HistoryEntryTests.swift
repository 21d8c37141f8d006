// A movement that was kept is read as it was, by programs that know more or less of it; what is none is nothing.

import HeartbeatModel
import Testing

@Suite struct HistoryEntryTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    static func timeline(
        _ origin: GroupTimeline.Origin = .lastHeard(first), _ outcome: GroupTimeline.Outcome = .running
    ) -> GroupTimeline {
        let zero = Instant.zero + .microseconds(4_711_123_456)
        return GroupTimeline(
            group: "10.0.0.1/24", origin: origin, zero: zero,
            marks: [.due: zero + .seconds(1), .decided: zero + .microseconds(1_000_240)],
            steps: [
                .init(name: "10.0.0.1/24", begin: zero + .milliseconds(1001), end: zero + .milliseconds(1002)),
                .init(
                    name: "ipsec::berlin and 2 more", begin: zero + .milliseconds(1003),
                    end: zero + .milliseconds(1016),
                    status: .milliseconds(3), hasFailed: outcome == .failed),
            ], outcome: outcome, end: zero + .milliseconds(1016))
    }

    private static var full: HistoryEntry {
        var entry = HistoryEntry(
            number: 412, unixMilliseconds: 1_795_863_482_123, node: second, timeline: timeline())
        (entry.chain, entry.generation) = (411, Generation(41))
        (entry.from, entry.to) = (first, second)
        return entry
    }

    @Test func `what was written is read`() {
        #expect(HistoryEntry(Self.full.text) == Self.full)
        let plain = HistoryEntry(number: 1, unixMilliseconds: 0, node: Self.first, timeline: Self.timeline(.decision))
        #expect(HistoryEntry(plain.text) == plain && plain.chain == 1)
        #expect(!Self.full.text.contains("\n") && !Self.full.text.contains(" "))
    }

    @Test func `every origin and every outcome is read as it was written`() {
        let origins: [GroupTimeline.Origin] = [
            .lastHeard(Self.first), .request, .loss, .failback, .offer, .stop, .peerStopped, .failure, .decision,
        ]
        for origin in origins {
            for outcome in GroupTimeline.Outcome.allCases {
                var entry = Self.full
                entry.timeline = Self.timeline(origin, outcome)
                #expect(HistoryEntry(entry.text) == entry, "\(origin) \(outcome)")
            }
        }
    }

    @Test func `a later version's keys are passed over, and what an earlier one does not say is not there`() throws {
        let line = Self.full.text
        #expect(HistoryEntry(line + "\tweather=fair%20wind") == Self.full)
        let words = line.split(separator: "\t").filter {
            !["chain=", "generation=", "from=", "to=", "cause=", "group=", "outcome="].contains(where: $0.hasPrefix)
        }
        let short = try #require(HistoryEntry(words.joined(separator: "\t")))
        #expect(short.chain == 412 && short.generation == nil && short.from == nil && short.to == nil)
        #expect(short.timeline == Self.full.timeline)
    }

    @Test func `a line of another kind is no movement, and its number counts`() {
        #expect(HistoryEntry("drill\tnumber=413\tunix=1\tnode=gw-a") == nil)
        #expect(HistoryEntry.number(ofLine: "drill\tnumber=413\tmissed=9") == 413)
        #expect(HistoryEntry.number(ofLine: "noise") == nil && HistoryEntry.number(ofLine: "") == nil)
    }

    @Test func `what lacks something that it must have is no movement`() {
        for key in ["number", "unix", "node", "timeline"] {
            let words = Self.full.text.split(separator: "\t").filter { !$0.hasPrefix("\(key)=") }
            #expect(HistoryEntry(words.joined(separator: "\t")) == nil, "\(key)")
        }
        #expect(HistoryEntry("") == nil && HistoryEntry(Self.full.text.dropLast(4)) == nil)
    }

    /// Ten thousand damaged lines: each is nothing, or something that can be written and read again.
    @Test func `damaged lines are understood or refused, and never more`() {
        var random = SplitMix64(seed: 5)
        let bytes = Array(Self.full.text.utf8)
        let pieces = ["\t", "=", "%", "%20", "number=", "99999999999999999999", "-1", "timeline=", "é", "\0", " ", ","]
        for _ in 0..<10_000 {
            var damaged = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0..<max(1, damaged.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged.removeSubrange(place..<min(damaged.count, place + 9))
                case 1: if place < damaged.count { damaged[place] = UInt8.random(in: 0...255, using: &random) }
                case 2: damaged.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
                default: damaged.removeLast(min(damaged.count, place / 4))
                }
            }
            let text = String(decoding: damaged, as: UTF8.self)
            guard let entry = HistoryEntry(text) else { continue }
            #expect(HistoryEntry(entry.text)?.text == entry.text, "\(text)")
        }
    }

    private static let movements: [(GroupTimeline.Origin, GroupTimeline.Outcome, NodeName?, NodeName?)] = [
        (.lastHeard(first), .running, first, second),
        (.offer, .running, first, second), (.failback, .running, first, second), (.request, .running, first, second),
        (.decision, .running, nil, second), (.failure, .running, nil, second), (.loss, .released, second, first),
        (.request, .released, second, first), (.stop, .released, second, first), (.failure, .released, second, first),
        (.decision, .released, second, nil), (.decision, .failed, second, nil), (.stop, .stuck, second, nil),
    ]

    @Test(arguments: movements)
    func `who had it and who got it follows from how it went`(
        origin: GroupTimeline.Origin, outcome: GroupTimeline.Outcome, from: NodeName?, to: NodeName?
    ) {
        let ends = Self.timeline(origin, outcome).ends(local: Self.second, peer: Self.first, peerIsActive: true)
        #expect(ends == (from, to))
    }

    @Test func `what a node releases that is alone goes to nobody`() {
        let ends = Self.timeline(.stop, .released).ends(local: Self.second, peer: Self.first, peerIsActive: false)
        #expect(ends == (Self.second, nil))
    }
}
