// One log file. It is opened again when somebody has renamed it (logrotate) and never stands in the way: a full disk
// costs lines, not the daemon.

import Glibc

/// A file that lines are appended to.
struct LogFile {
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
    /// Client programs such as ipfail run as hacluster and write into the same file, which is theirs with the original, too.
    /// Another's file stays another's.
    private let clients: (user: uid_t, group: gid_t)?
    private var descriptor: Int32 = -1
    private var lost = 0

    init(path: String) {
        self.path = path
        if geteuid() == 0, let user = Directories.userID("hacluster"), let group = Directories.groupID("haclient") {
            clients = (user, group)
        } else {
            clients = nil
        }
    }

    mutating func append(_ line: String) -> Outcome {
        reopenIfMoved()
        if descriptor < 0 {
            // Not blocking, in case somebody has put a FIFO there.
            descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o644)
            shareWithClients()
        }
        guard descriptor >= 0 else { return failed(HostError("open", path)) }
        if let code = Descriptors.write(Array((line + "\n").utf8), to: descriptor) {
            return failed(HostError("write", path, code: code))
        }
        guard lost > 0 else { return .written }
        defer { lost = 0 }
        return .recovered(lost: lost)
    }

    private func shareWithClients() {
        var status = stat()
        guard let clients, descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == 0
        else { return }
        _ = fchown(descriptor, clients.user, clients.group)
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private mutating func failed(_ error: HostError) -> Outcome {
        close()
        lost += 1
        return lost == 1 ? .broke("\(error); its lines are lost") : .stillBroken
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
