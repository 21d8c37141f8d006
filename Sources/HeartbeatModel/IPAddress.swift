// An IP address as a value: its bytes, its text, and what kind of address it is. Host names are none; they need a lookup that
// can block.

/// An IPv4 or IPv6 address, without a zone.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// In network order: 4 bytes (IPv4) or 16 (IPv6).
    public let bytes: [UInt8]

    /// `nil` unless there are 4 or 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads `192.0.2.1` or `2001:db8::1` as `inet_pton` does; `nil` for anything else, names and zones included.
    public init?(_ text: some StringProtocol) {
        guard let bytes = IPv4Address(text)?.octets ?? IPv6Address(text)?.bytes else { return nil }
        self.bytes = bytes
    }

    /// The same, and `fe80::1%eth0` as well: the zone is dropped, for who reads it so names the interface beside it.
    public init?(droppingZoneOf text: String) {
        let address = text.prefix { $0 != "%" }
        self.init(address)
        if address.endIndex < text.endIndex, !isIPv6 { return nil }
    }

    public var isIPv6: Bool { bytes.count == 16 }

    /// `0.0.0.0` or `::`.
    public static func any(isIPv6: Bool) -> IPAddress {
        IPAddress(unchecked: [UInt8](repeating: 0, count: isIPv6 ? 16 : 4))
    }

    /// Every node of the link, ff02::1.
    public static let allNodes = IPAddress(unchecked: [0xFF, 0x02] + [UInt8](repeating: 0, count: 13) + [1])

    /// The group in which the owner of this IPv6 address listens for those who look for it (RFC 4291 section 2.7.1).
    public var solicitedNode: IPAddress {
        IPAddress(unchecked: [0xFF, 0x02] + [UInt8](repeating: 0, count: 9) + [1, 0xFF] + bytes.suffix(3))
    }

    // MARK: - Text

    /// As `inet_ntop` writes it: IPv6 in the form of RFC 5952.
    public var description: String {
        guard isIPv6 else { return Self.dotted(bytes[...]) }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let gap = Self.longestGap(in: groups)
        // ::192.0.2.1 and ::ffff:192.0.2.1 (RFC 4291 section 2.5.5).
        if let gap, gap == 0..<6 || gap == 0..<5 && groups[5] == 0xFFFF {
            return (gap.count == 6 ? "::" : "::ffff:") + Self.dotted(bytes[12...])
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let gap else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }

    private static func dotted(_ octets: ArraySlice<UInt8>) -> String {
        octets.map { String($0) }.joined(separator: ".")
    }

    /// The first of the longest runs of zeros, if it is longer than one group.
    private static func longestGap(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > max(1, longest?.count ?? 0) { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
