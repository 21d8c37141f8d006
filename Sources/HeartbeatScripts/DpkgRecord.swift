// What dpkg remembers of the configuration files it has installed. It keeps that when a package is removed and not purged.

import HeartbeatSystem
import Synchronization

/// The MD5 digests of configuration files as their packages brought them; read when it is first asked, and once.
final class DpkgRecord: Sendable {
    private let path: String
    private let digests = Mutex<[String: String]?>(nil)

    /// `path`: of dpkg's file `status`, some megabytes long.
    init(_ path: String) {
        self.path = path
    }

    /// In hexadecimal; `nil` if no package has brought this file, or there is no dpkg.
    func digest(of file: String) -> String? {
        digests.withLock { known in
            let digests = known ?? Self.read(path)
            known = digests
            return digests[file]
        }
    }

    /// The lines below `Conffiles:`, ` /etc/ha.d/harc 0123456789abcdef…`, of all packages: no two have the same file.
    private static func read(_ path: String) -> [String: String] {
        var digests: [String: String] = [:]
        let (start, directory) = (Array(" /".utf8), Array("/ha.d/".utf8))
        // Some megabytes, of which a few lines are about heartbeat: only those become texts.
        for line in (Descriptors.contents(of: path, atMost: 64 << 20) ?? []).split(separator: UInt8(ascii: "\n"))
        where line.starts(with: start) && line.contains(directory) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            if words.count >= 2 { digests[String(words[0])] = String(words[1]) }
        }
        return digests
    }
}
