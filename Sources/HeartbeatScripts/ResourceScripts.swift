// Which program a resource is, and with which words it is called. Nothing here runs it.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// Where things are that scripts are found in or told about.
package struct ScriptPaths: Hashable, Sendable {
    /// `/etc/ha.d`: its `resource.d` is searched first.
    package var configuration = "/etc/ha.d"
    /// Searched next: the scripts this product brings along.
    package var shippedScripts = ShippedFiles.usual + "/resource.d"
    /// Searched last.
    package var initScripts = "/etc/init.d"
    /// Where the daemon's own program lies.
    package var programs = "/usr/libexec/heartbeat"
    /// Programs of the product that everybody may call.
    package var commands = "/usr/bin"
    /// Scripts of the product that are no resources.
    package var share = "/usr/share/heartbeat"
    /// Where agents of other packages look for programs that came with the original (`HA_BIN`), wherever this product is.
    package var helpers = "/usr/libexec/heartbeat"
    /// The shell functions that scripts read (`HA_FUNCS`); `nil`: those of the configuration.
    package var functions: String?
    package var documentation = "/usr/share/doc/heartbeat"
    /// The FIFO into which scripts may write messages (`HA_FIFO`).
    package var fifo = "/var/lib/heartbeat/fifo"

    package init() {}
}

/// Finds resource scripts and says how to call them.
package struct ResourceScripts: Sendable {
    package var paths: ScriptPaths
    private let leftovers: PackageLeftovers

    package init(paths: ScriptPaths = ScriptPaths(), leftovers: PackageLeftovers = .ofThisMachine) {
        self.paths = paths
        self.leftovers = leftovers
    }

    /// Why there is no script to run.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// None of these is a file that may be executed.
        case notFound(name: String, searched: [String])
        /// Found, but it may not be executed.
        case notExecutable(path: String)
        /// No name of a file.
        case badName(String)
        /// Found, but others than root could have changed it.
        case untrusted(path: String, PathDoubt)

        package var description: String {
            switch self {
            case .notFound(let name, let searched):
                "Cannot locate resource script \(name): looked for \(searched.joined(separator: ", "))"
            case .notExecutable(let path):
                "Cannot locate resource script: \(path) is not an executable file, try chmod 755 \(path)"
            case .badName(let name): "Cannot locate resource script \(name.debugDescription): not a file name"
            case .untrusted(let path, let doubt): "Resource script \(path) is not run: \(doubt)"
            }
        }
    }

    /// The script's path: `resource.d` of the configuration, then the shipped ones, which the original kept in the same
    /// place, then `/etc/init.d` (observed behaviour). It must be a regular file that may be executed; links are followed.
    /// What Debian's package has left in the configuration is passed over for what is shipped.
    package func locate(_ name: String) -> Result<String, Failure> {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")) else {
            return .failure(.badName(name))
        }
        let candidates = directories.map { "\($0)/\(name)" }
        if isExecutableFile(candidates[1]), isLeftover(candidates[0], name) { return .success(candidates[1]) }
        if let path = candidates.first(where: isExecutableFile) { return .success(path) }
        if let path = candidates.first(where: isFile) { return .failure(.notExecutable(path: path)) }
        return .failure(.notFound(name: name, searched: candidates))
    }

    /// Where a script is looked for, in this order.
    var directories: [String] { [paths.configuration + "/resource.d", paths.shippedScripts, paths.initScripts] }

    /// The owner's own script: one in `resource.d` of the configuration that may be executed. A link to the shipped one, put
    /// there for those who call it by that path, is nobody's own, nor is what Debian's package has left.
    package func ownScript(_ name: String) -> String? {
        let path = "\(paths.configuration)/resource.d/\(name)"
        guard isExecutableFile(path), !isLeftover(path, name) else { return nil }
        return Self.isSameFile(path, "\(paths.shippedScripts)/\(name)") ? nil : path
    }

    private func isLeftover(_ path: String, _ name: String) -> Bool {
        leftovers.contains(path, named: "resource.d/\(name)")
    }

    private static func isSameFile(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino
    }

    /// The words after the script's path: `[argument…] verb`.
    package static func arguments(for resource: Resource, verb: ResourceVerb) -> [String] {
        resource.arguments + [verb.rawValue]
    }

    private func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func isExecutableFile(_ path: String) -> Bool {
        isFile(path) && access(path, X_OK) == 0
    }
}
