// The last drill on the disk of the node where it was given. The program that gave it writes it, and nobody decides anything by it.

import HeartbeatModel
import HeartbeatSystem

/// `last_drill` of the state directory: one line.
package struct DrillStore: Sendable {
    private static let name = "last_drill"

    private let path: String

    /// - Parameter directory: the state directory.
    package init(in directory: String) {
        path = directory + "/" + Self.name
    }

    /// `nil` when there was none, or the file cannot be understood.
    package func read() -> DrillRecord? {
        let text = Descriptors.contents(of: path, atMost: 4096).flatMap { String(validating: $0, as: UTF8.self) }
        return text?.split(separator: "\n").first.flatMap { DrillRecord($0) }
    }

    /// Replaces the file; gives what went wrong.
    package func store(_ record: DrillRecord) -> SystemError? {
        do throws(SystemError) {
            try DurableFile.replace(path, with: Array((record.text + "\n").utf8), mode: 0o644)
            return nil
        } catch {
            return error
        }
    }
}
