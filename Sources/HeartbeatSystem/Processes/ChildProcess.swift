// Starts one child and nothing else. The child gets a process group of its own, normal scheduling, default signal
// handling and three descriptors. Never by fork(): copying the page tables of a locked process stalls the loop. Nor by
// posix_spawn(3), which cannot tie the child's life to ours.

import CLinux
import Glibc

/// Everything a new process is given.
package struct ChildProcess {
    package var executable: String
    /// Complete, with the name of the program first.
    package var arguments: [String]
    /// Complete: nothing of our own environment is added.
    package var environment: [(String, String)]
    package var directory: String
    package var standardOutput: Int32
    package var standardError: Int32
    /// In a session of its own instead of just a process group.
    package var isSessionLeader = false
    /// A further descriptor for the child, which sees it as 3.
    package var extraDescriptor: Int32?
    /// One more, with `extraDescriptor` only, which the child sees as 4.
    package var furtherDescriptor: Int32?
    package var standardInput = "/dev/null"

    /// Whether it is killed when the calling thread ends, for whatever reason. What it has started itself is not.
    package var diesWithUs = false

    /// Runs as this user instead of ours.
    package var account: Account?

    package init(
        executable: String, arguments: [String], environment: [(String, String)], directory: String,
        standardOutput: Int32, standardError: Int32, isSessionLeader: Bool = false, extraDescriptor: Int32? = nil,
        standardInput: String = "/dev/null", diesWithUs: Bool = false, account: Account? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.isSessionLeader = isSessionLeader
        self.extraDescriptor = extraDescriptor
        self.standardInput = standardInput
        self.diesWithUs = diesWithUs
        self.account = account
    }

    /// That of this process, for a child that is to have the same.
    package static var ownEnvironment: [(String, String)] {
        var result: [(String, String)] = []
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result.append((String(parts[0]), String(parts[1]))) }
            next += 1
        }
        return result
    }

    /// Starts it. Returns its pid, or throws errno.
    package func start() throws(SystemError) -> pid_t {
        let pid = withCStringVector(arguments) { arguments in
            withCStringVector(environment.map { "\($0)=\($1)" }) { environment in
                withCStringVector([executable, directory, standardInput]) { paths in
                    var groups = account?.groups ?? []
                    return groups.withUnsafeMutableBufferPointer { groups in
                        var child = clinux_child()
                        child.executable = .init(paths[0])
                        child.directory = .init(paths[1])
                        child.input = .init(paths[2])
                        child.arguments = .init(arguments)
                        child.environment = .init(environment)
                        child.output = standardOutput
                        child.errors = standardError
                        child.extra = extraDescriptor ?? -1
                        child.further = furtherDescriptor ?? -1
                        child.leads_session = isSessionLeader ? 1 : 0
                        child.dies_with_us = diesWithUs ? 1 : 0
                        child.changes_user = account == nil ? 0 : 1
                        child.user = account?.user ?? 0
                        child.group = account?.group ?? 0
                        child.groups = UnsafePointer(groups.baseAddress)
                        child.group_count = Int32(groups.count)
                        return clinux_spawn(&child)
                    }
                }
            }
        }
        guard pid > 0 else { throw SystemError("run", executable, code: -pid) }
        return pid
    }
}

extension ChildProcess {
    /// The daemon may be protected from the out-of-memory killer (OOMScoreAdjust of its unit); what it starts is not to
    /// inherit that. Returns why it does.
    package static func letTheKernelKill(_ pid: pid_t) -> SystemError? {
        let own = Descriptors.contents(of: "/proc/self/oom_score_adj", atMost: 16) ?? []
        guard own != Array("0\n".utf8) else { return nil }
        let path = "/proc/\(pid)/oom_score_adj"
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return Descriptors.write(Array("0".utf8), to: descriptor).map { SystemError("write", path, code: $0) }
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
