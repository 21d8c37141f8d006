// Keeps the history of one running node: in memory at once, so that whatever ends the daemon costs none of it, and on the disk by a
// thread of its own, because a disk that hangs must hold up nothing. What cannot be kept is told, and costs only itself.

import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Synchronization

/// The files on the disk, whichever thread is at them.
final class HistoryDisk: Sendable {
    private let look: @Sendable () -> HistoryFiles.Recalled
    private let write: @Sendable ([String]) -> SystemError?
    /// Up to this number everything has been written; held while something is.
    private let stored = Mutex<UInt64>(0)

    /// Both may take as long as a disk does, and are never called at the same time.
    init(
        recall: @escaping @Sendable () -> HistoryFiles.Recalled,
        append: @escaping @Sendable ([String]) -> SystemError?
    ) {
        look = recall
        write = append
    }

    func recall() -> HistoryFiles.Recalled {
        stored.withLock { stored in
            let recalled = look()
            stored = max(stored, recalled.lastNumber)
            return recalled
        }
    }

    /// Writes those that have not been written.
    func append(_ lines: [Chronicle.Line]) -> SystemError? {
        stored.withLock { stored in
            let new = lines.filter { $0.number > stored }
            guard let last = new.last else { return nil }
            if let error = write(new.map(\.text)) { return error }
            stored = last.number
            return nil
        }
    }
}

/// Everything here happens on the loop but what the disk does.
final class HistoryStore {
    /// A disk that would not take lines is tried again after this time, or with the next movement.
    private static let pause = Duration.seconds(60)

    private let files: HistoryFiles
    private let disk: HistoryDisk
    private let patience: Duration
    private let facts: FactTeller
    private let reactor: Reactor
    private var chronicle: Chronicle
    private var isRecalled = false
    private var isWorking = false
    private var isTroubled = false
    private var isMemoryTroubled = false
    private var isClosed = false
    private var retry: ReactorTimer?

    /// - Parameters:
    ///   - disk: `nil` for that of `files`.
    ///   - patience: a disk that has not answered for so long is told.
    init(
        _ files: HistoryFiles, disk: HistoryDisk? = nil, patience: Duration = .seconds(30), node: NodeName,
        generation: Generation, facts: FactTeller, reactor: Reactor
    ) {
        self.files = files
        self.facts = facts
        self.reactor = reactor
        self.patience = patience
        self.disk = disk ?? HistoryDisk(recall: files.recall, append: files.append)
        chronicle = Chronicle(node, generation: generation)
        chronicle.recall(files.recent())
        next()
    }

    /// The node counts its lives anew.
    func begin(_ generation: Generation) { chronicle.generation = generation }

    /// Keeps a movement that is over; gives it as it is kept, if there are numbers yet.
    func note(_ movement: Chronicle.Movement) -> HistoryEntry? {
        let entry = chronicle.note(movement)
        write()
        retry?.cancel()
        retry = nil
        next()
        return entry
    }

    /// Number of the last movement of a group in this daemon's life.
    func number(of group: String) -> UInt64? { chronicle.number(of: group) }

    /// No work for the disk is begun on the loop any more.
    func close() {
        isClosed = true
        retry?.cancel()
    }

    /// After the loop has ended: brings to the disk what it does not have yet. What it does not take is left below /run for the
    /// next daemon.
    var lastWork: [LastMoment.Work] {
        let waiting = chronicle.waiting
        guard isRecalled, !waiting.isEmpty else { return [] }
        return [{ [disk] in _ = disk.append(waiting) }]
    }

    // MARK: - In memory

    private func write() {
        guard !chronicle.recent.isEmpty else { return }
        let error = files.write(chronicle.recent.map(\.text))
        if let error, !isMemoryTroubled {
            facts.tell(.historyNotKept, "\(error); movements that the disk does not have are lost when the daemon ends")
        }
        isMemoryTroubled = error != nil
    }

    // MARK: - On the disk

    private func next() {
        guard !isWorking, !isClosed, retry == nil else { return }
        if !isRecalled { return recall() }
        let waiting = chronicle.waiting
        guard !waiting.isEmpty else { return }
        work { [disk] in
            disk.append(waiting)
        } completion: { [unowned self] in
            appended(waiting, $0)
        }
    }

    private func work<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value, completion: @escaping (Value) -> Void
    ) {
        isWorking = true
        let watch = reactor.after(patience) { [weak self] in
            guard let self else { return }
            fail("The disk of the history has not answered for \(patience.components.seconds) s")
        }
        BackgroundWork.run(on: reactor, work) { [weak self] value in
            watch.cancel()
            guard let self else { return }
            isWorking = false
            completion(value)
            next()
        }
    }

    private func recall() {
        work { [disk] in
            disk.recall()
        } completion: { [unowned self] recalled in
            isRecalled = true
            if recalled.torn > 0 {
                facts.tell(
                    .historyTorn,
                    "The last line of the history was cut off (\(recalled.torn) bytes): the machine lost power while it was "
                        + "written. It is left out")
            }
            if let error = recalled.error { fail("\(error)") }
            chronicle.recall(stored: recalled.lastNumber)
            write()
        }
    }

    private func appended(_ lines: [Chronicle.Line], _ error: SystemError?) {
        guard let error else {
            chronicle.stored(lines)
            return succeed()
        }
        fail("\(error)")
        guard !isClosed else { return }
        retry = reactor.after(Self.pause) { [weak self] in
            self?.retry = nil
            self?.next()
        }
    }

    private func fail(_ reason: String) {
        guard !isTroubled else { return }
        isTroubled = true
        facts.tell(
            .historyNotKept,
            "\(reason); the last \(Chronicle.mostWaiting) movements are kept in memory")
    }

    private func succeed() {
        let lost = chronicle.takeLost()
        guard isTroubled || lost > 0 else { return }
        isTroubled = false
        let gap = lost == 0 ? "no movement is missing" : "\(lost) movement\(lost == 1 ? " is" : "s are") missing in it"
        facts.tell(.historyKept, "The history is written to the disk again; \(gap)")
    }
}
