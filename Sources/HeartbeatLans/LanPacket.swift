// What hosts tell each other over every LAN, as values and as bytes. A packet says who sends it and which addresses he has,
// so that hosts need no list of each other.

import HeartbeatModel
import HeartbeatWire

/// Who a host is, whatever address it speaks from.
package struct HostIdentity: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: HostIdentity, right: HostIdentity) -> Bool { left.number < right.number }
}

/// A question to everybody on one LAN, or the answer to it.
package struct LanPacket: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable {
        /// Broadcast by a requestor, on all its LANs with one number.
        case inquiry = 1
        /// Sent back over the LAN the question came by, to where it came from.
        case answer = 2
    }

    package var kind: Kind
    package var sender: HostIdentity
    /// Number of the question; a requestor's numbers only grow.
    package var sequence: UInt64
    /// Milliseconds from one question of the sender to the next; 0 in an answer.
    package var interval: UInt32
    /// The sender's addresses on all its LANs.
    package var addresses: [IPAddress]
    /// In a question: the hosts whose answer to the question before did not come over this LAN. In an answer: who asked.
    package var hosts: [HostIdentity]

    package init(
        _ kind: Kind, from sender: HostIdentity, sequence: UInt64, interval: UInt32 = 0, addresses: [IPAddress],
        hosts: [HostIdentity] = []
    ) {
        self.kind = kind
        self.sender = sender
        self.sequence = sequence
        self.interval = interval
        self.addresses = addresses
        self.hosts = hosts
    }
}

/// Packets ⇄ bytes, signed when there are keys.
///
/// Layout, integers in network order: `FLD` and the version 1, the kind (1 byte), the number of addresses (1), the number of
/// hosts (2), the sender (8), the sequence (8), the interval in ms (4), the addresses (4 each), the hosts (8 each). A token of
/// authkeys over all this follows when the packet is signed (`<id> <hex>`).
package struct LanCodec: Sendable {
    /// So many addresses are announced at most.
    package static let mostAddresses = 64
    /// So many hosts are named at most.
    package static let mostHosts = 64

    /// Why bytes are refused.
    package enum Refusal: Error, Hashable, Sendable {
        case notAPacket
        case unsigned
        /// We have no keys to check the signature with.
        case unexpectedlySigned
        case authentication(WireError)
    }

    private static let magic: [UInt8] = [0x46, 0x4C, 0x44, 1]
    private static let headLength = 28

    private let authentication: Authentication?

    /// Without keys nothing is signed, and nothing signed is believed.
    package init(_ authentication: Authentication?) {
        self.authentication = authentication
    }

    package func encode(_ packet: LanPacket) -> [UInt8] {
        let addresses = packet.addresses.prefix(Self.mostAddresses)
        let hosts = packet.hosts.prefix(Self.mostHosts)
        var bytes =
            Self.magic + [packet.kind.rawValue, UInt8(addresses.count)] + NetworkOrder.bytes(UInt16(hosts.count))
        bytes +=
            NetworkOrder.bytes(packet.sender.number) + NetworkOrder.bytes(packet.sequence)
            + NetworkOrder.bytes(packet.interval)
        for address in addresses { bytes += address.bytes }
        for host in hosts { bytes += NetworkOrder.bytes(host.number) }
        return bytes + (authentication?.token(over: bytes[...]) ?? [])
    }

    package func decode(_ bytes: [UInt8]) throws(Refusal) -> LanPacket {
        guard bytes.count >= Self.headLength, bytes.starts(with: Self.magic),
            let kind = LanPacket.Kind(rawValue: bytes[4])
        else { throw .notAPacket }
        let addressCount = Int(bytes[5])
        let hostCount = Int(NetworkOrder.integer(bytes[6..<8], as: UInt16.self))
        let hostsBegin = Self.headLength + 4 * addressCount
        let end = hostsBegin + 8 * hostCount
        guard addressCount <= Self.mostAddresses, hostCount <= Self.mostHosts, end <= bytes.count else {
            throw .notAPacket
        }
        try check(bytes[end...], over: bytes[..<end])
        return LanPacket(
            kind, from: HostIdentity(NetworkOrder.integer(bytes[8..<16], as: UInt64.self)),
            sequence: NetworkOrder.integer(bytes[16..<24], as: UInt64.self),
            interval: NetworkOrder.integer(bytes[24..<28], as: UInt32.self),
            addresses: stride(from: Self.headLength, to: hostsBegin, by: 4).map { offset in
                IPAddress(NetworkOrder.integer(bytes[offset..<offset + 4], as: UInt32.self))
            },
            hosts: stride(from: hostsBegin, to: end, by: 8).map { offset in
                HostIdentity(NetworkOrder.integer(bytes[offset..<offset + 8], as: UInt64.self))
            })
    }

    private func check(_ token: ArraySlice<UInt8>, over covered: ArraySlice<UInt8>) throws(Refusal) {
        guard let authentication else {
            guard token.isEmpty else { throw .unexpectedlySigned }
            return
        }
        guard !token.isEmpty else { throw .unsigned }
        do throws(WireError) {
            _ = try authentication.verify(token, over: covered)
        } catch {
            throw .authentication(error)
        }
    }
}

extension LanCodec.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAPacket: "not a packet of faild"
        case .unsigned: "not signed, although this host has keys"
        case .unexpectedlySigned: "signed, although this host has no keys"
        case .authentication(let error): "\(error)"
        }
    }
}
