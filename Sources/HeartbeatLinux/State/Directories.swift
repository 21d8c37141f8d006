// Directories the daemon needs, made when they are missing and left alone when they are there: an administrator's own
// modes and owners stay.

import Glibc

public enum Directories {
    /// The operation of the errors of `make`.
    static let making = "make the directory"

    /// Makes one directory; its parent must exist. Owner and group are given by name and ignored when unknown, so that a
    /// machine without the original's accounts works as well.
    public static func make(
        _ path: String, mode: mode_t, owner: String? = nil, group: String? = nil
    ) throws(HostError) {
        guard mkdir(path, mode) == 0 else {
            var status = stat()
            if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
            throw HostError(making, path)
        }
        let user = owner.flatMap(userID) ?? uid_t.max
        let group = group.flatMap(groupID) ?? gid_t.max
        guard chown(path, user, group) == 0, chmod(path, mode) == 0 else {
            throw HostError("set owner and mode of", path)
        }
    }

    /// `<run-dir>/heartbeat`, for the control socket, and below it `rsctmp`, where scripts keep notes.
    public static func prepareRunDirectory(_ path: String = "/run") throws(HostError) {
        try make(path + "/heartbeat", mode: 0o750, owner: "hacluster", group: "haclient")
        try make(path + "/heartbeat/rsctmp", mode: 0o755)
    }

    /// The names in a directory, in no order, those that begin with a dot left out; none when it cannot be read.
    public static func names(in path: String) -> [String] {
        guard let listing = opendir(path) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let item = readdir(listing) {
            let name = withUnsafeBytes(of: &item.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// The number of a user; `nil` when there is none of that name.
    public static func userID(_ name: String) -> uid_t? {
        getpwnam(name)?.pointee.pw_uid
    }

    /// The number of a group; `nil` when there is none of that name.
    public static func groupID(_ name: String) -> gid_t? {
        getgrnam(name)?.pointee.gr_gid
    }
}
