// Names that tell whose they are, and the sweeping-up of what a killed run has left behind under such names.

import Glibc
import Synchronization

/// Names of one laboratory: `<prefix><pid>-<number>-<what>`, the number counting the laboratories of one process.
package struct RunName: Hashable, Sendable {
    /// Letters only.
    package let prefix: String
    package let pid: Int32
    private let rest: String

    private static let laboratories = Atomic<Int>(0)

    /// Names of this process that it has not used before.
    package init(prefix: String) {
        self.prefix = prefix
        pid = getpid()
        rest = "-\(Self.laboratories.add(1, ordering: .relaxed).newValue)"
    }

    /// Recognises a name of this prefix; `nil` for all others.
    init?(recognising name: String, prefix: String) {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
        let rest = name.dropFirst(prefix.count + digits.count)
        guard let pid = Int32(digits), rest.hasPrefix("-") else { return nil }
        self.prefix = prefix
        self.pid = pid
        self.rest = String(rest)
    }

    package func callAsFunction(_ what: String) -> String {
        "\(prefix)\(pid)\(rest)-\(what)"
    }

    /// The directory with everything that is kept in files.
    package var directory: String {
        "/tmp/\(prefix)\(pid)\(rest)"
    }

    /// Its process is gone, so nobody will clean up.
    var isAbandoned: Bool {
        kill(pid, 0) != 0 && errno == ESRCH
    }

    /// Removes namespaces, processes and directories of runs that ended without doing it. Returns what was removed.
    @discardableResult
    package static func sweep(prefix: String) -> [String] {
        func isAbandoned(_ name: String) -> Bool {
            RunName(recognising: name, prefix: prefix)?.isAbandoned ?? false
        }
        let namespaces = Files.names(in: "/run/netns").filter(isAbandoned)
        for name in namespaces { NetworkNamespace(name: name).remove() }
        let directories = Files.names(in: "/tmp").filter(isAbandoned).map { "/tmp/\($0)" }
        for directory in directories { Files.remove(directory) }
        return namespaces + directories
    }
}
