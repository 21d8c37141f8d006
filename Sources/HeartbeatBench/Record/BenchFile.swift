// All rows of a run and what they were measured on, as one JSON file. FoundationEssentials reads and writes it; no
// daemon is linked with this module.

import FoundationEssentials
import HeartbeatLab

/// What a run leaves behind.
public struct BenchFile: Codable, Hashable, Sendable {
    public var machine: MachineDescription
    /// What was typed to measure it.
    public var command: String?
    public var rows: [BenchRow]

    public init(machine: MachineDescription, command: String? = nil, rows: [BenchRow] = []) {
        self.machine = machine
        self.command = command
        self.rows = rows
    }

    /// Reads a file that `write` has written. Throws a `BenchFileError` that names it.
    public init(readingFrom path: String) throws {
        do {
            self = try JSONDecoder().decode(BenchFile.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw BenchFileError(path: path, reason: "\(error)")
        }
    }

    /// Writes the file anew; whoever reads it meanwhile sees the old one or the new one. Throws a `BenchFileError`.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw BenchFileError(path: path, reason: "\(error)")
        }
    }
}

/// A file with results that cannot be read or written.
public struct BenchFileError: Error, Hashable, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var description: String { "\(path): \(reason)" }
}
