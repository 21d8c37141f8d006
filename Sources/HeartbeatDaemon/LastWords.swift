// What this daemon leaves for whoever asks when it is gone: its last sign of life, in memory, and its last status, as a file written
// soon after news. Nothing waits for a disk, and nothing is written while nothing happens.

import HeartbeatCheck
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// The life page and the last status of one running daemon.
final class LastWords {
    /// News are gathered for so long.
    private static let pause = Duration.seconds(1)
    /// What is on the disk is no older than this when something has happened.
    private static let diskPause = Duration.seconds(60)

    private let page: LifePage?
    private let files: LastStatus
    private let facts: FactTeller
    private let reactor: Reactor
    private let disk: BackgroundStore<[String]>
    private let tell: () -> NodeFacts
    private var timer: ReactorTimer?
    private var diskTimer: ReactorTimer?
    private var stored: Instant?
    private var isTroubled = false
    /// The disk gets everything now: soon there is nobody to write to it.
    private var isEnding = false

    /// - Parameter tell: what is to be known of the node just now.
    init(
        paths: DaemonPaths, generation: Generation, facts: FactTeller, reactor: Reactor, tell: @escaping () -> NodeFacts
    ) {
        self.facts = facts
        self.reactor = reactor
        self.tell = tell
        files = paths.lastStatus
        disk = BackgroundStore(reactor: reactor, write: files.store) { error in
            facts.tell(.statusNotKept, "\(error); after a boot of this machine an older status is shown")
        }
        do throws(SystemError) {
            page = try LifePage(in: paths.own, generation: generation)
        } catch {
            page = nil
            facts.tell(.statusNotKept, "\(error); when this daemon is gone nobody can tell since when")
        }
    }

    /// A status was handed to a medium.
    func beat() { page?.beat() }

    /// The node counts anew.
    func begin(_ generation: Generation) { page?.begin(generation) }

    /// Something has changed that a person could see.
    func hear() {
        guard timer == nil else { return }
        timer = reactor.after(Self.pause) { [weak self] in self?.write() }
    }

    /// Everything is being released.
    func ends() {
        isEnding = true
        page?.enter(.ends)
    }

    /// The daemon ends in order; no thread is begun for the disk any more.
    func close() {
        timer?.cancel()
        diskTimer?.cancel()
        write(tell().text)
        page?.enter(.ended)
    }

    private func write() {
        timer = nil
        let lines = tell().text
        write(lines)
        store(lines)
    }

    private func write(_ lines: [String]) {
        let error = files.write(lines)
        if let error, !isTroubled {
            facts.tell(.statusNotKept, "\(error); when this daemon is gone an older status is shown")
        }
        isTroubled = error != nil
    }

    private func store(_ lines: [String]) {
        guard !isEnding else { return storeNow(lines) }
        guard diskTimer == nil else { return }
        let wait = stored.map { Self.diskPause - (reactor.now - $0) } ?? .zero
        guard wait > .zero else { return storeNow(lines) }
        diskTimer = reactor.after(wait) { [weak self] in
            guard let self else { return }
            diskTimer = nil
            storeNow(tell().text)
        }
    }

    private func storeNow(_ lines: [String]) {
        stored = reactor.now
        disk.store(lines)
    }
}
