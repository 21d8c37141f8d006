// What of a message goes over a serial line, where a quarter of a second at 19200 baud is 480 bytes and a keepalive is to take
// at most half of them. It refuses to know how fast a line is.

import HeartbeatModel

extension Message {
    /// Of a keepalive to a peer of ours (`hbheard` says that it is one) all but `ld`, the sender's load: 30 to 40 bytes that
    /// nobody acts on; and `hbdeaf`, which is for whoever can answer elsewhere, and has come there by then. An original gets what it
    /// gets from an original. Every other message is the same.
    package var forSerialLine: Message {
        guard case .status(var report) = content, report.heard != nil else { return self }
        var message = self
        message.load = nil
        report.isDeaf = false
        message.content = .status(report)
        return message
    }
}
