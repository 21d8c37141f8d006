// What a probe has seen, one record a probe. Records only; what they mean is computed from them afterwards, so that the
// probing thread does nothing but send, receive and write down.

/// One probe: an ARP request and an ICMP echo for a service address, sent at the same moment.
package struct ProbeSample: Hashable, Sendable {
    /// Which of the probe's addresses it asks for, counted from 0.
    package var address: Int
    package var sentAt: Moment
    /// The first answer to the echo, which went where the client's own neighbour table sent it.
    package var echo: Answer?
    /// Every station that answered the ARP request, in the order of arrival, each once.
    package var owners: [Answer]

    package init(address: Int = 0, sentAt: Moment, echo: Answer? = nil, owners: [Answer] = []) {
        self.address = address
        self.sentAt = sentAt
        self.echo = echo
        self.owners = owners
    }

    /// Who answered, and when.
    package struct Answer: Hashable, Sendable {
        package var from: HardwareAddress
        package var at: Moment

        package init(from: HardwareAddress, at: Moment) {
            self.from = from
            self.at = at
        }
    }
}

/// A gratuitous ARP packet for a service address (sender and target address the same, RFC 5227 section 3).
package struct Announcement: Hashable, Sendable {
    /// Which of the probe's addresses it is about, counted from 0.
    package var address: Int
    package var from: HardwareAddress
    package var at: Moment
    /// Sent as a reply, not as a request; stacks differ in which of the two they believe.
    package var isReply: Bool

    package init(address: Int = 0, from: HardwareAddress, at: Moment, isReply: Bool) {
        self.address = address
        self.from = from
        self.at = at
        self.isReply = isReply
    }
}
