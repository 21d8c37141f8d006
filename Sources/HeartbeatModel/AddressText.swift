// Addresses as text: whether a word is an IPv4 or IPv6 address or can be an interface, and the forms the checks compare. No
// look-ups.

/// An IPv4 address.
public struct IPv4Address: Hashable, Sendable {
    public let octets: [UInt8]

    /// Four decimal octets; nothing shorter, no other base. A zero in front is refused: some read what follows as octal.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { DecimalNumber.value($0).flatMap(UInt8.init(exactly:)) }
        guard parts.count == 4, octets.count == 4 else { return nil }
        self.octets = octets
    }

    /// Class D (RFC 1112).
    public var isMulticast: Bool { (224...239).contains(octets[0]) }

    /// Something one interface can own: neither "this network" nor a group nor everybody. What is reserved (240.0.0.0/4) is
    /// used within some sites, and Linux gives it to an interface.
    public var isUnicast: Bool { octets[0] != 0 && !isMulticast && octets != [255, 255, 255, 255] }

    /// Prefix length when the address is a netmask.
    public var prefixLength: Int? {
        let bits = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return ~bits & (~bits &+ 1) == 0 ? bits.nonzeroBitCount : nil
    }
}

/// An IPv6 address (RFC 4291), without a scope.
public struct IPv6Address: Hashable, Sendable {
    public let groups: [UInt16]

    public init?(_ text: some StringProtocol) {
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
    public var isMulticast: Bool { groups[0] >> 8 == 0xFF }

    /// Something one interface can own: neither a group nor `::`.
    public var isUnicast: Bool { !isMulticast && groups.contains { $0 != 0 } }

    /// In network byte order.
    public var bytes: [UInt8] { groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }

    /// All eight groups: the form haresources can carry, where `::` separates arguments.
    public var withoutGap: String { groups.map { String($0, radix: 16) }.joined(separator: ":") }

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

/// Whole numbers as haresources has them.
enum DecimalNumber {
    /// Digits only, without a zero in front; `nil` for anything else, and for what is larger than any number of an address.
    static func value(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != 0x30
        else { return nil }
        return Int(text)
    }
}

/// Names of network interfaces.
public enum InterfaceName {
    /// Whether Linux could give an interface this name: 1…15 bytes, neither a slash nor white space (dev_valid_name in the
    /// kernel).
    public static func isPossible(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        return (1...15).contains(bytes.count) && text != "." && text != ".."
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }
}
