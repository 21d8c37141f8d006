// By which addresses of its own the other node could be reached when a daemon ended, for the one after it: a node that starts
// while the media are cut must be able to ask before it takes anything.

import HeartbeatModel
import HeartbeatSystem

/// `peer_addresses` of the state directory: addresses, one a line. Cut off, or damaged, it is none.
package struct PeerAddresses: Sendable {
    private static let name = "peer_addresses"
    /// No node tells more.
    private static let most = 16

    private let directory: PrivateDirectory

    /// - Parameter directory: the state directory, on a disk.
    package init(in directory: PrivateDirectory) {
        self.directory = directory
    }

    /// None when there is no such file, or one that nobody could have written.
    package func read() -> [IPAddress] {
        guard let bytes = directory.contents(of: Self.name, atMost: 4096),
            let text = String(validating: bytes, as: UTF8.self)
        else { return [] }
        return text.split(separator: "\n").prefix(Self.most).compactMap { IPAddress($0) }.filter(\.isOfHost)
    }

    /// Replaces the file, which may take as long as the disk does; gives what went wrong.
    package func store(_ addresses: [IPAddress]) -> SystemError? {
        do throws(SystemError) {
            try DurableFile.replace(
                directory.path + "/" + Self.name, with: Array(addresses.map { "\($0)\n" }.joined().utf8), mode: 0o600)
            return nil
        } catch {
            return error
        }
    }
}
