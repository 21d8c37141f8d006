// Everything one script has started and that still runs: its process group, whoever carries its marker in the
// environment, the children of those, and whoever was seen as one of them before. A process escapes only when it leaves
// the group, clears its environment and loses its parent all between two looks.

import Glibc
import HeartbeatSystem

/// The processes of one script call, looked up anew each time.
struct ProcessTree {
    /// The script itself. It must not have been reaped: its zombie keeps the number of the group from being given away.
    let root: pid_t
    /// `NAME=value`, unique to this call, that the script was started with.
    let marker: String
    private let startTime: UInt64
    private let asker: EnvironmentAsker
    private var known: Set<ProcessEntry.Identity> = []
    /// Those that have been asked and carry no marker; only a child of a member could still become one.
    private var strangers: Set<ProcessEntry.Identity> = []

    init(root: pid_t, marker: String, asker: EnvironmentAsker = EnvironmentAsker()) {
        self.root = root
        self.marker = marker
        self.asker = asker
        startTime = ProcessEntry(pid: root)?.startTime ?? 0
    }

    /// Those alive now. Takes its time.
    mutating func living() -> [ProcessEntry] { living(among: ProcessTable.entries()) }

    /// Those of a process table that was read just now.
    mutating func living(among all: [ProcessEntry]) -> [ProcessEntry] {
        let own = getpid()
        // What is older than the script is none of its children, and need not be asked for its environment.
        let candidates = all.filter { !$0.isDead && $0.startTime >= startTime && $0.pid != own }
        learn(of: candidates)
        var members = candidates.filter { $0.group == root || known.contains($0.identity) }
        var pids = Set(members.map(\.pid))
        while true {
            let children = candidates.filter { pids.contains($0.parent) && !pids.contains($0.pid) }
            guard !children.isEmpty else { break }
            members += children
            pids.formUnion(children.map(\.pid))
        }
        known.formUnion(members.map(\.identity))
        return members
    }

    private mutating func learn(of candidates: [ProcessEntry]) {
        let unknown = candidates.filter { process in
            process.group != root && !known.contains(process.identity) && !strangers.contains(process.identity)
        }
        guard !unknown.isEmpty else { return }
        let answers = asker.ask(unknown, for: marker)
        known.formUnion(answers.carriers)
        strangers.formUnion(answers.others)
    }

    /// Sends a signal to the processes, each checked again so that a number given away meanwhile is not hit.
    func signal(_ number: Int32, to processes: [ProcessEntry]) {
        // First the whole group at once, before any member can fork away from the list.
        kill(-root, number)
        for process in processes where process.group != root {
            process.signal(number)
        }
    }
}

extension ProcessEntry {
    /// What stays the same for as long as a process lives and is no other's afterwards.
    struct Identity: Hashable {
        var pid: pid_t
        var startTime: UInt64
    }

    /// Sends it a signal; not to another process that has been given its number since.
    package func signal(_ number: Int32) {
        guard let handle = ProcessHandle(pid), ProcessEntry(pid: pid)?.identity == identity else { return }
        handle.signal(number)
    }

    package var identity: Identity { Identity(pid: pid, startTime: startTime) }
}
