// One log file. It is opened again when somebody has renamed it (logrotate) and never stands in the way: a full disk
// costs lines, not the daemon. Nor is it a way to write elsewhere: the file is hacluster's, and so may be its directory.

import CLinux
import Glibc
import HeartbeatSystem

/// A file that lines are appended to.
struct LogFile: Sendable {
    /// What became of a line.
    enum Outcome: Equatable {
        case written
        /// The first line lost; the text is for the other destinations.
        case broke(String)
        /// One more line lost.
        case stillBroken
        /// Written again, after so many lines were lost.
        case recovered(lost: Int)
    }

    let path: String
    private let isBorrowed: Bool
    private var descriptor: Int32 = -1
    private var lost = 0

    init(path: String) {
        self.path = path
        isBorrowed = false
    }

    /// A file that is open already and stays so; `name` is for people.
    init(borrowing descriptor: Int32, name: String) {
        path = name
        isBorrowed = true
        self.descriptor = descriptor
    }

    mutating func append(_ line: String) -> Outcome {
        do throws(SystemError) {
            try openIfNeeded()
        } catch {
            return failed(error)
        }
        if let code = Descriptors.write(Array((line + "\n").utf8), to: descriptor) {
            return failed(SystemError("write", path, code: code))
        }
        guard lost > 0 else { return .written }
        defer { lost = 0 }
        return .recovered(lost: lost)
    }

    mutating func close() {
        guard !isBorrowed else { return }
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private mutating func failed(_ error: SystemError) -> Outcome {
        close()
        lost += 1
        return lost == 1 ? .broke("\(error); its lines are lost") : .stillBroken
    }

    // MARK: - Opening

    private mutating func openIfNeeded() throws(SystemError) {
        guard !isBorrowed else { return }
        reopenIfMoved()
        guard descriptor < 0 else { return }
        let opened = Self.open(path)
        guard opened >= 0 else { throw SystemError("open", path) }
        descriptor = opened
        shareWithClients()
    }

    // Not blocking, in case somebody has put a FIFO there.
    private static let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK

    /// Follows root's own link where nobody else can make one, and judges the place to which it leads anew.
    private static func open(_ path: String, links: Int = TrustedPath.mostLinks) -> Int32 {
        let directory = Directories.directory(of: path)
        guard TrustedPath.isNobodyElses(directory) else { return openWithoutLinks(path) }
        let opened = Glibc.open(path, flags | O_NOFOLLOW, 0o644)
        guard opened < 0, errno == ELOOP else { return opened }
        var status = stat()
        guard links > 0, lstat(path, &status) == 0, TrustedPath.isOwn(status),
            let target = Directories.target(ofLink: path)
        else {
            errno = ELOOP
            return -1
        }
        return open(target.hasPrefix("/") ? target : directory + target, links: links - 1)
    }

    /// Where others may write: neither through a link nor into a file that has another name, which may be anywhere.
    private static func openWithoutLinks(_ path: String) -> Int32 {
        let opened = clinux_open_without_links(path, flags, 0o644)
        var status = stat()
        guard opened >= 0, fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink > 1
        else { return opened }
        Glibc.close(opened)
        errno = EMLINK
        return -1
    }

    /// Client programs such as ipfail run as hacluster and write into the same file, which is theirs with the original, too.
    /// Another's file stays another's.
    private func shareWithClients() {
        var status = stat()
        guard geteuid() == 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
            status.st_uid == 0,
            let user = Directories.userID("hacluster"), let group = Directories.groupID("haclient")
        else { return }
        _ = fchown(descriptor, user, group)
    }

    private mutating func reopenIfMoved() {
        guard descriptor >= 0 else { return }
        var opened = stat()
        var named = stat()
        let isSame =
            fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
        if !isSame { close() }
    }
}

extension LogFile.Outcome {
    /// Lines lost before this one was written.
    package var lost: Int {
        if case .recovered(let lost) = self { lost } else { 0 }
    }
}
