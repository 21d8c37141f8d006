// Whether anybody but root could change a program that is about to be run as root: by writing to it, or by putting another
// into its place somewhere on the way from / to it.

import Glibc

/// What makes a path doubtful.
package struct PathDoubt: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// Everybody may write there.
        case everybody
        /// It belongs to a user that is not root.
        case owner(uid_t)
        /// A group may write there whose members may be more than root.
        case group(gid_t)
    }

    /// The file, or the directory on the way to it.
    package var component: String
    package var cause: Cause

    /// Such a program is not run. A group is a choice of the administrator's, with whom many sites have lived for long.
    package var isGrave: Bool {
        if case .group = cause { false } else { true }
    }

    package var description: String {
        switch cause {
        case .everybody: "everybody may write to \(component); chmod o-w \(component)"
        case .owner(let user):
            "\(component) belongs to user \(user), who could have anything run as root; chown root \(component)"
        case .group(let group):
            "group \(group) may write to \(component), so its members can have anything run as root; chmod g-w \(component)"
        }
    }
}

/// Looks at every component of a path, and of what its links lead to.
package enum TrustedPath {
    /// What is doubtful, from / on. A path that does not exist has nothing doubtful in it.
    ///
    /// Trusted are root and whoever owns this very program, because who can change that needs no script. In a directory with
    /// the sticky bit nobody can replace what belongs to another.
    package static func doubts(about path: String) -> [PathDoubt] {
        var doubts: [PathDoubt] = []
        walk(path.hasPrefix("/") ? path : "\(Directories.resolved("."))/\(path)") { component, status in
            // Root's own group is root.
            guard let cause = cause(of: status, trusting: ownersOfPrograms), cause != .group(0) else { return true }
            let doubt = PathDoubt(component: component, cause: cause)
            if !doubts.contains(doubt) { doubts.append(doubt) }
            return true
        }
        return doubts
    }

    /// Why the program at this path is not run, if so.
    package static func refusal(of path: String) -> PathDoubt? {
        doubts(about: path).first(where: \.isGrave)
    }

    /// Whether there is such a directory and no other user, nor any group, can replace what lies in it or have its path lead
    /// elsewhere.
    package static func isNobodyElses(_ directory: String) -> Bool {
        directory.hasPrefix("/") && walk(directory) { _, status in cause(of: status, trusting: owners) == nil }
    }

    /// Whether it is root's, or this process's own.
    package static func isOwn(_ status: stat) -> Bool { owners.contains(status.st_uid) }

    private static var owners: Set<uid_t> { [0, geteuid()] }

    private static let ownersOfPrograms: Set<uid_t> = {
        var status = stat()
        return stat("/proc/self/exe", &status) == 0 ? owners.union([status.st_uid]) : owners
    }()

    private static func cause(of status: stat, trusting owners: Set<uid_t>) -> PathDoubt.Cause? {
        guard owners.contains(status.st_uid) else { return .owner(status.st_uid) }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFLNK, kind != S_IFDIR || status.st_mode & S_ISVTX == 0 else { return nil }
        if status.st_mode & 0o002 != 0 { return .everybody }
        return status.st_mode & 0o020 != 0 ? .group(status.st_gid) : nil
    }

    /// As many as the kernel follows in one path (path_resolution(7)).
    package static let mostLinks = 40

    /// Goes the way of an absolute path as the kernel does, from / on, and has each component looked at: also every link, and
    /// all that lies on the way to where it leads. Returns whether the end was reached: not where something is missing or
    /// `look` does not want to go on.
    @discardableResult
    private static func walk(_ path: String, _ look: (_ component: String, stat) -> Bool) -> Bool {
        var status = stat()
        guard lstat("/", &status) == 0, look("/", status) else { return false }
        // Without links in it; / itself is empty.
        var here = ""
        var ahead = names(path)
        var links = mostLinks
        while let name = ahead.popLast() {
            if name == ".." { here = here.lastIndex(of: "/").map { String(here[..<$0]) } ?? "" }
            guard name != ".", name != ".." else { continue }
            let component = "\(here)/\(name)"
            guard lstat(component, &status) == 0, look(component, status) else { return false }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                here = component
                continue
            }
            links -= 1
            guard links >= 0, let target = Directories.target(ofLink: component) else { return false }
            if target.hasPrefix("/") { here = "" }
            ahead += names(target)
        }
        return true
    }

    /// The first comes last.
    private static func names(_ path: String) -> [Substring] { path.split(separator: "/").reversed() }
}
