// Who is at the other end of a Unix socket: what the kernel says, whatever the other end says of itself.

import CLinux
import HeartbeatClients
import NIOCore

enum PeerProcess {
    /// The credentials with which a channel's other end was opened; `nil` when it is no Unix socket any more.
    static func of(_ channel: any Channel) -> PeerCredentials? {
        var peer = clinux_peer()
        do {
            let result = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable {
                (descriptor: NIOBSDSocket.Handle) in clinux_peer(descriptor, &peer)
            }
            guard result == 0 else { return nil }
            return PeerCredentials(pid: peer.pid, user: peer.uid, group: peer.gid)
        } catch {
            return nil
        }
    }
}
