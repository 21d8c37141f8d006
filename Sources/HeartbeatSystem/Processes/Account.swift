// A user of the system as a process needs it. Several threads ask, so nothing is looked up in the C library's own room.

import Glibc

/// User, group and further groups of an account (passwd(5), group(5)).
package struct Account: Hashable {
    package var user: uid_t
    package var group: gid_t
    /// Every group the account is in, its own among them.
    package var groups: [gid_t]
    package var home: String

    /// `nil` when there is no user of that name.
    package init?(_ name: String) {
        let entry = Self.entry(of: name) { entry in
            (entry.pw_uid, entry.pw_gid, entry.pw_dir.map { String(cString: $0) } ?? "/")
        }
        guard let entry else { return nil }
        (user, group, home) = entry
        // As many as Linux allows (NGROUPS_MAX), so that one call is enough.
        var list = [gid_t](repeating: 0, count: 65536)
        var count = Int32(list.count)
        getgrouplist(name, group, &list, &count)
        groups = Array(list.prefix(Int(max(0, count))))
    }

    /// What `read` finds in the entry of a user; `nil` when there is none of that name.
    package static func entry<Value>(of name: String, _ read: (passwd) -> Value) -> Value? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withGrowingRoom { room, size in
            getpwnam_r(name, &entry, room, size, &found)
        } answer: {
            found.map { read($0.pointee) }
        }
    }

    /// Looks something up with more and more room until it is enough, then takes the answer while the room is there.
    static func withGrowingRoom<Value>(
        _ look: (UnsafeMutablePointer<CChar>, Int) -> Int32, answer: () -> Value?
    ) -> Value? {
        var size = 4096
        while size <= 1 << 20 {
            let (code, value) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { room in
                guard let base = room.baseAddress else { return (EINVAL, Value?.none) }
                let code = look(base, size)
                return (code, code == 0 ? answer() : nil)
            }
            guard code == ERANGE else { return value }
            size *= 4
        }
        return nil
    }
}
