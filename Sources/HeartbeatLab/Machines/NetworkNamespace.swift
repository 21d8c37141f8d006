// Network namespaces with names. It knows names and processes, not what a laboratory makes of them.

import CLinux
import Glibc
import HeartbeatModel
import Synchronization

/// A named network namespace (`ip netns`).
package struct NetworkNamespace: Hashable, Sendable {
    package let name: String

    /// The one of this name, whether it is there or not.
    package init(name: String) { self.name = name }

    /// Makes it, with its loopback up.
    package static func make(_ name: String) throws -> NetworkNamespace {
        try Command.succeed(["ip", "netns", "add", name])
        let namespace = NetworkNamespace(name: name)
        try namespace.configure(["link set lo up"])
        return namespace
    }

    /// Runs lines of `ip` inside, in one process.
    package func configure(_ lines: [String]) throws {
        try Command.succeed(
            ["ip", "-n", name, "-batch", "-"], input: lines.textOfLines)
    }

    /// The words before a command line that is to run inside.
    package var inside: [String] { ["ip", "netns", "exec", name] }

    /// Writes a setting below /proc/sys of the namespace.
    package func set(_ setting: String, to value: String) throws {
        try Command.succeed(inside + ["sh", "-c", "echo '\(value)' >'/proc/sys/\(setting)'"])
    }

    /// Makes a descriptor that belongs to the namespace, whoever uses it.
    func open(_ what: String, _ make: @escaping @Sendable () -> Int32) throws -> Int32 {
        try run { try check(make(), "\(what) in \(name)") }
    }

    /// Runs a body on a thread inside; returns or throws what it does.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Mutex<Result<Value, any Error>>(.failure(LabError.notReached("a thread in \(name)")))
        try LabThread {
            let outcome = Result {
                try enter()
                return try body()
            }
            result.withLock { $0 = outcome }
        }.join()
        return try result.withLock { $0 }.get()
    }

    /// Moves the calling thread inside, for good.
    package func enter() throws {
        let path = "/run/netns/\(name)"
        let descriptor = try check(Glibc.open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
        defer { _ = close(descriptor) }
        try check(clinux_lab_enter_network(descriptor), "setns \(name)")
    }

    /// Ends every process inside, then removes it.
    package func remove() {
        for line in Command.attempt(["ip", "netns", "pids", name]).split(separator: "\n") {
            if let pid = pid_t(line) { kill(pid, SIGKILL) }
        }
        Command.attempt(["ip", "netns", "del", name])
    }
}
