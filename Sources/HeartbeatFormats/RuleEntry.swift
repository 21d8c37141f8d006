// The rules by which the kernel chooses a routing table, written and read. IPv4.

import HeartbeatModel

/// One rule (ip-rule(8)).
package struct RuleEntry: Hashable, Sendable, CustomStringConvertible {
    /// The smaller one is asked first.
    package var priority: UInt32
    package var table: UInt32
    /// FRA_PROTOCOL: who has set it; since Linux 4.17.
    package var setter: UInt8
    package var source: NetworkPrefix?
    package var destination: NetworkPrefix?
    package var mark: UInt32?
    /// Name of the interface that packets come in by; `lo` is what this host sends.
    package var incoming: String?
    /// Name of the interface that a socket is bound to.
    package var outgoing: String?
    /// Routes with prefixes of at most so many bits are passed over.
    package var suppressedBits: UInt32?

    package init(priority: UInt32, table: UInt32, setter: UInt8) {
        self.priority = priority
        self.table = table
        self.setter = setter
    }

    package static let list = NetlinkRequest(
        Netlink.getRule, flags: Netlink.dump, body: [2 /* AF_INET */] + [UInt8](repeating: 0, count: 11))

    /// Puts it in, unless the same is there.
    package var addition: NetlinkRequest { request(Netlink.newRule, flags: Netlink.createOnly) }

    package var removal: NetlinkRequest { request(Netlink.deleteRule, flags: 0) }

    /// struct fib_rule_hdr: family, bits of destination and source, tos, table, two reserved, action (1 byte each), flags (4).
    private func request(_ type: UInt16, flags: UInt16) -> NetlinkRequest {
        var request = NetlinkRequest(
            type, flags: flags,
            body: [
                2 /* AF_INET */, UInt8(clamping: destination?.bits ?? 0), UInt8(clamping: source?.bits ?? 0), 0,
                UInt8(exactly: table) ?? 0, 0, 0, 1, /* FR_ACT_TO_TBL */
            ] + hostBytes(UInt32(0)))
        if let destination { request.append(1 /* FRA_DST */, destination.first.bytes) }
        if let source { request.append(2 /* FRA_SRC */, source.first.bytes) }
        if let incoming { request.append(3 /* FRA_IIFNAME */, Array(incoming.utf8) + [0]) }
        request.append(6 /* FRA_PRIORITY */, hostBytes(priority))
        if let mark {
            request.append(10 /* FRA_FWMARK */, hostBytes(mark))
            request.append(16 /* FRA_FWMASK */, hostBytes(UInt32.max))
        }
        if let suppressedBits { request.append(14 /* FRA_SUPPRESS_PREFIXLEN */, hostBytes(suppressedBits)) }
        request.append(15 /* FRA_TABLE */, hostBytes(table))
        if let outgoing { request.append(17 /* FRA_OIFNAME */, Array(outgoing.utf8) + [0]) }
        request.append(21 /* FRA_PROTOCOL */, [setter])
        return request
    }

    /// As ip-rule(8) has it.
    package var description: String {
        let words = [
            source.map { "from \($0)" }, destination.map { "to \($0)" }, mark.map { "fwmark \($0)" },
            incoming.map { "iif \($0)" }, outgoing.map { "oif \($0)" }, "lookup \(table)",
            suppressedBits.map { "suppress_prefixlength \($0)" },
        ]
        return "\(priority): " + words.compactMap(\.self).joined(separator: " ")
    }

    /// `nil` when it is no IPv4 rule that leads to a table.
    package init?(_ message: NetlinkMessage) {
        let head = Array(message.body.prefix(8))
        guard message.type == Netlink.newRule || message.type == Netlink.deleteRule, head.count == 8, head[0] == 2,
            head[1] <= 32, head[2] <= 32, head[7] == 1
        else { return nil }
        let found = message.attributes(after: 12)
        func number(_ attribute: UInt16) -> UInt32? { found[attribute]?.hostInteger(at: 0, as: UInt32.self) }
        func network(_ attribute: UInt16, _ bits: UInt8) -> NetworkPrefix? {
            found[attribute].flatMap { IPAddress(bytes: $0) }.map { NetworkPrefix($0, bits: Int(bits)) }
        }
        priority = number(6) ?? 0
        table = number(15) ?? UInt32(head[4])
        setter = found[21]?.first ?? 0
        source = network(2, head[2])
        destination = network(1, head[1])
        mark = number(10).flatMap { $0 == 0 ? nil : $0 }
        incoming = found[3]?.cString
        outgoing = found[17]?.cString
        suppressedBits = number(14).flatMap { $0 == .max ? nil : $0 }
    }
}
