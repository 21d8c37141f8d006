// Addresses as text, as `inet_pton` reads and `inet_ntop` writes them. No look-ups.

extension IPAddress {
    /// Reads `192.0.2.1` or `2001:db8::1`; `nil` for anything else, names and zones included.
    public init?(_ text: some StringProtocol) {
        guard let address = IPAddress(ipv4: text) ?? IPAddress(ipv6: text) else { return nil }
        self = address
    }

    /// The same, and `fe80::1%eth0` as well: the zone is dropped, for who reads it so names the interface beside it.
    public init?(droppingZoneOf text: String) {
        let address = text.prefix { $0 != "%" }
        self.init(address)
        if address.endIndex < text.endIndex, !isIPv6 { return nil }
    }

    /// Four decimal octets; nothing shorter, no other base. A zero in front is refused: some read what follows as octal.
    public init?(ipv4 text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { DecimalNumber.value($0).flatMap(UInt8.init(exactly:)) }
        guard parts.count == 4, octets.count == 4 else { return nil }
        self.init(bytes: octets)
    }

    /// RFC 4291 section 2.2, without a zone.
    public init?(ipv6 text: some StringProtocol) {
        let halves = Self.splitAtGap(String(text))
        guard halves.count <= 2, let head = Self.groups(halves[0]), let tail = Self.groups(halves.last ?? "") else {
            return nil
        }
        if halves.count == 1 {
            guard head.count == 8 else { return nil }
            self.init(groups: head)
        } else {
            guard head.count + tail.count <= 7 else { return nil }
            self.init(groups: head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail)
        }
    }

    private init(groups: [UInt16]) {
        self.init(value: groups.reduce(0) { $0 << 16 | UInt128($1) }, isIPv6: true)
    }

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
            if index == parts.count - 1, let embedded = IPAddress(ipv4: part) {
                groups += [UInt16(embedded.value >> 16), UInt16(embedded.value & 0xFFFF)]
            } else if (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16), part.first != "+" {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }
}

extension IPAddress: CustomStringConvertible {
    /// IPv6 in the form of RFC 5952.
    public var description: String {
        guard isIPv6 else { return dottedEnd }
        let groups = groups
        let gap = Self.longestGap(in: groups)
        // ::192.0.2.1 and ::ffff:192.0.2.1 (RFC 4291 section 2.5.5).
        if let gap, gap == 0..<6 || gap == 0..<5 && groups[5] == 0xFFFF {
            return (gap.count == 6 ? "::" : "::ffff:") + dottedEnd
        }
        guard let gap else { return withoutGap }
        return Self.text(of: groups[..<gap.lowerBound]) + "::" + Self.text(of: groups[gap.upperBound...])
    }

    /// IPv6 in all its eight groups: the form haresources can carry, where `::` separates arguments.
    public var withoutGap: String { Self.text(of: groups[...]) }

    private var groups: [UInt16] {
        stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: value >> UInt128($0)) }
    }

    private static func text(of groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The last four bytes.
    private var dottedEnd: String {
        [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: value >> UInt128($0))) }.joined(separator: ".")
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
