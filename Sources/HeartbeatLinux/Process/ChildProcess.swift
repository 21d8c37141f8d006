// Starts one child and nothing else. The child gets a process group of its own, normal scheduling, default signal
// handling and three descriptors. Never by fork(): copying the page tables of a locked process stalls the loop. Nor by
// posix_spawn(3), which cannot tie the child's life to ours.

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

    /// Whether it is killed when the calling thread ends, for whatever reason. What it has started itself is not.
    var diesWithUs = false

    /// Starts it. Returns its pid, or throws errno.
    func start() throws(HostError) -> pid_t {
        let pid = withCStringVector(arguments) { arguments in
            withCStringVector(environment.map { "\($0)=\($1)" }) { environment in
                withCStringVector([executable, directory, standardInput]) { paths in
                    var child = clinux_child()
                    child.executable = .init(paths[0])
                    child.directory = .init(paths[1])
                    child.input = .init(paths[2])
                    child.arguments = .init(arguments)
                    child.environment = .init(environment)
                    child.output = standardOutput
                    child.errors = standardError
                    child.extra = extraDescriptor ?? -1
                    child.leads_session = isSessionLeader ? 1 : 0
                    child.dies_with_us = diesWithUs ? 1 : 0
                    return clinux_spawn(&child)
                }
            }
        }
        guard pid > 0 else { throw HostError("run", executable, code: -pid) }
        return pid
    }
}

/// Lends the strings as a C vector ending in NULL. A NUL byte inside a string ends it there, as everywhere in C.
private func withCStringVector<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var vector = strings.map { strdup($0) } + [nil]
    defer { vector.forEach { free($0) } }
    return vector.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("a vector ends in NULL and is never empty") }
        return body(base)
    }
}
