// All rows of a run and what they were measured on, as one JSON file. FoundationEssentials reads and writes it; no
// daemon is linked with this module.

import FoundationEssentials
import HeartbeatLab

/// What a run leaves behind.
package struct BenchFile: Codable, Hashable, Sendable {
    package var machine: MachineDescription
    /// What was typed to measure it.
    package var command: String?
    package var rows: [BenchRow]

    package init(machine: MachineDescription, command: String? = nil, rows: [BenchRow] = []) {
        self.machine = machine
        self.command = command
        self.rows = rows
    }

    /// Reads a file that `write` has written. Throws a `BenchFileError` that names it.
    package init(readingFrom path: String) throws {
        do {
            self = try JSONDecoder().decode(BenchFile.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw BenchFileError(path: path, reason: "\(error)")
        }
    }

    /// Writes the file anew; whoever reads it meanwhile sees the old one or the new one. Throws a `BenchFileError`.
    package func write(to path: String) throws {
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
package struct BenchFileError: Error, Hashable, CustomStringConvertible {
    package var path: String
    package var reason: String

    package var description: String { "\(path): \(reason)" }
}
