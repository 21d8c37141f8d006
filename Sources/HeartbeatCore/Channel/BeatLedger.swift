// Which of the peer's statuses came over which medium, and when: how regular each medium is, and what it loses. For people only; no
// decision reads it. It is kept with every packet, so it has its memory from the beginning and counts, instead of remembering.

import HeartbeatModel

/// The last statuses of the peer's believed life, with a mark for each medium that brought them.
///
/// A status is missed on a medium when the next but one has come over any way and this one has not come over the medium. What is
/// sent again comes after something later over the same medium, and is not taken for what it repeats.
struct BeatLedger: Hashable, Codable, Sendable {
    static let mostMedia = PeerView.mostMedia
    private static let remembered: UInt64 = 32
    private static let hours = 24
    private static let hour: Int64 = 3_600_000_000_000
    /// Weight of what was before, beside a new interval, is 7 of 8.
    private static let smoothing: Int64 = 8

    private struct Status: Hashable, Codable, Sendable {
        var sequence = SequenceNumber(0)
        /// A bit for each medium, by its place.
        var heard: UInt16 = 0
        var late: UInt16 = 0
    }

    private struct Medium: Hashable, Codable, Sendable {
        var name: MediumName
        /// Of all messages that came this way in this life.
        var newest: SequenceNumber?
        /// Something has come this way: from then on it can miss something.
        var isKnown = false
        /// The last status that came this way in time, and its number.
        var beat: Instant?
        var number: UInt64 = 0
        /// Of the statuses, smoothed, in nanoseconds.
        var interval: Int64?
        var deviation: Int64 = 0
        var hasDeviation = false
    }

    private var media: [Medium] = []
    /// A ring: number `n` stands at `n` modulo its length.
    private var statuses = [Status](repeating: Status(), count: Int(BeatLedger.remembered))
    /// How many there were in this life.
    private var count: UInt64 = 0
    /// Missed, by medium and hour of this node's clock.
    private var missed: [UInt32] = []
    private var lastHour: Int64 = 0
    /// Between two statuses, by medium, whatever was missed between them.
    private var intervals: [DurationHistogram] = []

    init(_ names: [MediumName], now: Instant) {
        lastHour = now.nanoseconds / Self.hour
        redefine(names)
    }

    /// What is known of those that stay is kept.
    mutating func redefine(_ names: [MediumName]) {
        var list: [MediumName] = []
        for name in names where list.count < Self.mostMedia && !list.contains(name) { list.append(name) }
        guard list != media.map(\.name) || missed.isEmpty else { return }
        let (old, oldMissed, oldIntervals) = (media, missed, intervals)
        media = list.map { name in old.first { $0.name == name } ?? Medium(name: name) }
        missed = []
        intervals = []
        for name in list {
            let place = old.firstIndex { $0.name == name }
            intervals.append(
                place.map { oldIntervals[$0] } ?? DurationHistogram(NodeFacts.Histogram.Name.beatInterval.scale))
            missed +=
                place.map { Array(oldMissed[$0 * Self.hours..<($0 + 1) * Self.hours]) }
                ?? [UInt32](repeating: 0, count: Self.hours)
        }
        // The marks stand for places.
        count = 0
        for place in media.indices { media[place].beat = nil }
    }

    /// The peer has begun another life: it counts from one, and what the old one did not say is not missed.
    mutating func beginAnew() {
        count = 0
        for place in media.indices {
            (media[place].newest, media[place].beat, media[place].interval) = (nil, nil, nil)
            (media[place].deviation, media[place].hasDeviation) = (0, false)
        }
    }

    // MARK: - Hearing

    /// A message of the believed life has come, and `verdict` is what the tracker says of its sequence. A medium that is none of
    /// ha.cf counts for what the others miss.
    mutating func heard(
        _ sequence: SequenceNumber, isStatus: Bool, _ verdict: SequenceTracker.Verdict, over name: MediumName,
        at now: Instant
    ) {
        if verdict == .unconfirmed { return }
        let place = media.firstIndex { $0.name == name }
        let isOnTime = place.map { noteNewest(sequence, at: $0) } ?? !verdict.isRepair
        guard isStatus else { return }
        if number(of: sequence) == nil, !append(sequence, verdict, at: now) { return }
        guard isOnTime, let place, let number = number(of: sequence) else { return }
        beat(number, at: place, now)
    }

    /// Whether it is the newest that came this way.
    private mutating func noteNewest(_ sequence: SequenceNumber, at place: Int) -> Bool {
        if let newest = media[place].newest, sequence <= newest { return false }
        media[place].newest = sequence
        media[place].isKnown = true
        return true
    }

    /// Of one of the two that may still come; the others are settled.
    private func number(of sequence: SequenceNumber) -> UInt64? {
        if count > 0, self[count - 1].sequence == sequence { return count - 1 }
        if count > 1, self[count - 2].sequence == sequence { return count - 2 }
        return nil
    }

