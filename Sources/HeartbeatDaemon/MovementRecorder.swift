// Remembers how the pair was before whatever may move groups, and what has befallen it since: a value. It is shown a picture of the node
// when one is made anyway, soon after news, and asks for none; while nothing happens it is not asked either.

import HeartbeatCore
import HeartbeatModel

struct MovementRecorder {
    /// What happens so long after everything else has nothing to do with it, and so does what happens after twice the deadtime.
    private static let calm = Duration.seconds(30)
    /// So long before the first thing that happened a record begins, if there is a picture.
    private static let lead = Duration.seconds(1)
    /// A movement ends when its end is decided; the line that says what it ended by is written a moment later.
    private static let lag = Duration.milliseconds(100)

    private struct Picture {
        var facts: NodeFacts
        var at: Instant
    }

    private struct Happened {
        /// Since when it was so.
        var began: Instant
        var known: Instant
        var observation: Observation
    }

    private var reader: ObservationReader
    /// The state before, and how it was when somebody looked last.
    private var base: Picture?
    private var latest: Picture?
    private var happened: [Happened] = []
    private var leftOut = 0
    /// Of chains that have been recorded since the state before, by number.
    private var movements: [HistoryEntry] = []
    /// Chains up to this one have a record with an earlier state.
    private var closed: UInt64 = 0

    init(_ configuration: Configuration, localNode: NodeName) {
        reader = ObservationReader(configuration, localNode: localNode)
    }

    mutating func adopt(_ configuration: Configuration) { reader.configuration = configuration }

    // MARK: - What is seen

    /// How the node is now. While groups move, and while what has happened may yet move some, the state before stays.
    /// When they have moved, or nothing has happened for long, it is this one.
    mutating func saw(_ facts: NodeFacts, at now: Instant, isMoving: Bool) {
        latest = Picture(facts: facts, at: now)
        if base == nil || !isMoving && (!movements.isEmpty || isCalm(at: now)) { beginAnew() }
    }

    /// Something is about to be heard: whether it belongs to what was before.
    private mutating func prepare(at now: Instant, isMoving: Bool) {
        let isFull = happened.count >= MovementRecord.mostHappenings
        guard !isMoving, movements.isEmpty, isCalm(at: now) || isFull else { return }
        beginAnew()
    }

    private func isCalm(at now: Instant) -> Bool {
        let calm = max(Self.calm, reader.configuration.deadtime * 2)
        return happened.last.map { now - $0.known > calm } ?? true
    }

    private mutating func beginAnew() {
        guard let latest, base?.at != latest.at else { return }
        base = latest
        happened.removeAll { $0.known <= latest.at }
        if happened.isEmpty { reader.begin(latest.facts) }
        leftOut = 0
        closed = max(closed, movements.map(\.chain).max() ?? 0)
        movements = []
    }

    /// A line of the log.
    /// - Parameters:
    ///   - silence: of a peer that was declared dead.
    ///   - peer: what the other node told last; asked only when it gives groups away.
    mutating func hear(
        _ fact: Fact, at now: Instant, silence: PeerSilence?, isMoving: Bool, peer: () -> NodeFacts.PeerWord?
    ) {
        prepare(at: now, isMoving: isMoving)
        guard let observation = reader.observe(fact, at: now, peer: peer) else { return }
        let began = observation.isDeath ? silence?.since ?? now : now - observation.ago
        note(observation, since: began, at: now)
        guard observation.isDeath else { return }
        // A dead node is heard over no medium: that is no loss of the media.
        for index in happened.indices where happened[index].observation.isOfLink {
            happened[index].observation.event = nil
        }
    }

    mutating func ordered(_ request: OperatorRequest, at now: Instant, isMoving: Bool) {
        prepare(at: now, isMoving: isMoving)
        note(reader.observe(request, at: now), since: now, at: now)
    }

    /// What has just been heard began so long before.
    mutating func began(ago: Duration) {
        guard let last = happened.indices.last, ago > .zero, happened[last].observation.isLoss else { return }
        happened[last].began = happened[last].known - ago
    }

    private mutating func note(_ observation: Observation, since began: Instant, at now: Instant) {
        guard happened.count < MovementRecord.mostHappenings else {
            leftOut += 1
            return
        }
        happened.append(Happened(began: min(began, now), known: now, observation: observation))
    }

    // MARK: - What is kept

    /// A movement is over; gives the record of its chain, unless an earlier one has it.
    mutating func finished(_ entry: HistoryEntry, at now: Instant) -> MovementRecord? {
        guard let base, entry.chain > closed else { return nil }
        movements.append(entry)
        if movements.count > MovementRecord.mostMovements { movements.removeFirst() }
        let seen = happened.filter { $0.known <= entry.timeline.end + Self.lag }
        let first = seen.map(\.began).min().map { min($0, entry.timeline.zero) } ?? entry.timeline.zero
        let zero = max(base.at, first - Self.lead)
        let age = UInt64(max(0, (now - zero).milliseconds))
        var record = MovementRecord(
            chain: entry.chain, unixMilliseconds: entry.unixMilliseconds - min(entry.unixMilliseconds, age), zero: zero,
            state: base.facts)
        let near = seen.filter { MovementRecord.reaches($0.began - zero) }
        record.happenings = near.map { happened in
            MovementRecord.Happening(
                after: happened.began - zero, delay: happened.known - happened.began,
                code: happened.observation.code, event: happened.observation.event, text: happened.observation.text)
        }
        record.leftOut = leftOut + seen.count - near.count
        record.movements = movements
        return record
    }
}
