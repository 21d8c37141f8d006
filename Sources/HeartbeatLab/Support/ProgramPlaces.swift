// Where the programs under test and their resource scripts are: beside the program that plays with them, as a build leaves
// them, unless somebody says otherwise.

import Glibc

/// Directories, as absolute paths: nodes do not start where we do.
package struct ProgramPlaces: Hashable, Sendable {
    /// Directory of `heartbeat` and its tools.
    package var programs: String
    /// Directory of the shipped resource scripts, named `resource.d`.
    package var resourceScripts: String

    /// - Parameters:
    ///   - programs: `nil`: where the running program lies.
    ///   - resourceScripts: `nil`: `resource.d` in a directory above the programs, else /etc/ha.d's.
    package init(programs: String? = nil, resourceScripts: String? = nil) {
        self.programs = Files.absolute(programs ?? Self.ownDirectory)
        self.resourceScripts = Files.absolute(resourceScripts ?? Self.resourceScripts(above: self.programs))
    }

    private static var ownDirectory: String {
        parent(Files.absolute("/proc/self/exe"))
    }

    private static func resourceScripts(above directory: String) -> String {
        var directory = directory
        while !directory.isEmpty {
            let candidate = "\(directory)/resource.d"
            if Files.isExecutable("\(candidate)/IPaddr") { return candidate }
            directory = parent(directory)
        }
        return "/etc/ha.d/resource.d"
    }

    /// The path up to its last slash; empty for the root.
    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
