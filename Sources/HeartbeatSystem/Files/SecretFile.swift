// A secret in a file of its own.

import Glibc

/// Reads a secret that only its owner may read.
package enum SecretFile {
    /// Why there is none, in words.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The first line of the file, at most 1 KiB, without its end.
    package static func read(_ path: String) -> Result<[UInt8], Problem> {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return .failure(Problem(description: "\(SystemError("open", path))")) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & 0o077 == 0 else {
            return .failure(Problem(description: "others than its owner may use \(path); run: chmod 600 \(path)"))
        }
        let secret = Array(Descriptors.contents(from: file, atMost: 1024).prefix { $0 != 0x0A })
        guard !secret.isEmpty else { return .failure(Problem(description: "\(path) begins with no secret")) }
        return .success(secret)
    }
}
