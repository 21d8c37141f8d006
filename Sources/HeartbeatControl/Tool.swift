// What the command-line tools have in common: asking, printing, and the words for a daemon that does not answer.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// A command-line tool by its name.
package struct Tool: Sendable {
    package let name: String
    private let client: ControlClient

    package init(name: String, client: ControlClient) {
        self.name = name
        self.client = client
    }

    /// The answer to a question, also when the daemon gives none: words and exit codes of `cl_status`.
    package func reply(to question: ClusterQuestion, inProse: Bool) -> ControlReply {
        do throws(ControlFailure) {
            return try client.ask(.question(question, inProse: inProse))
        } catch {
            return Tool.reply(for: error, to: question)
        }
    }

    /// Orders a move. `word` is what the operator typed: `all` (the default), `foreign`, `local` or `failback`.
    package func order(_ move: Move, of word: String?) -> ControlReply {
        guard let set = move.set(for: word ?? "all") else {
            return ControlReply(
                exitCode: ControlExit.failure,
                errors: [
                    "\(name): wrong resources(\(word ?? "")).", "usage:", "\(name) [all|foreign|local|failback]",
                ])
        }
        do throws(ControlFailure) {
            var reply = try client.ask(.operation(move.request(set)))
            if reply.exitCode == ControlExit.success { reply.lines.insert(move.sentence(set), at: 0) }
            return reply
        } catch {
            return complaint(Tool.exitCode(for: error), "\(error)")
        }
    }

    /// What the node holds and does now; `nil` when it does not tell.
    package func facts() -> ClusterFacts? {
        do throws(ControlFailure) {
            return ClusterFacts(lines: try client.ask(.question(.snapshot, inProse: false)).lines)
        } catch {
            return nil
        }
    }

    /// Waits until an ordered move is over: 0 when the groups are where they should be, 1 when they are not, 12 when that
    /// is not known after `limit`. `before`: the facts before the order.
    package func wait(
        for move: Move, of set: HoldSet, before: ClusterFacts?, atMost limit: Duration
    ) -> ControlReply {
        let start = Instant.now
        var relocation = Relocation(move, of: set, before: before)
        while true {
            let elapsed = Instant.now - start
            do throws(ControlFailure) {
                guard let facts = ClusterFacts(lines: try client.ask(.question(.snapshot, inProse: false)).lines)
                else { throw .garbled }
                switch relocation.judge(facts, after: elapsed) {
                case .succeeded: return ControlReply()
                case .failed(let reason): return complaint(ControlExit.failure, reason)
                case .goesOn: break
                }
            } catch {
                return complaint(Tool.exitCode(for: error), "\(error)")
            }
            guard elapsed < limit else {
                return complaint(
                    ControlExit.timeout,
                    "not over after \(limit.components.seconds) s; it goes on, only the waiting ends")
            }
            usleep(100_000)
        }
    }

    private func complaint(_ exitCode: Int32, _ text: String) -> ControlReply {
        ControlReply(exitCode: exitCode, errors: ["\(name): \(text)"])
    }

    /// Prints an answer; returns the code to exit with.
    package func show(_ reply: ControlReply) -> Int32 {
        write(reply.lines, to: STDOUT_FILENO)
        write(reply.errors.map { $0.hasPrefix("ERROR: ") ? logPrefix() + $0 : $0 }, to: STDERR_FILENO)
        return reply.exitCode
    }

    /// What to say when the daemon did not answer.
    package static func reply(for failure: ControlFailure, to question: ClusterQuestion) -> ControlReply {
        let reason = ["ERROR: Cannot signon with heartbeat", "ERROR: REASON: \(failure)"]
        guard case .hbstatus = question, case .notRunning = failure else {
            return ControlReply(exitCode: exitCode(for: failure), errors: reason)
        }
        return ControlReply(exitCode: ControlExit.failure, lines: ["Heartbeat is stopped on this machine."])
    }

    private static func exitCode(for failure: ControlFailure) -> Int32 {
        switch failure {
        case .notRunning, .notPermitted: ControlExit.failure
        case .silent: ControlExit.timeout
        case .garbled: ControlExit.unknown
        }
    }

    /// `Nov 20 23:59:15 nodea cl_status: [295]: `, as the original's tools put in front of their errors.
    private func logPrefix() -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var room = [CChar](repeating: 0, count: 64)
        let count = strftime(&room, room.count, "%b %e %T", &parts)
        let date = String(decoding: room.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(date) \(Machine.name) \(name): [\(getpid())]: "
    }

    private func write(_ lines: [String], to descriptor: Int32) {
        var rest = lines.bytesOfLines[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
