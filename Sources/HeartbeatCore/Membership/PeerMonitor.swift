// The failure detector: from the instants at which a node was heard it says awaited, alive, late, dead or gone. It takes
// `now` as a parameter and refuses to know what follows from a death.

import HeartbeatModel

/// The silence that a node was declared dead by.
public struct PeerSilence: Hashable, Codable, Sendable {
    /// When it was last heard: its last status, or whatever else first proved it alive.
    public var since: Instant
    /// When it had been silent for too long.
    public var due: Instant

    public init(since: Instant, due: Instant) {
        self.since = since
        self.due = due
    }
}

/// What one other node's silence or speech means.
package struct PeerMonitor: Hashable, Codable, Sendable {
    package enum Standing: Hashable, Codable, Sendable {
        /// Not heard since our own start.
        case awaited
        case alive
        /// Silent for longer than it asked for.
        case dead
        /// It said that it released everything and will fall silent.
        case left
    }

    /// What a status message changed.
    enum Hearing: Hashable {
        case first
        case same
        case statusChanged
        /// It was declared dead, or gone, but its incarnation never ended: messages did not pass, it stood still, or its
        /// farewell was not its own.
        case returned
        /// Still counted as gone: the last words of a node that has left.
        case afterLeaving
        /// Not newer than one already heard: it proves that the node lived once, not that it lives.
        case outdated
    }

    let name: NodeName
    package private(set) var standing = Standing.awaited
    package private(set) var status = NodeStatus.initializing
    private(set) var lastHeard: Instant
    /// The same as far as it was really heard: a stall of our own that was forgiven does not move it.
    private(set) var lastWord: Instant?
    /// What it was last declared dead by.
    private(set) var silence: PeerSilence?
    /// Announced by the node itself (`dt`); our own until it has spoken.
    private(set) var deadtime: Duration
    /// For so long after its last status its kernel may answer for the service addresses (`hblease`).
    private(set) var lease = Duration.zero
    /// It tells of a lease.
    private(set) var announcesLease = false
    /// This life of it has told what it is by a status that was read.
    private var hasTold = false
    /// An echo has shown that this life of it goes on, and is no record.
    var isProven = false
    /// It answers for no service address, as far as its last status tells.
    var isDark: Bool { announcesLease && lease == .zero }
    /// It was promised not to be found dead before.
    private(set) var promise = Instant.zero
    private var initialDeadline: Instant
    private var newestStatus: SequenceNumber?
    /// When it said that it would fall silent, and how many statuses have come since it should have.
    private var left = Instant.zero
    private var wordsSinceFarewell = 0

    /// A node that leaves goes on for two seconds, to repeat what was missed (observed on the original, which ours follow).
    private static let farewell = Duration.seconds(3)

    init(name: NodeName, deadtime: Duration, initdead: Duration, now: Instant) {
        self.name = name
        self.deadtime = deadtime
        lastHeard = now
        initialDeadline = now + initdead
    }

    package var isAlive: Bool { standing == .alive }
    var isActive: Bool { standing == .alive && status == .active }

    /// How long it may be silent: it has asked for that, and its kernel may answer without it.
    private var patience: Duration { lease > .zero ? max(deadtime, lease + LeaseTimes.margin) : deadtime }

    /// When `expire` next has something to say.
    var deadline: Instant? {
        switch standing {
        case .awaited: initialDeadline
        // Of a node that has not sent a status yet only its last messages may have reached us; it keeps its initdead.
        case .alive where newestStatus == nil: max(lastHeard + deadtime, initialDeadline)
        // Somebody may be playing what was recorded of it, while it serves unheard, with a lease of its own.
        case .alive where announcesLease && !isProven: max(lastHeard + patience, promise, initialDeadline)
        case .alive: max(lastHeard + patience, promise)
        case .left: lastHeard + deadtime
        case .dead: nil
        }
    }

    /// Takes a status message. The second value is the silence before it, when that was longer than `warntime`.
    mutating func heard(
        _ report: StatusReport, sequence: SequenceNumber?, warntime: Duration, now: Instant
    ) -> (Hearing, late: Duration?) {
        if let sequence {
            if let newestStatus, sequence <= newestStatus { return (.outdated, nil) }
        }
        let isFirst = sequence != nil && newestStatus == nil
        newestStatus = sequence ?? newestStatus
        let silence = now - lastHeard
        let late = standing == .alive && silence > warntime ? silence : nil
        lastHeard = now
        lastWord = now
        deadtime = report.deadtime
        lease = min(report.lease ?? .zero, LeaseTimes.longest)
        announcesLease = report.lease != nil
        hasTold = true
        defer { status = report.status }
        switch standing {
        case .left:
            if now - left > Self.farewell { wordsSinceFarewell += 1 }
            // One may have been long on its way.
            guard wordsSinceFarewell > 1 else { return (.afterLeaving, nil) }
            standing = .alive
            return (.returned, nil)
        case .awaited:
            standing = .alive
            return (.first, nil)
        case .dead:
            // Never heard before: it has just been switched on, for all we know.
            standing = .alive
            return (isFirst ? .first : .returned, nil)
        case .alive:
            return (status == report.status ? .same : .statusChanged, late)
        }
    }

    /// A message other than a status arrived. It proves a node alive that was only awaited: its statuses may be late.
    mutating func spoke(now: Instant) {
        guard standing == .awaited else { return }
        standing = .alive
        lastHeard = now
        lastWord = now
    }

    /// The node has begun a new incarnation: whatever it was before is over. While that was doubted, its statuses up to
    /// `newestStatus` have been heard: they are no news when they come again, by whoever's hand.
    mutating func restarted(newestStatus heard: SequenceNumber?, now: Instant) {
        standing = .alive
        status = .initializing
        lastHeard = now
        lastWord = now
        lease = .zero
        hasTold = false
        promise = .zero
        newestStatus = heard
    }

    /// It has asked whether it may answer for what it runs.
    mutating func promise(until: Instant) { promise = max(promise, until) }

    /// Its kernel answers for a service address, which it may for as long as the last status said: the node lived that long ago.
    mutating func kernelServes(deadtime own: Duration, at now: Instant) {
        switch standing {
        case .alive: if announcesLease { lastHeard = max(lastHeard, now - lease) }
        // An earlier life of ours knew it; of this life it has told nothing yet.
        case .awaited: wait(until: now + own)
        case .dead, .left: break
        }
    }

    /// It is not judged before, because nobody could ask it.
    mutating func wait(until: Instant) {
        promise = max(promise, until)
        initialDeadline = max(initialDeadline, until)
    }

    /// It announced that it has released everything.
    mutating func hasLeft(now: Instant) {
        standing = .left
        left = now
        wordsSinceFarewell = 0
        lastHeard = now
        lastWord = now
    }

    /// Declares the node dead when it has been silent for too long; tells what it was before, once.
    package mutating func expire(now: Instant) -> Standing? {
        guard let deadline, deadline <= now else { return nil }
        return die(due: deadline)
    }

    /// It has been shown to be dead before its time is over; tells what it was before.
    mutating func condemn(now: Instant) -> Standing { die(due: now) }

    private mutating func die(due: Instant) -> Standing {
        let before = standing
        silence = lastWord.map { PeerSilence(since: $0, due: due) }
        standing = .dead
        status = .dead
        return before
    }

    /// It is alive and has sent statuses in this life, with a lease: it can be shown to be dead.
    var canBeDoubted: Bool { standing == .alive && hasTold && announcesLease && isProven }

    /// We were silent for so long that it may have found us dead. Alone it may answer for as long as it would be given to begin.
    mutating func mayBeAlone(initdead: Duration, now: Instant) {
        guard standing == .alive else { return }
        lastHeard = max(lastHeard, now)
        lease = max(lease, min(initdead, LeaseTimes.longest))
    }

    /// We stood still ourselves. What the node sent meanwhile may be lost, so it gets `grace` more before it is judged.
    mutating func forgiveStall(grace: Duration, now: Instant) {
        guard standing == .alive else { return }
        lastHeard = max(lastHeard, now + grace - patience)
    }
}

extension PeerMonitor {
    /// What is told of the node; how long its status has been what it is nobody here keeps.
    func fact(isPing: Bool, at now: Instant) -> NodeFacts.Node {
        let shown: NodeStatus = !isPing ? status : isAlive ? .ping : standing == .dead ? .dead : .initializing
        var fact = NodeFacts.Node(name: name, kind: isPing ? .ping : .normal, status: shown)
        fact.standing =
            switch standing {
            case .awaited: .awaited
            case .alive: .alive
            case .dead: .dead
            case .left: .left
            }
        fact.lastHeard = lastWord.map { now - $0 }
        if !isPing, lastWord != nil { fact.deadtime = deadtime }
        if announcesLease { fact.lease = lease }
        return fact
    }
}
