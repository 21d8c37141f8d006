// A user of the system as a process needs it.

import Glibc

/// User, group and further groups of an account (passwd(5), group(5)).
public struct Account: Hashable {
    public var user: uid_t
    public var group: gid_t
    /// Every group the account is in, its own among them.
    public var groups: [gid_t]
    public var home: String

    /// `nil` when there is no user of that name.
    public init?(_ name: String) {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        user = entry.pw_uid
        group = entry.pw_gid
        home = entry.pw_dir.map { String(cString: $0) } ?? "/"
        // As many as Linux allows (NGROUPS_MAX), so that one call is enough.
        var list = [gid_t](repeating: 0, count: 65536)
        var count = Int32(list.count)
        getgrouplist(name, entry.pw_gid, &list, &count)
        groups = Array(list.prefix(Int(max(0, count))))
    }
}
