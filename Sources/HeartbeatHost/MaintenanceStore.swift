// That a node is out of service, for the daemon after this one: a boot in the middle of the work must not put it back. It is on the disk
// before anybody acts by it.

import HeartbeatModel
import HeartbeatSystem

/// `maintenance` of the state directory: one line, or nothing.
package struct MaintenanceStore: Sendable {
    private static let name = "maintenance"

    private let directory: PrivateDirectory

    package var path: String { directory.path + "/" + Self.name }

    /// - Parameter directory: the state directory, on a disk.
    package init(in directory: PrivateDirectory) {
        self.directory = directory
    }

    /// `nil` when there is no such file, or an empty one. Where it cannot be understood somebody has ordered something, and a node that
    /// does not serve beside one that does harms less than the other way round.
    package func read() -> Maintenance? {
        guard let bytes = directory.contents(of: Self.name, atMost: 4096), !bytes.isEmpty else { return nil }
        let text = String(validating: bytes, as: UTF8.self)
        let line = text?.split(separator: "\n").first.flatMap { FactLine($0) }
        return line.flatMap { Maintenance($0) } ?? Maintenance(reason: "\(Self.name) cannot be understood")
    }

    /// Replaces the file, which may take as long as the disk does; gives what went wrong.
    package func store(_ maintenance: Maintenance?) -> SystemError? {
        do throws(SystemError) {
            let text = maintenance.map { $0.factLine.text + "\n" } ?? ""
            try DurableFile.replace(path, with: Array(text.utf8), mode: 0o644)
            return nil
        } catch {
            return error
        }
    }
}
