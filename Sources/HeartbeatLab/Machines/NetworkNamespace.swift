// Network namespaces with names. It knows names and processes, not what a laboratory makes of them.

import CLinux
import Glibc

/// A named network namespace (`ip netns`).
public struct NetworkNamespace: Hashable, Sendable {
    public let name: String

    /// Makes it, with its loopback up.
    static func make(_ name: String) throws -> NetworkNamespace {
        try Command.succeed(["ip", "netns", "add", name])
        let namespace = NetworkNamespace(name: name)
        try namespace.configure(["link set lo up"])
        return namespace
    }

    /// Runs lines of `ip` inside, in one process.
    func configure(_ lines: [String]) throws {
        try Command.succeed(
            ["ip", "-n", name, "-batch", "-"], input: lines.map { $0 + "\n" }.joined())
    }

    /// Moves the calling thread inside, for good.
    func enter() throws {
        let path = "/run/netns/\(name)"
        let descriptor = try check(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
        defer { _ = close(descriptor) }
        try check(clinux_lab_enter_network(descriptor), "setns \(name)")
    }

    /// Ends every process inside, then removes it.
    func remove() {
        for line in Command.attempt(["ip", "netns", "pids", name]).split(separator: "\n") {
            if let pid = pid_t(line) { kill(pid, SIGKILL) }
        }
        Command.attempt(["ip", "netns", "del", name])
    }
}
