// Directories the daemon needs, made when they are missing and left alone when they are there: an administrator's own
// modes and owners stay.

import Glibc

package enum Directories {
    /// Makes one directory; its parent must exist. Owner and group are given by name and ignored when unknown, so that a
    /// machine without the original's accounts works as well.
    package static func make(
        _ path: String, mode: mode_t, owner: String? = nil, group: String? = nil
    ) throws(SystemError) {
        guard mkdir(path, mode) == 0 else {
            var status = stat()
            if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
            throw SystemError(.makeDirectory, path)
        }
        // What was made is given away, whatever stands under its name by now.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        defer { close(descriptor) }
        let user = owner.flatMap(userID) ?? uid_t.max
        let group = group.flatMap(groupID) ?? gid_t.max
        guard fchown(descriptor, user, group) == 0, fchmod(descriptor, mode) == 0 else {
            throw SystemError("set owner and mode of", path)
        }
    }

    /// The names in a directory, in no order, those that begin with a dot left out; none when it cannot be read.
    package static func names(in path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return descriptor >= 0 ? names(listing: descriptor) : []
    }

    /// The same of an open directory, which is closed.
    package static func names(listing descriptor: Int32) -> [String] {
        guard let listing = fdopendir(descriptor) else {
            close(descriptor)
            return []
        }
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

    /// The path without links in it, from / on; unchanged if there is nothing.
    package static func resolved(_ path: String) -> String {
        guard let text = realpath(path, nil) else { return path }
        defer { free(text) }
        return String(cString: text)
    }

    /// The directory of a file, as its path has it, with the slash at the end; `.` for a bare name.
    package static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// Where a link leads, as it is written there; `nil` for anything else.
    package static func target(ofLink path: String) -> String? {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &room, room.count)
        guard count > 0, count < room.count else { return nil }
        return String(decoding: room.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The number of a user; `nil` when there is none of that name.
    package static func userID(_ name: String) -> uid_t? {
        Account.entry(of: name) { $0.pw_uid }
    }

    /// The number of a group; `nil` when there is none of that name.
    package static func groupID(_ name: String) -> gid_t? {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return Account.withGrowingRoom { room, size in
            getgrnam_r(name, &entry, room, size, &found)
        } answer: {
            found?.pointee.gr_gid
        }
    }
}
