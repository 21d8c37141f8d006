// Why a script that is there would not run, and what else this machine could run in its place: what a check of the
// configuration tells before a group is to be started.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// What the kernel would say to a script's first line.
package enum ScriptDefect: Hashable, Sendable {
    /// The first line ends with a carriage return, which the kernel takes for a part of the interpreter's name.
    case carriageReturn
    /// The interpreter is not there, or may not be executed.
    case noInterpreter(String)

    /// The kernel reads no more of a script than this to find its interpreter (BINPRM_BUF_SIZE).
    private static let longestFirstLine = 256

    /// `nil` for a script that would run, and for what is no script or cannot be read.
    package static func found(in path: String) -> ScriptDefect? {
        guard let line = firstLine(of: path), line.starts(with: [0x23, 0x21] /* #! */) else { return nil }
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let interpreter = String(
            decoding: line.dropFirst(2).drop(while: isBlank).prefix { !isBlank($0) && $0 != 0x0D }, as: UTF8.self)
        guard access(interpreter, X_OK) == 0 else { return .noInterpreter(interpreter) }
        return line.last == 0x0D ? .carriageReturn : nil
    }

    private static func firstLine(of path: String) -> ArraySlice<UInt8>? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longestFirstLine)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? bytes[..<count].prefix { $0 != 0x0A } : nil
    }
}

extension ResourceScripts {
    /// Of the places where the script was looked for, the one that is a link to nowhere.
    package static func danglingLink(among places: [String]) -> String? {
        places.first { path in
            var (link, target) = (stat(), stat())
            return lstat(path, &link) == 0 && link.st_mode & S_IFMT == S_IFLNK && stat(path, &target) != 0
        }
    }

    /// Every word that haresources could name: scripts, and where systemd runs its services as `systemd::unit`. In order.
    package func available() -> [String] {
        let scripts = directories.flatMap { directory in
            Directories.names(in: directory).filter { access("\(directory)/\($0)", X_OK) == 0 }
        }
        return Array(Set(scripts + Self.services())).sorted()
    }

    private static func services() -> [String] {
        guard ShippedFiles.isDirectory("/run/systemd/system") else { return [] }
        let directories = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"].map { "\($0)/systemd/system" }
        return directories.flatMap(Directories.names).filter { $0.hasSuffix(".service") && !$0.hasSuffix("@.service") }
            .map { "systemd::\($0.dropLast(".service".count))" }
    }
}

extension ResourceScripts {
    /// The script's path, if it is there and nobody but root could have changed it.
    package func trusted(_ name: String) -> Result<String, Failure> {
        locate(name).flatMap { path in
            TrustedPath.refusal(of: path).map { .failure(.untrusted(path: path, $0)) } ?? .success(path)
        }
    }

    /// Looks for a script where a start would look for it.
    package func search(_ name: String) -> ScriptSearch {
        switch trusted(name) {
        case .success(let path):
            switch ScriptDefect.found(in: path) {
            case .carriageReturn: return .carriageReturn(path: path)
            case .noInterpreter(let program): return .noInterpreter(path: path, interpreter: program)
            case nil: break
            }
            return TrustedPath.doubts(about: path).first.map { .doubtful(path: path, reason: "\($0)") } ?? .found
        case .failure(.notExecutable(let path)): return .notExecutable(path: path)
        case .failure(.untrusted(let path, let doubt)): return .notTrusted(path: path, reason: "\(doubt)")
        case .failure(.notFound(_, let searched)):
            return Self.danglingLink(among: searched).map { .danglingLink(path: $0) }
                ?? .missing(searched: searched)
        // The reader has said what is wrong with such a name.
        case .failure(.badName): return .found
        }
    }
}
