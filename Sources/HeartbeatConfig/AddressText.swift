// Addresses as text: whether a word is an IPv4 or IPv6 address, and the forms the checks compare. No look-ups.

/// An IPv4 address.
struct IPv4Address: Hashable {
    let octets: [UInt8]

    /// Four decimal octets; nothing shorter, no other base.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in
            (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(\.isDigit) ? UInt8(part) : nil
        }
        guard parts.count == 4, octets.count == 4 else { return nil }
        self.octets = octets
    }

    /// Class D (RFC 1112).
    var isMulticast: Bool { (224...239).contains(octets[0]) }

    /// Something one interface can own: not 0.0.0.0, not a group, not reserved.
    var isUnicast: Bool { octets[0] != 0 && octets[0] < 224 }

    /// Prefix length when the address is a netmask.
    var prefixLength: Int? {
        let bits = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return ~bits & (~bits &+ 1) == 0 ? bits.nonzeroBitCount : nil
    }
}

/// An IPv6 address (RFC 4291), without a scope.
struct IPv6Address: Hashable {
    let groups: [UInt16]

    init?(_ text: some StringProtocol) {
        let halves = Self.splitAtGap(String(text))
        guard halves.count <= 2, let head = Self.groups(halves[0]), let tail = Self.groups(halves.last ?? "") else {
            return nil
        }
        if halves.count == 1 {
            guard head.count == 8 else { return nil }
            groups = head
        } else {
            guard head.count + tail.count <= 7 else { return nil }
            groups = head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        }
    }

    /// ff00::/8.
    var isMulticast: Bool { groups[0] >> 8 == 0xFF }

    /// fe80::/10: there is one such network on every interface.
    var isLinkLocal: Bool { groups[0] & 0xFFC0 == 0xFE80 }

    /// Something one interface can own: neither a group nor `::`.
    var isUnicast: Bool { !isMulticast && groups.contains { $0 != 0 } }

    /// In network byte order.
    var bytes: [UInt8] { groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }

    /// All eight groups: the form haresources can carry, where `::` separates arguments.
    var withoutGap: String { groups.map { String($0, radix: 16) }.joined(separator: ":") }

    private static func splitAtGap(_ text: String) -> [String] {
        var pieces = [""]
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("::") {
                pieces.append("")
                rest = rest.dropFirst(2)
            } else {
                pieces[pieces.count - 1].append(character)
                rest = rest.dropFirst()
            }
        }
        return pieces
    }

    private static func groups(_ text: String) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let embedded = IPv4Address(part) {
                let octets = embedded.octets.map(UInt16.init)
                groups += [octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]]
            } else if (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16), part.first != "+" {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }
}

/// Checks of host and interface names that need no look-up.
enum HostText {
    /// A host name, or an IPv4 address that is one.
    static func ipv4Host(_ text: String) throws(Complaint) {
        try refuseComma(text)
        if text.contains(":") {
            throw Complaint("is not an IPv4 address; IPv6 has directives of its own (ucast6, mcast6, ping6)")
        }
        let looksNumeric = text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
        if looksNumeric, IPv4Address(text) == nil {
            throw Complaint("is not an IPv4 address; write four numbers from 0 to 255 with dots between")
        }
    }

    /// A host name, or an IPv6 address with or without `%interface`.
    static func ipv6Host(_ text: String) throws(Complaint) {
        try refuseComma(text)
        guard IPv4Address(text) == nil else {
            throw Complaint("is an IPv4 address; use ucast, mcast or ping for it")
        }
        let address = text.prefix { $0 != "%" }
        if address.contains(":"), IPv6Address(address) == nil {
            throw Complaint("is not an IPv6 address")
        }
    }

    private static func refuseComma(_ text: String) throws(Complaint) {
        guard !text.contains(",") else { throw Complaint("contains a comma; here only blanks separate values") }
    }

    /// Whether the host need not be looked up.
    static func isNumeric(_ text: String) -> Bool {
        IPv4Address(text) != nil || IPv6Address(text.prefix { $0 != "%" }) != nil
    }

    /// A name Linux could give an interface: 1…15 bytes, no slash (dev_valid_name in the kernel).
    static func interface(_ text: String) throws(Complaint) {
        guard (1...15).contains(text.utf8.count), !text.contains("/"), text != ".", text != ".." else {
            throw Complaint("cannot be the name of an interface (at most 15 characters, no \"/\")")
        }
    }
}
