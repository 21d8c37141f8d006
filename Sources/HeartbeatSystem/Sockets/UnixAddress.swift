// Addresses of sockets in the file system, as the system calls want them.

import Glibc

/// Makes and uses `sockaddr_un`.
package enum UnixAddress {
    /// The address of a path; `nil` when it is longer than the 107 bytes an address holds.
    package static func make(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        return fits ? address : nil
    }

    /// connect(2); `false` with errno set.
    package static func connect(_ descriptor: Int32, _ address: inout sockaddr_un) -> Bool {
        withUnsafeBytes(of: &address) {
            Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count)) == 0
        }
    }

    /// bind(2); `false` with errno set.
    package static func bind(_ descriptor: Int32, _ address: inout sockaddr_un) -> Bool {
        withUnsafeBytes(of: &address) {
            Glibc.bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count)) == 0
        }
    }
}
