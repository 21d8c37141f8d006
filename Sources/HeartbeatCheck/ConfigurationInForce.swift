// What a daemon runs by, noted for the time after its death: the files may be changed or broken by then, and what it left up
// must be found and stopped all the same.

import HeartbeatConfig
import HeartbeatModel
import HeartbeatSystem

/// Two files without secrets, there as long as a daemon has something that it could leave up.
package struct ConfigurationInForce {
    private static let haCf = "ha.cf"
    private static let haresources = "haresources"

    private let directory: PrivateDirectory

    init(_ directory: PrivateDirectory) {
        self.directory = directory
    }

    /// Notes it; tells what went wrong.
    package func remember(_ configuration: Configuration) -> SystemError? {
        guard !configuration.groups.isEmpty else {
            forget()
            return nil
        }
        let printer = ConfigurationPrinter(configuration)
        do throws(SystemError) {
            try directory.make(mode: 0o700)
            try directory.write(Array(printer.haCf.utf8), to: Self.haCf)
            try directory.write(Array(printer.haresources.utf8), to: Self.haresources)
            return nil
        } catch {
            return error
        }
    }

    package func forget() {
        directory.remove(Self.haresources)
        directory.remove(Self.haCf)
    }

    /// What was noted last, unless it was forgotten or cannot be understood.
    package func recall(by loader: ConfigurationLoader) -> Configuration? {
        guard let haCf = directory.contents(of: Self.haCf, atMost: ConfigurationLoader.longestFile),
            let haresources = directory.contents(of: Self.haresources, atMost: ConfigurationLoader.longestFile)
        else { return nil }
        // Nobody will be talked to.
        return loader.forRelease.read(
            haCf: file(Self.haCf, haCf), haresources: file(Self.haresources, haresources),
            authkeys: SourceFile(path: loader.paths.authkeys, bytes: Array("auth 1\n1 crc\n".utf8)), authkeysMode: 0o600
        ).configuration
    }

    private func file(_ name: String, _ bytes: [UInt8]) -> SourceFile {
        SourceFile(path: "\(directory.path)/\(name)", bytes: bytes)
    }
}
