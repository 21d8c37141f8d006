// Which files in the configuration are nobody's own: removing Debian's package of heartbeat 3 leaves its scripts behind, and
// there they would go before what this product does itself. Whoever has changed one has made it their own.

import Crypto
import Glibc
import HeartbeatModel
import HeartbeatSystem
import Synchronization

/// Knows files by what is in them: byte for byte as a package has installed them. Those of the packages that could be looked
/// at are in a table; of others, such as those of older releases, dpkg remembers what it has installed, also after their
/// removal.
package final class PackageLeftovers: Sendable {
    /// What a file was when it was judged; read again only when it is another.
    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
        var size: Int
        var changed: [Int]

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            // The time of the last write can be set back, that of the last change of the file cannot.
            changed = [status.st_mtim, status.st_ctim].flatMap { [Int($0.tv_sec), Int($0.tv_nsec)] }
        }
    }

    /// Longer than any of them.
    private static let sizeLimit = 64 << 10

    private let judged = Mutex<[String: (identity: Identity, isLeftover: Bool)]>([:])
    private let digests: [String: Set<String>]
    private let recorded: DpkgRecord

    /// One for the whole process: what has been judged once, and dpkg's record of some megabytes, is not read again.
    package static let ofThisMachine = PackageLeftovers(digests: digests, dpkgStatus: "/var/lib/dpkg/status")

    /// `digests` by name, SHA-256 in hexadecimal; `dpkgStatus`: where dpkg keeps what it knows of packages.
    package init(digests: [String: Set<String>], dpkgStatus: String) {
        self.digests = digests
        recorded = DpkgRecord(dpkgStatus)
    }

    /// Whether the file is what a package has installed under this name, a path below the configuration (`harc`,
    /// `rc.d/status`). A link is not: somebody has made it.
    package func contains(_ path: String, named name: String) -> Bool {
        guard let known = digests[name] else { return false }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        let identity = Identity(status)
        if let last = judged.withLock({ $0[path] }), last.identity == identity { return last.isLeftover }
        let isLeftover = isAsInstalled(path, known)
        judged.withLock { $0[path] = (identity, isLeftover) }
        return isLeftover
    }

    /// The names of all that are in a configuration, in order.
    package func names(in configuration: String) -> [String] {
        digests.keys.sorted().filter { contains("\(configuration)/\($0)", named: $0) }
    }

    /// Where scripts shall look for shell functions: not in a file of resource-agents that was left behind, because what it
    /// reads itself is gone; `nil` where the configuration's own will do.
    package func functions(in configuration: String, shipped: String, library: String = ocfLibrary) -> String? {
        guard contains("\(configuration)/shellfuncs", named: "shellfuncs"), access(library, R_OK) != 0,
            access("\(shipped)/shellfuncs", R_OK) == 0
        else { return nil }
        return "\(shipped)/shellfuncs"
    }

    /// What the `shellfuncs` of resource-agents reads.
    package static let ocfLibrary = "/usr/lib/ocf/lib/heartbeat/ocf-shellfuncs"

    /// What is too long or cannot be read is none of these.
    private func isAsInstalled(_ path: String, _ digests: Set<String>) -> Bool {
        guard let bytes = Descriptors.contents(of: path, atMost: Self.sizeLimit) else { return false }
        return digests.contains(SHA256.hash(data: bytes).map(\.hexadecimal).joined())
            || recorded.digest(of: path) == Insecure.MD5.hash(data: bytes).map(\.hexadecimal).joined()
    }
}
