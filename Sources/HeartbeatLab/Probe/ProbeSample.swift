// What a probe has seen, one record a probe. Records only; what they mean is computed from them afterwards, so that the
// probing thread does nothing but send, receive and write down.

/// A 48-bit hardware address.
package struct HardwareAddress: Hashable, Sendable, CustomStringConvertible {
    /// The six bytes, the first on the wire most significant.
    package let value: UInt64

    package static let broadcast = HardwareAddress(0xFFFF_FFFF_FFFF)

    package init(_ value: UInt64) {
        self.value = value & 0xFFFF_FFFF_FFFF
    }

    /// `nil` unless there are exactly six bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    package var bytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64($0))) }
    }

    /// `02:00:00:00:00:01`.
    package var description: String {
        bytes.map(\.hexadecimal).joined(separator: ":")
    }
}

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
