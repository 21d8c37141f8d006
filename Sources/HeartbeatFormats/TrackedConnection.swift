// Connections that the kernel tracks (ctnetlink): the question for all, and what ends one. IPv4.
//
//   message   nfnetlink header: family, version (1 byte each), 0 (2), then attributes
//   tuple     CTA_TUPLE_IP (1) with source (1) and destination (2); CTA_TUPLE_PROTO (2)

import HeartbeatModel

/// One connection, as far as it is asked for.
package struct TrackedConnection: Hashable, Sendable {
    /// Who has begun it, and with whom.
    package let source: IPAddress
    package let destination: IPAddress
    /// Where answers are sent: the address that the source was translated to.
    package let answersTo: IPAddress
    /// Its source is translated (IPS_SRC_NAT).
    package let isTranslated: Bool
    /// What tells it from all others, as it came: the original tuple, its number, its zone.
    private let key: [UInt16: [UInt8]]

    // The subsystem, 1, in the upper byte; in the lower one 0 for new, 1 for get, 2 for delete (nfnetlink_conntrack.h).
    private static let new: UInt16 = 0x100
    private static let get: UInt16 = 0x101
    private static let delete: UInt16 = 0x102
    private static let head: [UInt8] = [2 /* AF_INET */, 0, 0, 0]

    package static let list = NetlinkRequest(get, flags: Netlink.dump, body: head)

    package var removal: NetlinkRequest {
        var request = NetlinkRequest(Self.delete, flags: 0, body: Self.head)
        for (attribute, value) in key.sorted(by: { $0.key < $1.key }) {
            request.append(attribute == 1 ? attribute | 0x8000 /* NLA_F_NESTED */ : attribute, value)
        }
        return request
    }

    package init?(_ message: NetlinkMessage) {
        guard message.type == Self.new, message.body.first == 2 else { return nil }
        let found = message.attributes(after: 4)
        guard let original = found[1 /* CTA_TUPLE_ORIG */].flatMap(Self.addresses),
            let reply = found[2 /* CTA_TUPLE_REPLY */].flatMap(Self.addresses)
        else { return nil }
        source = original.source
        destination = original.destination
        answersTo = reply.destination
        let status = found[3 /* CTA_STATUS */].map { $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } } ?? 0
        isTranslated = status & 0x10 != 0
        key = found.filter { [1, 12 /* CTA_ID */, 18 /* CTA_ZONE */].contains($0.key) }.mapValues(Array.init)
    }

    private static func addresses(in tuple: ArraySlice<UInt8>) -> (source: IPAddress, destination: IPAddress)? {
        var found: [UInt16: IPAddress] = [:]
        NetlinkMessage.forEachAttribute(in: tuple) { type, value in
            guard type == 1 else { return }
            NetlinkMessage.forEachAttribute(in: value) { found[$0] = IPAddress(bytes: $1) }
        }
        guard let source = found[1], let destination = found[2] else { return nil }
        return (source, destination)
    }
}
