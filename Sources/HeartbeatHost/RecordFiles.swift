// The records of movements as files on the disk, one for each chain, beside the history. There are never more than a number of them, nor
// bytes: the oldest go. Whoever may read the history may read them, also when no daemon runs.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// `records` in the state directory: a file for each chain, named by its number.
package struct RecordFiles: Sendable {
    private static let name = "records"
    /// So many files, of so many bytes together.
    package static let most = 64
    package static let mostBytes = 8 << 20

    /// Written only as what it is: the state directory may be another user's, who could have a link in its place lead root anywhere.
    private let directory: PrivateDirectory

    /// - Parameter lasting: the state directory, on a disk.
    package init(in lasting: PrivateDirectory) {
        directory = PrivateDirectory("\(lasting.path)/\(Self.name)")
    }

    package func path(_ chain: UInt64) -> String { "\(directory.path)/\(chain)" }

    // MARK: - The daemon

    /// Replaces the file of a chain, and removes the oldest of too many. May take as long as the disk does; gives what went wrong.
    package func write(_ record: MovementRecord) -> SystemError? {
        do throws(SystemError) {
            try directory.make(mode: 0o755)
            let bytes = record.text.bytesOfLines
            trim(for: bytes.count, besides: record.chain)
            try directory.write(bytes, to: "\(record.chain)", mode: 0o644, isDurable: true)
            return nil
        } catch {
            return error
        }
    }

    private struct Kept {
        var name: String
        var written: Int64
        var size: Int
    }

    /// Makes room for a file of so many bytes.
    private func trim(for size: Int, besides chain: UInt64) {
        var kept = directory.names().compactMap { name -> Kept? in
            // What a loss of power has left of a file.
            if name.hasSuffix(".new") { directory.remove(name) }
            guard let number = UInt64(name), number != chain, let status = directory.status(of: name) else {
                return nil
            }
            let written = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            return Kept(name: name, written: written, size: Int(status.st_size))
        }
        // Numbers begin anew when a history is lost, so that the smallest need not be the oldest.
        kept.sort { $0.written > $1.written }
        var total = size + kept.reduce(0) { $0 + $1.size }
        while let oldest = kept.last, kept.count >= Self.most || total > Self.mostBytes {
            directory.remove(oldest.name)
            total -= oldest.size
            kept.removeLast()
        }
    }

    // MARK: - Whoever asks

    package func read(_ chain: UInt64) -> MovementRecord.Found {
        let path = path(chain)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try WholeFile.read(path, atMost: MovementRecord.longestFile)
        } catch {
            return error.code == ENOENT ? .none : .unreadable("\(error)")
        }
        do throws(MovementRecord.Mistake) {
            return .record(try MovementRecord(bytes: bytes))
        } catch {
            return .unreadable("\(path), line \(error.line): \(error.reason)")
        }
    }

    /// Numbers of the chains of which there is a file, in order.
    package var chains: [UInt64] { Directories.names(in: directory.path).compactMap { UInt64($0) }.sorted() }
}
