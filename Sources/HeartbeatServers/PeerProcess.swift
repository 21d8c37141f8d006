// Who is at the other end of a Unix socket: what the kernel says, whatever the other end says of itself.

import CLinux
import Glibc
import HeartbeatClients
import HeartbeatSystem
import NIOCore

enum PeerProcess {
    /// The credentials with which a channel's other end was opened; `nil` when it is no Unix socket any more.
    static func of(_ channel: any Channel) -> PeerCredentials? {
        var peer = clinux_peer()
        guard ask(channel, { clinux_peer($0, &peer) }) == 0 else { return nil }
        return PeerCredentials(pid: peer.pid, user: peer.uid, group: peer.gid)
    }

    /// The process that has opened it. A kernel before 6.5 only tells its number, which could have been given away in the
    /// moment since; the handle is then that of a process of the same number.
    static func handle(of channel: any Channel, _ peer: PeerCredentials) -> ProcessHandle? {
        let descriptor = ask(channel, clinux_peer_pidfd)
        return descriptor >= 0 ? ProcessHandle(peer.pid, taking: descriptor) : ProcessHandle(peer.pid)
    }

    private static func ask(_ channel: any Channel, _ question: (Int32) -> Int32) -> Int32 {
        do {
            return try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable {
                (descriptor: NIOBSDSocket.Handle) in question(descriptor)
            } ?? -1
        } catch {
            return -1
        }
    }
}
