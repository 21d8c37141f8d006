// How long scripts take here, as it is kept for the next daemon: read and written beside the loop, because a disk that hangs must hold up
// no keepalive. Only whoever predicts misses anything when it is lost.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// `learned` in the state directory: the lines of `LearnedDurations`.
final class LearnedStore {
    private static let largest = 1 << 20

    private let store: BackgroundStore<[String]>
    private(set) var durations = LearnedDurations()
    /// Noted before the file had been read.
    private var early: [Run]? = []
    private static let mostEarly = 64

    /// A call of a script, or of addresses, that did what it should.
    struct Run: Hashable {
        /// The first word of its step.
        var word: String
        var verb: ResourceVerb
        var duration: Duration
    }

    init(_ path: String, facts: FactTeller, reactor: Reactor) {
        store = BackgroundStore(
            reactor: reactor,
            write: { lines in
                do throws(SystemError) {
                    try DurableFile.replace(path, with: lines.bytesOfLines, mode: 0o644)
                    return nil
                } catch {
                    return error
                }
            },
            onFailure: { error in
                facts.tell(
                    .historyNotKept, "\(error); after a restart of heartbeat nobody knows how long scripts take here")
            })
        BackgroundWork.run(on: reactor) {
            Self.read(path)
        } completion: { [weak self] durations in
            self?.adopt(durations)
        }
    }

    private static func read(_ path: String) -> LearnedDurations {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return LearnedDurations() }
        defer { close(descriptor) }
        let bytes = Descriptors.contents(from: descriptor, atMost: largest)
        return LearnedDurations(
            text: String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    private func adopt(_ read: LearnedDurations) {
        durations = read
        let noted = early ?? []
        early = nil
        for run in noted { note(run) }
    }

    func note(_ run: Run) {
        guard let early else { return durations.note(run.word, run.verb, took: run.duration) }
        // Of a disk that hangs nothing is learned.
        if early.count < Self.mostEarly { self.early?.append(run) }
    }

    /// Some movements are over.
    func save() {
        guard early == nil else { return }
        store.store(durations.text)
    }
}
