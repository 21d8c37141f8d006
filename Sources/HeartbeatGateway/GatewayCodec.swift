// Packets of a gateway service as bytes. Every one is signed; what is not, or was damaged, is not looked at. Whether one comes a second
// time is `GatewayInbox`'s matter.

import HeartbeatModel
import HeartbeatWire

/// Why bytes are refused.
package enum GatewayRefusal: Error, Hashable, Sendable {
    case notAPacket
    case otherVersion(UInt8)
    case unsigned
    case authentication(WireError)
    /// The sender has begun a later life since.
    case earlierLife
    /// It was here before, or is so old that nobody can tell.
    case repeated
    /// More senders than there can be hosts.
    case tooManySenders

    /// What of it is counted.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case notAPacket = "not a packet of a gateway service"
        case otherVersion = "another protocol version"
        case authentication = "not signed with one of the keys"
        case replayed = "said before"
        case tooManySenders = "of too many senders"
    }

    package var kind: Kind {
        switch self {
        case .notAPacket: .notAPacket
        case .otherVersion: .otherVersion
        case .unsigned, .authentication: .authentication
        case .earlierLife, .repeated: .replayed
        case .tooManySenders: .tooManySenders
        }
    }
}

extension GatewayRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAPacket: "not a packet of a gateway service"
        case .otherVersion(let version):
            "another protocol version (\(version), here it is \(GatewayCodec.version)): update the older of the two hosts"
        case .unsigned: "not signed"
        case .authentication(let error): "\(error)"
        case .earlierLife: "of an earlier life of its sender: recorded and played again"
        case .repeated: "repeated, or recorded and played again"
        case .tooManySenders: "more than \(GatewayInbox.mostSenders) senders; restart the daemon if hosts were renamed"
        }
    }
}

/// Signs, writes, checks and reads packets.
///
/// Layout, integers in network order: `GWY` and the version 1, the kind (1 byte: the place in Table 1 of DSOM 2002, from 1), the
/// generation (8), the sequence (8), the service (length 1, bytes), the sender (a host), and by kind:
///
///     SVC_CHECK                 ticket, term (8), interval in ms (4)
///     SVC_CHECK_REPLY           ticket, 1 for well (1), table
///     SVC_SHUTDOWN, SVC_TAKEOVER  table
///     …STR_TAKEOVER             ticket, term (8), 1 for the last stage (1)
///     …STR_TAKEOVER_DENY        ticket, 1 for the last stage (1), 0 for no, 1 for checking, 2 for yes (1)
///
/// A ticket is a generation (8) and a number (8). A host is its name (length 1, bytes), the priority (2), and its addresses
/// downstream and upstream (length 4 or 16, bytes). A table is term (8), the author's generation (8), version (8), 1 if the author serves (1), the author's
/// priority (2) and name, the number of hosts (1), and the hosts, the best first. A token of authkeys over all this follows.
package struct GatewayCodec: Sendable {
    package static let version: UInt8 = 1
    /// Bytes of a name: what Linux allows a host. Below fifty the longest table of IPv4 hosts goes into one frame of Ethernet.
    package static let longestName = 64

    private static let magic = Array("GWY".utf8)
    /// Nothing longer is looked at.
    private static let longestPacket = 4096

    private let authentication: Authentication

    package init(_ authentication: Authentication) {
        self.authentication = authentication
    }

    /// - Precondition: names have at most ``longestName`` bytes, as the reading of the configuration has checked.
    package func encode(_ packet: GatewayPacket) -> [UInt8] {
        var writer = GatewayWriter(Self.magic + [Self.version, packet.message.kind])
        writer.append(packet.generation.number)
        writer.append(packet.sequence)
        writer.append(packet.service)
        writer.append(packet.sender)
        writer.append(packet.message)
        return writer.bytes + authentication.token(over: writer.bytes[...])
    }

    /// What the bytes say. Whether they are new is not asked.
    package func decode(_ bytes: [UInt8]) throws(GatewayRefusal) -> GatewayPacket {
        guard bytes.count >= 5, bytes.count <= Self.longestPacket, bytes.starts(with: Self.magic) else {
            throw .notAPacket
        }
        guard bytes[3] == Self.version else { throw .otherVersion(bytes[3]) }
        var reader = GatewayReader(bytes[5...])
        guard let generation = reader.integer(UInt64.self), let sequence = reader.integer(UInt64.self),
            let service = reader.text(), let sender = reader.host(), let message = reader.message(kind: bytes[4])
        else { throw .notAPacket }
        let packet = GatewayPacket(
            service: service, sender: sender, generation: Generation(generation), sequence: sequence, message: message)
        try check(reader.rest, over: bytes[..<reader.rest.startIndex])
        return packet
    }

    private func check(_ token: ArraySlice<UInt8>, over covered: ArraySlice<UInt8>) throws(GatewayRefusal) {
        guard !token.isEmpty else { throw .unsigned }
        do throws(WireError) {
            _ = try authentication.verify(token, over: covered)
        } catch {
            throw .authentication(error)
        }
    }
}
