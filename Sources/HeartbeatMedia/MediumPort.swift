// The seam between a medium, which knows when to open, complain and try again, and the two ways bytes travel: datagrams and
// a serial line.

import HeartbeatModel
import HeartbeatSystem

/// An open way for whole messages.
protocol MediumPort: AnyObject {
    /// Sends one message without waiting; the owner is told what became of it, during the call or later.
    /// - Returns: whether it has left, or will soon: it waits for a line that moves.
    func send(_ message: [UInt8], _ priority: SendPriority) -> Bool

    /// The peer has everything up to this one: what waits of it need not go.
    func withdraw(upTo last: SequenceNumber)

    /// Nothing is half sent.
    var isAtRest: Bool { get }

    /// Its descriptors for the next program, in the order in which that one takes them.
    func handOver(to next: HandOver) throws(SystemError) -> [Int32]

    /// Delivers what was received so far.
    func drain()

    /// Releases everything; no callback follows.
    func close()
}

/// What a port tells its medium.
struct PortCallbacks {
    /// Bytes as they came: one datagram with the address that it came from, or any piece of a serial stream.
    var received: ([UInt8], _ sender: IPAddress?) -> Void
    /// A whole message was handed to the kernel.
    var sent: () -> Void
    /// A message was dropped; `nil` when only the kernel's queue was full for the moment.
    var dropped: (SystemError?) -> Void
    /// Opening anew is the only remedy. `isDead` when nothing can be received either.
    var broke: (SystemError, _ isDead: Bool) -> Void
}