    /// A status that is not among the last two; false when it comes too late to be one of them.
    private mutating func append(
        _ sequence: SequenceNumber, _ verdict: SequenceTracker.Verdict, at now: Instant
    ) -> Bool {
        if verdict == .repeated { return false }
        if count > 1, sequence < self[count - 2].sequence {
            // Nobody has missed it before, or it would not be news.
            if verdict.isRepair { miss(at: now, exceptOver: 0) }
            return false
        }
        self[count] = Status(sequence: sequence)
        count += 1
        if count > 1, sequence < self[count - 2].sequence {
            (self[count - 1], self[count - 2]) = (self[count - 2], self[count - 1])
        }
        if count > 2 { miss(at: now, exceptOver: self[count - 3].heard) }
        return true
    }

    private subscript(number: UInt64) -> Status {
        get { statuses[Int(number % Self.remembered)] }
        set { statuses[Int(number % Self.remembered)] = newValue }
    }

    private mutating func beat(_ number: UInt64, at place: Int, _ now: Instant) {
        let bit: UInt16 = 1 << UInt16(place)
        self[number].heard |= bit
        let last = media[place].beat
        let isNext = media[place].number &+ 1 == number
        (media[place].beat, media[place].number) = (now, number)
        guard let last, last <= now else { return }
        let interval = now.nanoseconds &- last.nanoseconds
        intervals[place].note(nanoseconds: interval)
        guard isNext, last < now else { return }
        guard let usual = media[place].interval else {
            media[place].interval = interval
            return
        }
        let difference = interval &- usual
        if difference > usual / 2 { self[number].late |= bit }
        media[place].interval = usual + difference / Self.smoothing
        let size = difference.magnitude > UInt64(Int64.max) ? .max : Int64(difference.magnitude)
        media[place].deviation =
            media[place].hasDeviation
            ? media[place].deviation + (size - media[place].deviation) / Self.smoothing : size
        media[place].hasDeviation = true
    }

    // MARK: - Missing

    /// One status was missed on every medium that has ever brought anything and none of those with a mark.
    private mutating func miss(at now: Instant, exceptOver marks: UInt16) {
        for place in media.indices where media[place].isKnown && marks & 1 << UInt16(place) == 0 {
            turnHour(at: now)
            let slot = place * Self.hours + Self.slot(lastHour)
            if missed[slot] < .max { missed[slot] += 1 }
        }
    }

    private mutating func turnHour(at now: Instant) {
        let hour = now.nanoseconds / Self.hour
        guard hour > lastHour else { return }
        for next in max(lastHour + 1, hour - Int64(Self.hours) + 1)...hour {
            for place in media.indices { missed[place * Self.hours + Self.slot(next)] = 0 }
        }
        lastHour = hour
    }

    private static func slot(_ hour: Int64) -> Int {
        let rest = Int(hour % Int64(hours))
        return rest < 0 ? rest + hours : rest
    }

    // MARK: - Telling

    /// For curves, of every medium that is counted.
    func intervals(of node: NodeName) -> [NodeFacts.Histogram] {
        zip(media, intervals).map { NodeFacts.Histogram(.beatInterval, [node.text, $0.name.text], durations: $1) }
    }

    /// `nil` of a medium that is not counted.
    func figures(of name: MediumName, at now: Instant) -> NodeFacts.BeatFigures? {
        guard let place = media.firstIndex(where: { $0.name == name }) else { return nil }
        let medium = media[place]
        return NodeFacts.BeatFigures(
            jitter: medium.hasDeviation ? .nanoseconds(medium.deviation) : nil, lost: lost(at: place, now),
            lane: medium.isKnown ? lane(of: place) : "")
    }

    private func lost(at place: Int, _ now: Instant) -> UInt64 {
        let oldest = now.nanoseconds / Self.hour - Int64(Self.hours)
        var sum: UInt64 = 0
        for back in 0..<Int64(Self.hours) where lastHour - back > oldest {
            sum += UInt64(missed[place * Self.hours + Self.slot(lastHour - back)])
        }
        return sum
    }

    /// Those that are settled, the oldest first.
    private func lane(of place: Int) -> String {
        guard count > 2 else { return "" }
        let bit: UInt16 = 1 << UInt16(place)
        let first = count - 2 - min(count - 2, UInt64(PeerView.laneLength))
        return String(
            (first..<count - 2).map { number -> Character in
                self[number].heard & bit == 0 ? "." : self[number].late & bit == 0 ? "|" : ":"
            })
    }
}

extension SequenceTracker.Verdict {
    /// It was sent again, or something overtook it.
    fileprivate var isRepair: Bool {
        if case .filled = self { true } else { false }
    }
}
