// The program of a daemon begins in the place of another one: everything that was open stays open, and the node goes on.

import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

extension Daemon {
    var isReading: Bool { reading != .none }

    /// Returns the exit code when the node has ended.
    func resume(_ kept: KeptNode, isRealtime: Bool) -> Int32 {
        haCfWritten = kept.haCfWritten
        enterRealtime(isRealtime)
        watchdog = kept.watchdog.map { NodeWatchdog(descriptor: $0, logger: log.logger) }
        controlSocket = kept.controlSocket.map(OwnedDescriptor.init(takingOwnershipOf:))
        live(with: PidFile.resume(loader.paths.pidFile, descriptor: kept.pidFile)) { reactor in
            self.resume(kept, on: reactor)
        }
        return exitCode
    }

    private func resume(_ kept: KeptNode, on reactor: Reactor) {
        let shell = makeShell(
            reactor, kept.configuration, (kept.core.generation, kept.uuid), core: kept.core)
        lead(shell)
        shell.keepHistory()
        shell.resume(kept)
        shell.keepLastWords()
        let time = reactor.now - kept.since
        shell.upgraded = [
            Configuration.Parameter(name: "hbupgraded", value: "\(kept.token) \(kept.version) \(time.milliseconds)")
        ]
        shell.facts.tell(
            .upgraded,
            "Upgraded from \(kept.version) to \(Version.own) in \(time.milliseconds) ms: the same process, nothing was stopped"
        )
        listen(to: shell, on: reactor.eventLoop)
    }
}
