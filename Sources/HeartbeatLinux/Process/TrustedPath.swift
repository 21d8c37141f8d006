// Whether anybody but root could change a program that is about to be run as root: by writing to it, or by putting another
// into its place somewhere on the way from / to it.

import Glibc

/// What makes a path doubtful.
public struct PathDoubt: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Cause: Hashable, Sendable {
        /// Everybody may write there.
        case everybody
        /// It belongs to a user that is not root.
        case owner(uid_t)
        /// A group may write there whose members may be more than root.
        case group(gid_t)
    }

    /// The file, or the directory on the way to it.
    public var component: String
    public var cause: Cause

    /// Such a program is not run. A group is a choice of the administrator's, with whom many sites have lived for long.
    public var isGrave: Bool {
        if case .group = cause { false } else { true }
    }

    public var description: String {
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
public enum TrustedPath {
    /// What is doubtful, from / on. A path that does not exist has nothing doubtful in it.
    ///
    /// Trusted are root and whoever owns this very program, because who can change that needs no script. In a directory with
    /// the sticky bit nobody can replace what belongs to another.
    public static func doubts(about path: String) -> [PathDoubt] {
        var doubts: [PathDoubt] = []
        for path in Set([path, resolved(path)]).sorted() {
            for component in components(of: path) {
                guard let doubt = doubt(about: component), !doubts.contains(doubt) else { continue }
                doubts.append(doubt)
            }
        }
        return doubts
    }

    /// Why the program at this path is not run, if so.
    public static func refusal(of path: String) -> PathDoubt? {
        doubts(about: path).first(where: \.isGrave)
    }

    private static func doubt(about component: String) -> PathDoubt? {
        var status = stat()
        guard lstat(component, &status) == 0 else { return nil }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if !trustedOwners.contains(status.st_uid) {
            return PathDoubt(component: component, cause: .owner(status.st_uid))
        }
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & 0o1000 != 0
        guard !isLink, !isSticky else { return nil }
        if status.st_mode & 0o002 != 0 { return PathDoubt(component: component, cause: .everybody) }
        guard status.st_mode & 0o020 != 0, status.st_gid != 0 else { return nil }
        return PathDoubt(component: component, cause: .group(status.st_gid))
    }

    private static let trustedOwners: Set<uid_t> = {
        var status = stat()
        let owner = stat("/proc/self/exe", &status) == 0 ? status.st_uid : 0
        return [0, geteuid(), owner]
    }()

    /// `/`, `/etc`, `/etc/ha.d` …
    private static func components(of path: String) -> [String] {
        let names = path.split(separator: "/")
        return ["/"] + names.indices.map { "/" + names[...$0].joined(separator: "/") }
    }

    private static func resolved(_ path: String) -> String {
        guard let text = realpath(path, nil) else { return path }
        defer { free(text) }
        return String(cString: text)
    }
}

extension ResourceScripts {
    /// The script's path, if it is there and nobody but root could have changed it.
    public func trusted(_ name: String) -> Result<String, Failure> {
        locate(name).flatMap { path in
            TrustedPath.refusal(of: path).map { .failure(.untrusted(path: path, $0)) } ?? .success(path)
        }
    }
}
