// Which UDP ports are bound, and which process has them: the kernel tells the one of each socket, the other of each process.

import Glibc
import HeartbeatStatus
import HeartbeatSystem

/// What /proc/net/udp or udp6 says (proc(5)).
struct UDPTable {
    struct Socket: Hashable {
        let port: UInt16
        /// The number of the user whose it is.
        let user: UInt32
        let inode: UInt64
    }

    let sockets: [Socket]

    /// Lines that make no sense, the title among them, are passed over.
    init(_ bytes: [UInt8]) {
        sockets = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 9, let port = words[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) }),
                let user = UInt32(words[7]), let inode = UInt64(words[9])
            else { return nil }
            return Socket(port: port, user: user, inode: inode)
        }
    }
}

enum OpenFiles {
    /// Which processes have these open: paths without links, or `socket:[INODE]`. Whoever is not root sees only their own, and this
    /// process is left out.
    static func holders(of targets: Set<String>) -> [String: [MachineFacts.Process]] {
        guard !targets.isEmpty else { return [:] }
        var holders: [String: [MachineFacts.Process]] = [:]
        for pid in Directories.names(in: "/proc").compactMap({ Int32($0) }).sorted() where pid != getpid() {
            let directory = "/proc/\(pid)/fd"
            let open = Set(
                Directories.names(in: directory).compactMap { Directories.target(ofLink: "\(directory)/\($0)") })
            for target in open.intersection(targets) {
                holders[target, default: []].append(MachineFacts.Process(name: name(of: pid), pid: pid))
            }
        }
        return holders
    }

    private static func name(of pid: Int32) -> String {
        let bytes = Descriptors.contents(of: "/proc/\(pid)/comm", atMost: 64) ?? []
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
