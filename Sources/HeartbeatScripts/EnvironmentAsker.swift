// Finds out which processes were started with a variable in their environment. Reading it waits for the memory of the process
// (proc(5), mmap lock), and a process can see to it that this takes for ever; so each is given a moment, on a thread that is
// left behind if it does not come back.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Synchronization

/// Asks processes for their environment. Not on a loop: it may take seconds.
struct EnvironmentAsker: Sendable {
    /// What a process tells.
    enum Answer: Sendable {
        case carries
        case lacks
        /// It has ended, or is just becoming another program.
        case nothing
    }

    struct Answers {
        var carriers: Set<ProcessEntry.Identity> = []
        /// Those that need not be asked again.
        var others: Set<ProcessEntry.Identity> = []
    }

    /// For one process. Usually it takes some microseconds.
    var patience = Duration.seconds(1)
    /// What is done for one process and `NAME=value`; tests do something else.
    var ask: @Sendable (ProcessEntry, _ variable: String) -> Answer = {
        ProcessTable.environment(of: $0.pid, contains: $1)
    }

    /// Threads that did not come back, in the whole process: whoever starts many such processes takes no more than these.
    private static let stuck = Atomic<Int>(0)
    private static let mostStuck = 4

    /// Asks all of them. Who does not answer in time is not asked again.
    func ask(_ processes: [ProcessEntry], for variable: String) -> Answers {
        var answers = Answers()
        var rest = processes[...]
        while !rest.isEmpty, Self.stuck.load(ordering: .relaxed) < Self.mostStuck {
            let round = Round()
            let asked = rest
            guard DetachedThread.start({ round.run(asked, variable, ask) }) == nil else { break }
            let given = wait(for: round, asked.count)
            for (process, answer) in zip(asked, given) {
                switch answer {
                case .carries: answers.carriers.insert(process.identity)
                case .lacks: answers.others.insert(process.identity)
                case .nothing: break
                }
            }
            rest = rest.dropFirst(given.count)
            guard let silent = rest.popFirst() else { break }
            answers.others.insert(silent.identity)
        }
        return answers
    }

    /// The answers until all are there, or none has come for too long.
    private func wait(for round: Round, _ count: Int) -> [Answer] {
        var last = (count: 0, at: Instant.now)
        while true {
            let answers = round.answers
            if answers.count == count { return answers }
            let now = Instant.now
            if answers.count > last.count { last = (answers.count, now) }
            if now - last.at > patience, let answers = round.abandon(at: answers.count) {
                Self.stuck.add(1, ordering: .relaxed)
                return answers
            }
            usleep(1000)
        }
    }

    /// One thread and what it has learned so far.
    private final class Round: Sendable {
        private struct Shared {
            var answers: [Answer] = []
            var isAbandoned = false
        }

        private let shared = Mutex(Shared())

        var answers: [Answer] { shared.withLock { $0.answers } }

        /// From now on the thread learns nothing for us; `nil` when it has gone on in this very moment.
        func abandon(at count: Int) -> [Answer]? {
            shared.withLock { shared in
                guard shared.answers.count == count else { return nil }
                shared.isAbandoned = true
                return shared.answers
            }
        }

        func run(_ processes: ArraySlice<ProcessEntry>, _ variable: String, _ ask: (ProcessEntry, String) -> Answer) {
            for process in processes {
                let answer = ask(process, variable)
                let isAbandoned = shared.withLock { shared in
                    if !shared.isAbandoned { shared.answers.append(answer) }
                    return shared.isAbandoned
                }
                if isAbandoned {
                    EnvironmentAsker.stuck.subtract(1, ordering: .relaxed)
                    return
                }
            }
        }
    }
}
