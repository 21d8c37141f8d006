// What becomes of a movement that is over: its line in the log, its place in the history, what is learned from it, and the people who are
// told. Nothing waits for any of it.

import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Everything that one node keeps and tells of its movements.
final class MovementBook {
    private let localNode: NodeName
    private let paths: DaemonPaths
    private let facts: FactTeller
    private let reactor: Reactor
    private let notices: NoticeHooks
    /// Not there in a daemon that only releases what another one has left.
    private var history: HistoryStore?
    private var learned: LearnedStore?
    private var records: RecordStore?
    private var configuration: Configuration
    /// Hears what may move groups.
    var recorder: MovementRecorder

    init(
        _ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, log: LogOutput, facts: FactTeller,
        reactor: Reactor
    ) {
        self.localNode = localNode
        self.paths = paths
        self.facts = facts
        self.reactor = reactor
        self.configuration = configuration
        recorder = MovementRecorder(configuration, localNode: localNode)
        notices = NoticeHooks(
            configuration, localNode: localNode, paths: paths, log: log, facts: facts, reactor: reactor)
    }

    /// From now on movements are kept.
    func open(_ generation: Generation) {
        history = HistoryStore(paths.history, node: localNode, generation: generation, facts: facts, reactor: reactor)
        learned = LearnedStore(paths.learned, facts: facts, reactor: reactor)
        records = RecordStore(paths.records, facts: facts, reactor: reactor)
    }

    /// The node counts its lives anew.
    func begin(_ generation: Generation) { history?.begin(generation) }

    func adopt(_ new: Configuration) {
        configuration = new
        recorder.adopt(new)
        notices.adopt(new)
    }

    /// Nobody is being told of a movement.
    var isIdle: Bool { notices.isIdle }

    func childMayHaveExited() { notices.childMayHaveExited() }

    func close() {
        notices.close()
        history?.close()
    }

    /// After the loop has ended: what the disk does not have yet is brought there, if all of it takes no longer than `limit`.
    func flush(atMost limit: Duration = .seconds(1)) {
        LastMoment.run(atMost: limit, (history?.lastWork ?? []) + (records?.lastWork ?? []))
    }

    // MARK: - What happens

    /// An action of a movement has ended well.
    func learn(_ run: LearnedStore.Run?) {
        if let run { learned?.note(run) }
    }

    /// These movements are over.
    func take(_ timelines: [GroupTimeline], peerIsActive: Bool) {
        let peer = configuration.peer(of: localNode)
        for timeline in timelines {
            facts.tell(timeline)
            let (from, to) = timeline.ends(local: localNode, peer: peer, peerIsActive: peerIsActive)
            let movement = Chronicle.Movement(
                timeline: timeline, unixMilliseconds: WallClock.unixMilliseconds, from: from, to: to)
            let entry = history?.note(movement)
            if let entry { record(entry) }
            notices.tell(Notice(movement, number: entry?.number), peerIsAbsent: !peerIsActive)
        }
        if !timelines.isEmpty { learned?.save() }
    }

    /// Keeps what explains a movement.
    private func record(_ entry: HistoryEntry) {
        guard let record = recorder.finished(entry, at: reactor.now) else { return }
        records?.keep(record, by: configuration)
    }

    /// A line of the log.
    func hear(_ fact: Fact, peerIsActive: Bool) {
        if let notice = Notice(fact) { notices.tell(notice, peerIsAbsent: !peerIsActive) }
    }

    // MARK: - What is told

    /// Number of the last movement of a group in this daemon's life.
    func number(of group: String) -> UInt64? { history?.number(of: group) }

    /// So long the start of a group took here at most, by the last runs of its steps.
    func start(of group: ResourceGroup) -> Duration? { learned?.durations.start(of: group.steps) }
}

extension NodeShell {
    /// Movements are kept from now on, also those that begin with the start.
    func keepHistory() { book.open(core.generation) }

    func tellMovements() {
        let finished = movements.takeFinished()
        for timeline in finished { counters.take(timeline) }
        book.take(finished, peerIsActive: core.peerIsActive)
    }

    func ended(_ id: ActionID, _ result: ActionResult, at now: Instant) {
        counters.ended(id, result, at: now)
        book.learn(movements.ended(id, result, at: now))
    }

    func tell(_ fact: Fact) {
        let now = reactor.now
        facts.tell(fact)
        counters.hear(fact, at: now)
        book.hear(fact, peerIsActive: core.peerIsActive)
        book.recorder.hear(fact, at: now, silence: core.peerSilence, isMoving: !movements.isIdle) {
            [unowned self] in core.peerWord(at: now)
        }
    }

    /// What is told of the node just now, when somebody has a reason to gather it.
    func picture() -> NodeFacts {
        let all = nodeFacts()
        book.recorder.saw(all, at: reactor.now, isMoving: !movements.isIdle)
        return all
    }
}
