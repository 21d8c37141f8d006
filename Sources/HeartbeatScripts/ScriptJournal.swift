// Which scripts are under way, noted where the next daemon finds it. A daemon that is killed takes the scripts it runs
// with it, but not what those have started: a `sleep`, an `ip`, a `systemctl` that goes on changing things while the next
// daemon – or the peer – already starts the same service. Services that a finished script has left running are none of
// this: they are in no note.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// A directory with one small file for each script that runs; it should not outlive a boot.
package struct ScriptJournal: Sendable {
    private let directory: PrivateDirectory

    /// `directory` need not exist, the one above it must be nobody else's.
    package init(_ directory: String) {
        self.directory = PrivateDirectory(directory)
    }

    /// Notes a script that has just been started. Its number is that of its process group.
    package func begin(_ marker: String, pid: pid_t, words: [String]) throws(SystemError) {
        try directory.make(mode: 0o700)
        try directory.write(Array("\(pid)\n\(words.joined(separator: " "))\n".utf8), to: marker)
    }

    /// Forgets a script that has ended.
    package func end(_ marker: String) {
        directory.remove(marker)
    }

    /// Ends what is left of the scripts that the previous daemon had under way, waiting at most `limit` for each, and
    /// forgets them. Only for a daemon that holds the pid file: the notes of a living one are not its own. Returns
    /// sentences for the log.
    ///
    /// Ended are the processes in the script's own process group, and only if one of them still carries the script's
    /// marker, because the number may be another's by now. What left the group is a service that the script has
    /// started properly; the new daemon asks for its status and stops it by its script.
    package func endLeftovers(atMost limit: Duration = .seconds(5)) -> [String] {
        directory.names().compactMap { marker in
            defer { end(marker) }
            guard let text = directory.contents(of: marker, atMost: 4096) else { return nil }
            let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            guard lines.count == 2, let group = pid_t(lines[0]), group > 1 else { return nil }
            return endGroup(group, marker: "\(ScriptRunner.markerName)=\(marker)", words: lines[1], atMost: limit)
        }
    }

    private func endGroup(_ group: pid_t, marker: String, words: String, atMost limit: Duration) -> String? {
        var known: Set<ProcessEntry.Identity> = []
        var living = members(of: group, marker: marker, &known)
        guard !living.isEmpty else { return nil }
        let count = living.count == 1 ? "1 process" : "\(living.count) processes"
        let deadline = Instant.now + limit
        while !living.isEmpty, Instant.now < deadline {
            for process in living { process.signal(SIGKILL) }
            usleep(10_000)
            living = members(of: group, marker: marker, &known)
        }
        guard living.isEmpty else {
            let pids = living.map { String($0.pid) }.joined(separator: ", ")
            return "the previous daemon was killed while \"\(words)\" ran, and processes \(pids) of it cannot be "
                + "killed: they may still change the resource; look at them with ps"
        }
        return "the previous daemon was killed while \"\(words)\" ran; ended what was left of it (\(count))"
    }

    /// The living of the group, as long as one of them is known for the script's: a group without any may be another's that
    /// has been given the number.
    private func members(
        of group: pid_t, marker: String, _ known: inout Set<ProcessEntry.Identity>
    ) -> [ProcessEntry] {
        let members = ProcessTable.entries().filter { $0.group == group && !$0.isDead }
        if !members.contains(where: { known.contains($0.identity) }) {
            guard !EnvironmentAsker().ask(members, for: marker).carriers.isEmpty else { return [] }
        }
        known.formUnion(members.map(\.identity))
        return members
    }
}
