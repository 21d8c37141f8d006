// The history of a node as files: lines that are only ever added. The last ones lie below /run, where writing never waits for a disk;
// all of them on the disk, in two files of bounded size. Both are read by whoever may, also when no daemon runs.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// `history` below /run, `history` and `history.1` in the state directory: a line of `HistoryEntry` each.
package struct HistoryFiles: Sendable {
    package static let name = "history"
    static let olderName = "history.1"
    /// So large a file on the disk becomes the older one.
    package static let usualLimit = 512 * 1024
    /// No file of ours is larger than its limit and one portion of lines.
    private static let largest = 2 << 20
    /// Read at once when the end of a line is looked for.
    private static let portion = 65536

    private let volatile: PrivateDirectory
    private let lasting: PrivateDirectory
    private let limit: Int

    /// - Parameters:
    ///   - volatile: nothing in it outlives the machine.
    ///   - lasting: the state directory, on a disk.
    ///   - limit: bytes of a file on the disk.
    package init(in volatile: PrivateDirectory, and lasting: PrivateDirectory, limit: Int = usualLimit) {
        self.volatile = volatile
        self.lasting = lasting
        self.limit = limit
    }

    private var path: String { "\(lasting.path)/\(Self.name)" }
    private var olderPath: String { "\(lasting.path)/\(Self.olderName)" }

    // MARK: - The daemon, in memory

    /// Replaces the file below /run; gives what went wrong.
    package func write(_ lines: [String]) -> SystemError? {
        do throws(SystemError) {
            try volatile.write(lines.bytesOfLines, to: Self.name, mode: 0o644)
            return nil
        } catch {
            return error
        }
    }

    /// The lines below /run that a daemon of this boot has left; none when nobody could have written them.
    package func recent() -> [String] {
        let bytes = volatile.contents(of: Self.name, atMost: Self.largest) ?? []
        return Self.lines(of: bytes)
    }

    /// Those that have their end.
    private static func lines(of bytes: [UInt8]) -> [String] {
        let newline = UInt8(ascii: "\n")
        guard let end = bytes.lastIndex(of: newline) else { return [] }
        return bytes[..<end].split(separator: newline).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - The daemon, on the disk

    /// What is on the disk when a daemon begins.
    package struct Recalled: Hashable, Sendable {
        /// The largest number of its last lines; zero when there are none.
        package var lastNumber: UInt64 = 0
        /// Bytes at the end that were no whole line, and have been cut off.
        package var torn = 0
        package var error: SystemError?

        package init() {}
    }

    /// Looks where the numbers are, and cuts off what a loss of power has left of a last line. May take as long as the disk does.
    package func recall() -> Recalled {
        var result = Recalled()
        for path in [olderPath, path] {
            do throws(SystemError) {
                guard let descriptor = try open(path, O_RDWR) else { continue }
                defer { close(descriptor) }
                let (number, torn) = try mend(descriptor, path)
                result.lastNumber = max(result.lastNumber, number)
                result.torn += torn
            } catch {
                result.error = error
            }
        }
        return result
    }

    /// `nil` when there is no such file.
    private func open(_ path: String, _ flags: Int32) throws(SystemError) -> Int32? {
        // A pipe in its place must not be waited for.
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("open", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SystemError("open", path, code: EINVAL)
        }
        return descriptor
    }

    private func mend(_ descriptor: Int32, _ path: String) throws(SystemError) -> (number: UInt64, torn: Int) {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var end = size
        while end > 0 {
            let begin = max(0, end - Self.portion)
            let bytes = try read(descriptor, from: begin, to: end, path)
            guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
                end = begin
                continue
            }
            try cut(descriptor, to: begin + last + 1, of: size, path)
            let numbers = Self.lines(of: bytes).compactMap { HistoryEntry.number(ofLine: $0) }
            return (numbers.max() ?? 0, size - begin - last - 1)
        }
        try cut(descriptor, to: 0, of: size, path)
        return (0, size)
    }

    private func read(_ descriptor: Int32, from begin: Int, to end: Int, _ path: String) throws(SystemError) -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: end - begin)
        guard pread(descriptor, &bytes, bytes.count, off_t(begin)) == bytes.count else {
            throw SystemError("read", path)
        }
        return bytes
    }

    private func cut(_ descriptor: Int32, to length: Int, of size: Int, _ path: String) throws(SystemError) {
        guard length < size else { return }
        guard ftruncate(descriptor, off_t(length)) == 0, fsync(descriptor) == 0 else {
            throw SystemError("write", path)
        }
    }

    /// Adds lines to the file on the disk, all of them or none, and brings them to the disk. May take as long as that does; gives
    /// what went wrong.
    package func append(_ lines: [String]) -> SystemError? {
        do throws(SystemError) {
            try append(lines.bytesOfLines)
            return nil
        } catch {
            return error
        }
    }

    private func append(_ bytes: [UInt8]) throws(SystemError) {
        let (descriptor, isNew) = try openToAppend(bytes.count)
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        let code = Descriptors.write(bytes, to: descriptor) ?? (fsync(descriptor) == 0 ? nil : errno)
        if let code {
            ftruncate(descriptor, size)
            throw SystemError("write", path, code: code)
        }
        if isNew { try DurableFile.syncDirectory(of: path) }
    }

    private func openToAppend(_ count: Int) throws(SystemError) -> (descriptor: Int32, isNew: Bool) {
        try turnOver(for: count)
        if let descriptor = try open(path, O_WRONLY | O_APPEND) { return (descriptor, false) }
        guard let descriptor = try open(path, O_WRONLY | O_APPEND | O_CREAT) else {
            throw SystemError("create", path, code: ENOENT)
        }
        // The mask may have taken away what others are meant to read.
        fchmod(descriptor, 0o644)
        return (descriptor, true)
    }

    /// Makes room for so many bytes.
    private func turnOver(for count: Int) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_size > 0, Int(status.st_size) + count > limit else { return }
        guard rename(path, olderPath) == 0 else { throw SystemError("replace", olderPath) }
    }

    // MARK: - Whoever asks

    /// What could be read, and what could not.
    package struct Reading: Hashable, Sendable {
        /// By number; of two with the same number the older one comes first.
        package var entries: [HistoryEntry] = []
        /// Of a file that is there and may not be read.
        package var errors: [SystemError] = []
        /// Lines that nobody here understands.
        package var passedOver = 0
    }

    /// Everything that is kept, by whoever may read the files, who need not be the daemon's user.
    package func read() -> Reading {
        var reading = Reading()
        var seen: Set<String> = []
        for path in [olderPath, path, "\(volatile.path)/\(Self.name)"] {
            do throws(SystemError) {
                guard let descriptor = try open(path, O_RDONLY) else { continue }
                defer { close(descriptor) }
                for line in Self.lines(of: Descriptors.contents(from: descriptor, atMost: Self.largest))
                where seen.insert(line).inserted {
                    if let entry = HistoryEntry(line) {
                        reading.entries.append(entry)
                    } else {
                        reading.passedOver += 1
                    }
                }
            } catch {
                reading.errors.append(error)
            }
        }
        reading.entries = reading.entries.enumerated().sorted { left, right in
            (left.element.number, left.element.unixMilliseconds, left.offset)
                < (right.element.number, right.element.unixMilliseconds, right.offset)
        }.map(\.element)
        return reading
    }
}
