// Processes that do not let their environment be read. What hangs here is the question itself, until the test ends: a real
// one hangs as long as its process wants it to.

import Glibc
import HeartbeatModel
import Synchronization
import Testing

@testable import HeartbeatScripts

@Suite(.serialized) struct EnvironmentTests {
    /// Questions that are answered when the test is over.
    private final class Silence: Sendable {
        private let isOver = Mutex(false)
        private let waiting = Atomic<Int>(0)
        private let asked = Mutex<[pid_t]>([])

        var pids: [pid_t] { asked.withLock { $0 } }

        func keep(_ pid: pid_t) {
            asked.withLock { $0.append(pid) }
            waiting.add(1, ordering: .relaxed)
            while !isOver.withLock({ $0 }) { usleep(1000) }
            waiting.subtract(1, ordering: .relaxed)
        }

        func end() {
            isOver.withLock { $0 = true }
            // The threads give back their places.
            _ = waitUntil { waiting.load(ordering: .relaxed) == 0 }
            usleep(50_000)
        }
    }

    private func processes(_ pids: ClosedRange<pid_t>) throws -> [ProcessEntry] {
        try pids.map { pid in
            let text = "\(pid) (x) S 1 \(pid) 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 \(pid) 100"
            return try #require(ProcessEntry(stat: Array(text.utf8)))
        }
    }

    @Test func `who does not answer costs a moment, and the others are asked all the same`() throws {
        let silence = Silence()
        defer { silence.end() }
        let asker = EnvironmentAsker(patience: .milliseconds(50)) { process, _ in
            if process.pid == 103 { silence.keep(process.pid) }
            return process.pid % 2 == 0 ? .carries : process.pid == 105 ? .nothing : .lacks
        }
        let answers = asker.ask(try processes(100...107), for: "A=b")
        #expect(answers.carriers.map(\.pid).sorted() == [100, 102, 104, 106])
        #expect(answers.others.map(\.pid).sorted() == [101, 103, 107], "105 may be asked again")
        #expect(silence.pids == [103])
    }

    @Test func `however many do not answer, only a few threads wait for them`() throws {
        let silence = Silence()
        defer { silence.end() }
        let asker = EnvironmentAsker(patience: .milliseconds(20)) { process, _ in
            silence.keep(process.pid)
            return .lacks
        }
        _ = asker.ask(try processes(100...200), for: "A=b")
        _ = asker.ask(try processes(100...200), for: "A=b")
        #expect((1...4).contains(silence.pids.count), "\(silence.pids)")
    }

    @Test func `a script is ended while the loop goes on, whatever the processes of others do`() throws {
        let silence = Silence()
        defer { silence.end() }
        let harness = try ScriptHarness(
            grace: .milliseconds(100),
            // Given up by nobody: what the loop waited for would never come.
            asker: EnvironmentAsker(patience: .seconds(60)) { process, variable in
                silence.keep(process.pid)
                return ProcessTable.environment(of: process.pid, contains: variable)
            })
        // Known by nothing but its environment.
        let text = "(setsid sh -c 'echo $$ >>$DIR/pids; exec sleep 1000' &); sleep 1000"
        let run = try harness.start(harness.script(text), timeout: .seconds(1))
        #expect(waitUntil { !silence.pids.isEmpty }, "somebody is asked")
        for _ in 0..<100 { try harness.settle() }
        silence.end()
        #expect(waitUntil { run.now.results == [.timedOut] })
        let seen = pids(in: "\(harness.directory)/pids")
        #expect(seen.count == 1)
        for pid in seen where isAlive(pid) {
            Issue.record("\(pid) was not found: the loop has waited for an answer")
            kill(pid, SIGKILL)
        }
    }
}
