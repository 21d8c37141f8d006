// Which scripts are under way, noted where the next daemon finds it. A daemon that is killed takes the scripts it runs
// with it, but not what those have started: a `sleep`, an `ip`, a `systemctl` that goes on changing things while the next
// daemon – or the peer – already starts the same service. Services that a finished script has left running are none of
// this: they are in no note.

import Glibc

/// A directory with one small file for each script that runs; it should not outlive a boot.
public struct ScriptJournal: Sendable {
    private let directory: String

    /// `directory` need not exist.
    public init(_ directory: String) {
        self.directory = directory
    }

    /// Notes a script that has just been started. Its number is that of its process group.
    func begin(_ marker: String, pid: pid_t, words: [String]) throws(HostError) {
        try Directories.make(directory, mode: 0o700)
        let path = directory + "/" + marker
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw HostError("create", path) }
        defer { close(descriptor) }
        let text = "\(pid)\n" + words.joined(separator: " ") + "\n"
        if let code = Descriptors.write(Array(text.utf8), to: descriptor) { throw HostError("write", path, code: code) }
    }

    /// Forgets a script that has ended.
    func end(_ marker: String) {
        unlink(directory + "/" + marker)
    }

    /// Ends what is left of the scripts that the previous daemon had under way, waiting at most `limit` for each, and
    /// forgets them. Only for a daemon that holds the pid file: the notes of a living one are not its own. Returns
    /// sentences for the log.
    ///
    /// Ended are the processes in the script's own process group, and only if one of them still carries the script's
    /// marker, because the number may be another's by now. What left the group is a service that the script has
    /// started properly; the new daemon asks for its status and stops it by its script.
    public func endLeftovers(atMost limit: Duration = .seconds(5)) -> [String] {
        Directories.names(in: directory).sorted().compactMap { marker in
            defer { end(marker) }
            guard let text = Descriptors.contents(of: directory + "/" + marker, atMost: 4096) else { return nil }
            let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            guard lines.count == 2, let group = pid_t(lines[0]), group > 1 else { return nil }
            return endGroup(group, marker: "\(ScriptRunner.markerName)=\(marker)", words: lines[1], atMost: limit)
        }
    }

    private func endGroup(_ group: pid_t, marker: String, words: String, atMost limit: Duration) -> String? {
        var living = members(of: group)
        guard living.contains(where: { ProcessTable.environment(of: $0.pid, contains: marker) }) else { return nil }
        let count = living.count == 1 ? "1 process" : "\(living.count) processes"
        let deadline = ContinuousClock.now + limit
        while !living.isEmpty, ContinuousClock.now < deadline {
            kill(-group, SIGKILL)
            usleep(10_000)
            living = members(of: group)
        }
        guard living.isEmpty else {
            let pids = living.map { String($0.pid) }.joined(separator: ", ")
            return "the previous daemon was killed while \"\(words)\" ran, and processes \(pids) of it cannot be "
                + "killed: they may still change the resource; look at them with ps"
        }
        return "the previous daemon was killed while \"\(words)\" ran; ended what was left of it (\(count))"
    }

    private func members(of group: pid_t) -> [ProcessEntry] {
        ProcessTable.entries().filter { $0.group == group && !$0.isDead }
    }
}
