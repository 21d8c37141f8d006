// The few file operations the laboratory needs, without a library for it.

import CLinux
import Glibc

/// Small files, whole.
package enum Files {
    /// Writes a file anew with exactly this mode.
    package static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try write(bytes: Array(text.utf8), to: path, mode: mode)
    }

    /// Writes a file that need not be text.
    package static func write(bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws {
        let descriptor = try check(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode), "create \(path)")
        do {
            defer { _ = close(descriptor) }
            try check(fchmod(descriptor, mode), "chmod \(path)")
            guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
                throw LabError.last("write \(path)")
            }
        }
        if mode & 0o111 != 0 { awaitNoWriter(path) }
    }

    /// Waits until nobody has the file open for writing. A child that another thread starts at that moment has it open until its own
    /// exec, and until then nobody can run the file (execve(2): ETXTBSY).
    private static func awaitNoWriter(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { _ = close(descriptor) }
        while clinux_lab_has_writer(descriptor) == 1 { usleep(1000) }
    }

    /// The path from the root; the path itself when there is nothing at it. Nodes do not start where we do.
    package static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The whole file; empty when it cannot be read.
    package static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let more = readSome(descriptor)
            guard !more.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }

    /// Makes a directory; one that is there already is fine.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        guard mkdir(path, mode) != 0, errno != EEXIST else { return }
        throw LabError.last("mkdir \(path)")
    }

    /// Names in a directory, sorted; none when it cannot be read.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or a whole directory, as far as possible. Symbolic links are not followed.
    package static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Whether there is such a program where Debian has programs.
    package static func isInstalled(_ program: String) -> Bool {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains { isExecutable("\($0)/\(program)") }
    }

    package static func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0
    }
}
