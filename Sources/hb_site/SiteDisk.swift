// The files of a site on a disk, or on several: read, compared, and replaced all together or not at all.

import Glibc
import HeartbeatSite
import HeartbeatSystem

/// A directory that stands for the root of one node.
struct SiteDisk {
    /// Without a slash at its end; empty for the machine's own root.
    let root: String

    private static let largest = 1 << 20

    /// The text of a file; `nil` when it is not there.
    func text(_ path: String) throws(SystemError) -> String? {
        do throws(SystemError) {
            return String(decoding: try WholeFile.read("\(root)/\(path)", atMost: Self.largest), as: UTF8.self)
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// Those of the files that a hand has changed, or that somebody else has made.
    func touched(_ files: [SiteFile]) throws(SystemError) -> [String] {
        var paths: [String] = []
        for file in files {
            if let old = try text(file.path), old != file.text, !SiteFile.isUntouched(old) { paths.append(file.path) }
        }
        return paths
    }

    /// Writes the files of all these disks beside their places, and only then gives them their names. Returns, for each disk, the
    /// paths of those that are other than they were.
    static func write(_ all: [(disk: SiteDisk, files: [SiteFile])]) throws(SystemError) -> [[String]] {
        var changed: [(disk: SiteDisk, files: [SiteFile])] = []
        for (disk, files) in all { changed.append((disk, try disk.changed(files))) }
        do throws(SystemError) {
            for (disk, files) in changed { for file in files { try disk.stage(file) } }
        } catch {
            for (disk, files) in changed { for file in files { unlink(disk.staged(file)) } }
            throw error
        }
        for (disk, files) in changed { for file in files { try disk.putInPlace(file) } }
        return changed.map { $0.files.map(\.path) }
    }

    private func changed(_ files: [SiteFile]) throws(SystemError) -> [SiteFile] {
        var changed: [SiteFile] = []
        for file in files where try text(file.path) != file.text { changed.append(file) }
        return changed
    }

    private func putInPlace(_ file: SiteFile) throws(SystemError) {
        let place = "\(root)/\(file.path)"
        guard rename(staged(file), place) == 0 else { throw SystemError("replace", place) }
    }

    private func staged(_ file: SiteFile) -> String { "\(root)/\(file.path).hb_site" }

    private func stage(_ file: SiteFile) throws(SystemError) {
        let path = staged(file)
        var directory = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/").dropLast() {
            directory += "/\(part)"
            try Directories.make(directory, mode: 0o755)
        }
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode)
        guard descriptor >= 0 else { throw SystemError("create", path) }
        defer { close(descriptor) }
        if let code = Descriptors.write(Array(file.text.utf8), to: descriptor) {
            throw SystemError("write", path, code: code)
        }
        guard fchmod(descriptor, file.mode) == 0, fsync(descriptor) == 0 else { throw SystemError("write", path) }
    }
}
