// The configuration of another program on this machine: its files and those that they include, read; what is made of them, written into a
// directory that nobody uses yet. Nothing of this machine is changed otherwise.

import Glibc
import HeartbeatImport
import HeartbeatModel
import HeartbeatSystem

package enum ImportReading {
    private static let largest = 1 << 20

    package static func make(
        from source: ImportSource, _ paths: [String], nodes: [ImportNode]
    ) throws(ImportMistake) -> Import {
        try Import.make(from: source, paths.map(file), nodes: nodes, secret: secret) { pattern, including in
            // A relative path begins where the including file is.
            let directory = Directories.directory(of: including)
            let isBare = pattern.hasPrefix("/") || directory == "."
            // One too many is told; more need not be read for that.
            return matches(isBare ? pattern : directory + pattern).prefix(Import.mostIncluded + 1).map(file)
        }
    }

    private static func file(_ path: String) -> SourceFile { .read(path, atMost: largest) }

    /// The files that a pattern of glob(7) names, in the order of their names.
    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }

    /// As long as what sha1 makes of it.
    private static var secret: String { (0..<20).map { _ in UInt8.random(in: 0...255).hexadecimal }.joined() }

    // MARK: - Writing

    /// Writes files into a directory that is not there, or is empty. What has been written goes again when something fails.
    package static func write(
        _ files: [(name: String, mode: UInt32, text: String)], into directory: String
    ) throws(OperatorFailure) {
        guard Directories.names(in: directory).isEmpty else {
            throw OperatorFailure(
                code: "not-written", sentence: "\(directory) is not empty",
                remedy: ["name a directory that is not there yet"])
        }
        var written: [String] = []
        do throws(SystemError) {
            try Directories.make(directory, mode: 0o755)
            for file in files {
                let path = "\(directory)/\(file.name)"
                try DurableFile.replace(path, with: Array(file.text.utf8), mode: file.mode)
                written.append(path)
            }
        } catch {
            for path in written { unlink(path) }
            throw OperatorFailure(
                code: "not-written", sentence: "cannot write \(error.object): \(error.reason)",
                remedy: [error.remedy ?? "look at \(directory)"])
        }
    }
}
