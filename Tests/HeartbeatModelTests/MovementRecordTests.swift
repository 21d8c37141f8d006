// A record that was written is read as it was; whoever knows less of it, or finds it damaged, learns what can be known and never more.

import HeartbeatModel
import Testing

@Suite struct MovementRecordTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static let events: [PairEvent?] = [
        nil, .lose("eth1", at: first), .regain("a b%", at: second), .loseMedia, .regainMedia, .power(first),
        .kill(second), .stop(first), .boot(second), .standby(.foreign, on: first), .takeover(.all, on: second),
        .move("10.0.0.1/24", on: first),
        .maintenance(true, on: first), .maintenance(false, on: second), .fail("ipsec::berlin", at: second),
    ]

    private static func happenings(_ events: [PairEvent?]) -> [MovementRecord.Happening] {
        events.enumerated().map { number, event in
            MovementRecord.Happening(
                after: .milliseconds(number * 7 - 20), delay: .milliseconds(number), code: "interface-lost",
                event: event, text: "no. \(number): ü\t%=")
        }
    }

    static var full: MovementRecord {
        var record = MovementRecord(
            chain: 411, unixMilliseconds: 1_795_863_481_123, zero: .zero + .seconds(4711), state: NodeFactsTests.full)
        record.happenings = happenings(events)
        record.leftOut = 3
        record.movements = [UInt64(411), 412].map { number in
            var entry = HistoryEntry(
                number: number, unixMilliseconds: 1_795_863_482_123, node: first,
                timeline: HistoryEntryTests.timeline())
            (entry.chain, entry.from, entry.to) = (411, first, second)
            return entry
        }
        record.haCf = ["keepalive 1", "node gw-a gw-b", ""]
        record.haresources = ["gw-a 10.0.0.1/24 ipsec::berlin"]
        return record
    }

    @Test func `what was written is read`() throws {
        let text = Self.full.text
        #expect(try MovementRecord(text: text) == Self.full)
        #expect(text[0].hasPrefix("record\tformat=1.0\t") && text[0].contains("\tchain=411\t"))
        #expect(text.allSatisfy { !$0.contains("\n") && !$0.contains(" ") })
        let bytes = Array(text.map { $0 + "\n" }.joined().utf8)
        #expect(try MovementRecord(bytes: bytes) == Self.full)
    }

    @Test func `any order of any events is read as it was written`() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            var record = Self.full
            let count = Int.random(in: 0...MovementRecord.mostHappenings, using: &random)
            record.happenings = Self.happenings(
                (0..<count).map { _ in Self.events.randomElement(using: &random) ?? nil })
            record.leftOut = Int.random(in: 0...2, using: &random)
            record.unixMilliseconds = .random(in: 0...(.max), using: &random)
            record.zero = Instant(nanoseconds: .random(in: 0...(.max), using: &random))
            #expect(try MovementRecord(text: record.text) == record)
        }
    }

    @Test func `kinds, keys and events of a later version are passed over`() throws {
        var lines = Self.full.text
        lines.insert("weather\twind=fair", at: 1)
        lines.insert("happened\tafter=5\tcode=x\tevent=explode\tat=gw-a\ttext=bang", at: 2)
        lines[3] += "\tmood=good"
        lines.append("later\tkind=of%20fact")
        let read = try MovementRecord(text: lines)
        #expect(read.happenings.count == Self.events.count + 1 && read.happenings[0].event == nil)
        #expect(Array(read.happenings.dropFirst()) == Self.full.happenings && read.state == Self.full.state)
    }

    @Test func `what is no record is refused with its line`() {
        func mistake(_ change: (inout [String]) -> Void) -> MovementRecord.Mistake? {
            var lines = Self.full.text
            change(&lines)
            do throws(MovementRecord.Mistake) {
                _ = try MovementRecord(text: lines)
                return nil
            } catch {
                return error
            }
        }
        #expect(mistake { $0 = [] }?.line == 1 && mistake { $0[0] = "facts\tformat=1.0" }?.line == 1)
        #expect(mistake { $0[0] = $0[0].replacing("format=1.0", with: "format=2.0") }?.reason.contains("later") == true)
        #expect(mistake { $0[2] = "noise!" }?.line == 3)
        #expect(mistake { $0[2] = "happened\tcode=x" }?.line == 3)
        let day = MovementRecord.furthest.nanoseconds
        for after in [day + 1, -day - 1, .max, .min] {
            #expect(mistake { $0[2] = "happened\tafter=\(after)\tcode=x\ttext=x" }?.line == 3, "\(after)")
        }
        for after in [day, -day] {
            #expect(mistake { $0[2] = "happened\tafter=\(after)\tcode=x\ttext=x" } == nil, "\(after)")
        }
        let facts = Self.full.text.firstIndex { $0.hasPrefix("facts\t") } ?? 0
        #expect(mistake { $0.removeSubrange(facts...) }?.reason == "the state before is missing")
        #expect(mistake { $0[facts + 1] = "noise!" }?.line == facts + 2)
        #expect(mistake { $0 += Array(repeating: "x", count: 60_000) }?.reason.contains("more lines") == true)
        #expect(throws: MovementRecord.Mistake.self) { try MovementRecord(bytes: [0xFF, 0xFE]) }
    }

    @Test func `more than a record holds is counted and left out`() throws {
        var record = Self.full
        record.happenings = Self.happenings(Array(repeating: .loseMedia, count: MovementRecord.mostHappenings + 5))
        let read = try MovementRecord(text: record.text)
        #expect(read.happenings.count == MovementRecord.mostHappenings && read.leftOut == 8)
        record.leftOut = .max
        #expect(try MovementRecord(text: record.text).leftOut == .max, "no file makes it fewer than none")
        let long = MovementRecord.Happening(after: .zero, code: "x", text: String(repeating: "y", count: 10_000))
        #expect(long.text.count == MovementRecord.longestText)
    }

    /// Damaged files are records, or none; a record that is read can be written and read again.
    @Test func `damaged records never trap`() {
        var random = SplitMix64(seed: 11)
        let seed = Array(Self.full.text.map { $0 + "\n" }.joined().utf8)
        for _ in 0..<2000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, using: &random) }
            guard let record = try? MovementRecord(bytes: Array(bytes.prefix(200_000))) else { continue }
            #expect((try? MovementRecord(text: record.text))?.text == record.text)
        }
    }

    @Test func `times of day follow from the clock of the timelines`() {
        let record = Self.full
        #expect(record.unix(record.zero) == record.unixMilliseconds)
        #expect(record.unix(record.zero + .milliseconds(77)) == record.unixMilliseconds + 77)
        #expect(record.unix(after: .milliseconds(-77)) == record.unixMilliseconds - 77)
        #expect(record.unix(after: .seconds(-9_000_000_000)) == 0)
    }

    @Test func `a record belongs to the movements that it has, and to no others of their numbers`() {
        let record = Self.full
        let entry = record.movements[1]
        #expect(record.belongs(to: entry, among: record.movements))
        var later = entry
        later.number = 413
        #expect(record.belongs(to: later, among: record.movements + [later]), "of the same chain")
        var others = record.movements
        for index in others.indices { others[index].unixMilliseconds += 1_000_000 }
        #expect(!record.belongs(to: others[0], among: others), "the numbers have begun anew")
        later.node = Self.second
        #expect(!record.belongs(to: later, among: record.movements))
    }
}
