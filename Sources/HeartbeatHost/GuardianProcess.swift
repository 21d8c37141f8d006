// One hb_guardian beside this daemon: started, asked whether it has ended, ended. What it is for, and when another one follows, is
// decided elsewhere.

import CLinux
import Glibc
import HeartbeatSystem

/// A guardian of this process.
package struct GuardianProcess {
    /// How one has ended.
    package enum End: Hashable {
        /// It has removed the addresses; if not all, `isComplete` is false.
        case acted(isComplete: Bool)
        /// It could not even begin.
        case failed
        case lost(String)
    }

    package let pid: pid_t

    /// Starts `program` with a pidfd of this process and `memory`.
    ///
    /// - Parameters:
    ///   - priority: of this process among real-time ones; 0 if it is none.
    ///   - file: gets a line when it has acted.
    ///   - heirs: the command line of what follows it when this process has died; nothing follows if it is empty.
    package init(
        _ program: String, memory: OwnedDescriptor, priority: Int, file: String, heirs: [String]
    ) throws(SystemError) {
        let own = clinux_pidfd_open(getpid())
        guard own >= 0 else { throw SystemError("watch", "our own process") }
        defer { close(own) }
        var child = ChildProcess(
            executable: program, arguments: ["hb_guardian", "\(priority)", file] + heirs,
            environment: ChildProcess.ownEnvironment, directory: "/", standardOutput: STDOUT_FILENO,
            standardError: STDERR_FILENO, isSessionLeader: true, extraDescriptor: own)
        child.furtherDescriptor = memory.number
        pid = try child.start()
    }

    /// One that the program before this one has started.
    package init(pid: pid_t) {
        self.pid = pid
    }

    /// To be called for every SIGCHLD; once it has told an end, the number may be another process's.
    package func end() -> End? {
        guard clinux_child_has_ended(pid) == 1 else { return nil }
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        guard signal == 0 else { return .lost("signal \(signal)") }
        switch (status >> 8) & 0xFF {
        case 1: return .acted(isComplete: true)
        case 2: return .acted(isComplete: false)
        case 3: return .failed
        case let code: return .lost("exit \(code)")
        }
    }

    package func kill() {
        Glibc.kill(pid, SIGKILL)
    }
}
