// The lost paths of this node as they are kept for the next daemon: in /run at once, and on the disk by a thread of its own,
// because a disk that hangs must hold up no keepalive. It refuses to know why a path is lost.

import HeartbeatCore
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Everything here happens on the loop but the writing to the disk.
final class PathMemory {
    private let files: LostPaths
    private let facts: FactTeller
    private let store: BackgroundStore<[LostPaths.Path]>
    private var paths: [LostPaths.Path] = []

    init(_ files: LostPaths, facts: FactTeller, reactor: Reactor) {
        self.files = files
        self.facts = facts
        store = BackgroundStore(reactor: reactor, write: files.store) { error in
            facts.tell(.networkWatchFailed, "\(error); after a boot of this machine paths count as they did before")
        }
    }

    /// Names of the paths that are lost.
    var names: [String] { paths.map(\.name) }

    /// Reads what the daemon before this one has left, and logs what of it is asked after now.
    func recall(_ probes: [PathProbe]) {
        paths = files.read().filter { path in probes.contains { $0.name == path.name } }
        for path in paths {
            guard let probe = probes.first(where: { $0.name == path.name }) else { continue }
            facts.tell(
                .pathRecalled,
                "Path \(path.name) was lost before this start\(age(of: path)): it counts as lost until it has answered "
                    + "\(probe.rise) times in a row",
                [Fact.Field(.path, path.name), Fact.Field(.limit, probe.rise)])
        }
    }

    /// What the program before this one has written is no news.
    func resume() { paths = files.read() }

    private func age(of path: LostPaths.Path) -> String {
        let now = WallClock.unixTime
        guard let since = path.since, since <= now else { return "" }
        let seconds = now - since
        switch seconds {
        case ..<300: return ", \(seconds) s ago"
        case ..<18000: return ", \(seconds / 60) min ago"
        default: return ", \(seconds / 3600) h ago"
        }
    }

    /// These are lost and no others.
    func remember(_ names: [String]) {
        guard names != self.names else { return }
        paths = names.map { name in
            paths.first { $0.name == name } ?? LostPaths.Path(name: name, since: WallClock.unixTime)
        }
        if let error = files.write(paths) {
            facts.tell(
                .networkWatchFailed, "\(error); after a restart of heartbeat lost paths count as good until asked")
        }
        store.store(paths)
    }
}
