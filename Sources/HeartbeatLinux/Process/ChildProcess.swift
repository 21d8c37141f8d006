// Starts one child and nothing else. The child gets a process group of its own, normal scheduling, default signal
// handling and three descriptors. Never by fork(): copying the page tables of a locked process stalls the loop.

import CLinux
import Glibc

/// Everything a new process is given.
struct ChildProcess {
    var executable: String
    /// Complete, with the name of the program first.
    var arguments: [String]
    /// Complete: nothing of our own environment is added.
    var environment: [(String, String)]
    var directory: String
    var standardOutput: Int32
    var standardError: Int32
    /// In a session of its own instead of just a process group.
    var isSessionLeader = false
    /// A further descriptor for the child, which sees it as 3.
    var extraDescriptor: Int32?
    var standardInput = "/dev/null"

    /// Starts it. Returns its pid, or throws errno.
    func start() throws(HostError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        describeFiles(in: &actions)
        describeProcess(in: &attributes)
        // Resource scripts expect the mask the original gave them, whatever ours is. One thread: nobody sees the change.
        let mask = umask(0o022)
        defer { umask(mask) }
        var pid: pid_t = 0
        let result = withCStringVector(arguments) { arguments in
            withCStringVector(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&pid, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else { throw HostError("run", executable, code: result) }
        return pid
    }

    private func describeFiles(in actions: inout posix_spawn_file_actions_t) {
        posix_spawn_file_actions_addchdir_np(&actions, directory)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, standardInput, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, standardOutput, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, standardError, STDERR_FILENO)
        if let extraDescriptor {
            posix_spawn_file_actions_adddup2(&actions, extraDescriptor, 3)
        }
        // Our own descriptors are closed on exec; this also covers those of libraries and those we were started with.
        posix_spawn_file_actions_addclosefrom_np(&actions, extraDescriptor == nil ? 3 : 4)
    }

    private func describeProcess(in attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var normal = sched_param()
        normal.sched_priority = 0
        posix_spawnattr_setschedpolicy(&attributes, SCHED_OTHER)
        posix_spawnattr_setschedparam(&attributes, &normal)
        posix_spawnattr_setpgroup(&attributes, 0)
        let place = isSessionLeader ? 0x80 /* POSIX_SPAWN_SETSID */ : POSIX_SPAWN_SETPGROUP
        let flags = place | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSCHEDULER
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}

/// Lends the strings as a C vector ending in NULL. A NUL byte inside a string ends it there, as everywhere in C.
private func withCStringVector<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let vector = strings.map { strdup($0) }
    defer { vector.forEach { free($0) } }
    return body(vector + [nil])
}
