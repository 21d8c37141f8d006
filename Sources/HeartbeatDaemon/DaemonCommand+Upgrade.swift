// `heartbeat --upgrade`: the running daemon becomes the program that is installed now. Success is only what the new program has said
// itself.

import Glibc
import HeartbeatControl
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

extension DaemonCommand {
    /// So long the daemon may wait for a moment of rest, and its new program be asked before.
    private static let patience = Duration.seconds(45)
    /// So long the new program may take until it answers.
    private static let longestBeginning = Duration.seconds(10)

    /// 0 when the new program has said that it goes on; 1 when the daemon goes on as before, and why is said.
    package func upgrade() -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile), pid > 0 else {
            complain("heartbeat is stopped: there is nothing to upgrade. Start it")
            return 1
        }
        let token = "\(getpid()).\(Instant.sinceBoot.nanoseconds)"
        do throws(ControlFailure) {
            let reply = try ControlClient(runDirectory: paths.run, timeout: Self.patience).ask(.upgrade(token))
            reply.errors.forEach(complain)
            return reply.exitCode == 0 ? 1 : reply.exitCode
        } catch {
            // The connection ends with the program that was asked.
            guard case .garbled = error else {
                complain("ERROR: \(error); nothing is known of the upgrade")
                return 1
            }
        }
        return waitForNewProgram(pid, token)
    }

    private func waitForNewProgram(_ pid: pid_t, _ token: String) -> Int32 {
        let end = Instant.now + Self.longestBeginning
        while Instant.now < end {
            if let words = told("hbupgraded")?.split(separator: " "), words.count == 3, words[0] == token {
                say(
                    "heartbeat [pid \(pid)] goes on as \(told("hbversion") ?? "another version"), "
                        + "upgraded from \(words[1]) in \(words[2]) ms")
                return 0
            }
            usleep(20_000)
        }
        complain(
            "ERROR: heartbeat [pid \(pid)] has not said within \(Self.longestBeginning.components.seconds) s that it goes on: "
                + "look at its log, and at heartbeat -s")
        return 1
    }

    private func told(_ parameter: String) -> String? {
        do throws(ControlFailure) {
            let reply = try ControlClient(runDirectory: paths.run, timeout: .seconds(1))
                .ask(.question(.parameter(parameter), inProse: false))
            return reply.exitCode == 0 ? reply.lines.first : nil
        } catch {
            return nil
        }
    }

    /// Prints the number of the format in which this program keeps and reads the state of a node (`--state-format`).
    package func stateFormat() -> Int32 {
        say("\(StateFormat.number)")
        return 0
    }

    /// Says whether this program could go on from the state on descriptor 3 (`--accepts-state`): the daemon that runs asks before it gives
    /// its place away.
    package func acceptsState() -> Int32 {
        switch InheritedState.read(ProgramTrial.descriptor) {
        case .success:
            say(ProgramTrial.yes)
            return 0
        case .failure(let fault):
            say("\(fault)")
            return 1
        }
    }

    /// In the place of another program; `nil` when this is a start of its own.
    func resume() -> Int32? {
        guard let state = InheritedState.take() else { return nil }
        switch state {
        case .failure(let fault):
            complain("ERROR: heartbeat cannot go on in the place of another program: \(fault)")
            return 1
        case .success(let kept):
            var command = self
            command.node = kept.node.text
            let log = LogOutput(
                kept.configuration.logging, host: kept.node.text, console: LogOutput.foregroundConsole())
            log.debugLevel = kept.debugLevel
            defer { log.flush() }
            return Daemon(kept.configuration, loader: command.loader, log: log)
                .resume(kept, isRealtime: !isRealtimeDisabled)
        }
    }
}
