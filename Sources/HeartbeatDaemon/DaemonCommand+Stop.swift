// `heartbeat -k`: orders the daemon to end and waits, saying what it waits for. Whoever interrupts the waiting does not
// interrupt the daemon.

import Glibc
import HeartbeatControl
import HeartbeatHost
import HeartbeatModel
import HeartbeatSystem

extension DaemonCommand {
    /// Asks the running daemon to release everything and end, and waits until it has: 0, or 1 when the daemon has ended and
    /// something would not (`shutdown_timeout`). After `timeout` it waits no longer: 1. Without a timeout it waits as long as
    /// the scripts take, as the original does.
    package func stop(timeout: Duration? = nil) -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile) else {
            complain("INFO: Heartbeat already stopped.")
            return 0
        }
        guard pid > 0 else {
            complain("ERROR: heartbeat runs, but \(paths.pidFile) does not tell its process; end it with kill")
            return 1
        }
        if let error = signal(SIGTERM, toDaemon: pid, "stop"), error.code != ESRCH {
            complain("\(error)")
            return 4
        }
        return wait(for: pid, timeout: timeout)
    }

    /// To the daemon that holds the pid file, not to another process that has been given its number since it was read.
    func signal(_ number: Int32, toDaemon pid: pid_t, _ verb: String) -> SystemError? {
        let object = "heartbeat [pid \(pid)]"
        guard let process = ProcessHandle(pid) else { return SystemError(verb, object) }
        guard PidFile.owner(of: paths.pidFile) == .running(pid: pid) else {
            return SystemError(verb, object, code: ESRCH)
        }
        return process.signal(number).map { SystemError(verb, object, code: $0) }
    }

    private func wait(for pid: pid_t, timeout: Duration?) -> Int32 {
        let start = Instant.now
        var nextWord = start + .seconds(10)
        var nextLook = start + .seconds(1)
        var obstacle = Obstacle.untold
        while case .running(let current) = PidFile.owner(of: paths.pidFile), current == pid {
            let now = Instant.now
            let isLate = timeout.map { now - start >= $0 } ?? false
            if isLate || now >= min(nextLook, nextWord) {
                obstacle = look(after: obstacle)
                nextLook = Instant.now + .seconds(1)
            }
            if let timeout, isLate {
                complain(
                    "ERROR: heartbeat [pid \(pid)] has not stopped within \(timeout.components.seconds) s: "
                        + "\(obstacle.text). It goes on stopping; only the waiting ends.")
                return 1
            }
            if now >= nextWord {
                complain(
                    "INFO: waiting for heartbeat [pid \(pid)] since \((now - start).components.seconds) s: \(obstacle.text)"
                )
                nextWord = Instant.now + .seconds(10)
            }
            usleep(50_000)
        }
        guard PidFile.isLeftBehind(by: pid, at: paths.pidFile) else { return 0 }
        complain(
            "ERROR: heartbeat [pid \(pid)] has ended without having stopped everything: \(obstacle.text). Stop it by hand at "
                + "once: the other node starts it when this one has been silent for deadtime.")
        return 1
    }

    /// What keeps the daemon from ending.
    private enum Obstacle {
        case told(ClusterFacts)
        case silent
        case untold

        var text: String {
            switch self {
            case .told(let facts): facts.unfinished
            case .silent: "it does not answer; its process may have been stopped"
            case .untold: "it does not tell why"
            }
        }
    }

    /// Asks the daemon itself. One that is just ending answers no more, and what it last said is true.
    private func look(after last: Obstacle) -> Obstacle {
        do throws(ControlFailure) {
            let reply = try ControlClient(runDirectory: paths.run, timeout: .seconds(2))
                .ask(.question(.snapshot, inProse: false))
            return ClusterFacts(lines: reply.lines).map(Obstacle.told) ?? .untold
        } catch {
            if case .silent = error { return .silent }
            return last
        }
    }
}
