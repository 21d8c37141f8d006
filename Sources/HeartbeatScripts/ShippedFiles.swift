// Where the files that came with the program lie. The program may have been installed below any directory, so it is looked
// for from the program's own place; a program that runs from where it was built has to be told.

import Glibc

/// The directory of what this product ships beside its programs: `resource.d`.
package enum ShippedFiles {
    private static let belowPrefix = "/share/swift-heartbeat"
    /// Where they are when the program's own place leads nowhere.
    package static let usual = "/usr" + belowPrefix

    /// `share/swift-heartbeat` in the nearest directory above the program (an absolute path without links) that has it:
    /// `/usr` for `/usr/libexec/heartbeat/heartbeat`.
    package static func directory(above program: String, isDirectory: (String) -> Bool = isDirectory) -> String {
        var parent = program[...]
        while let slash = parent.lastIndex(of: "/") {
            parent = parent[..<slash]
            let candidate = "\(parent)\(belowPrefix)"
            if isDirectory(candidate) { return candidate }
        }
        return usual
    }

    /// What the product is installed below, `/usr` for a directory `/usr/share/swift-heartbeat`; `nil` for any other.
    package static func prefix(of directory: String) -> String? {
        directory.hasSuffix(belowPrefix) ? String(directory.dropLast(belowPrefix.count)) : nil
    }

    /// Whether the path leads to a directory.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
