// An IP address as a value: its number, what kind of address it is, and the networks it is in. Host names are none; they need
// a lookup that can block.

/// An IPv4 or IPv6 address, without a zone. IPv4 addresses come before IPv6 addresses, else the smaller one does.
public struct IPAddress: Hashable, Codable, Comparable, Sendable {
    /// 10.0.0.1 is 0x0A00_0001.
    public let value: UInt128
    public let isIPv6: Bool

    init(value: UInt128, isIPv6: Bool) {
        self.value = value
        self.isIPv6 = isIPv6
    }

    /// The IPv4 address with this number.
    public init(_ value: UInt32) {
        self.init(value: UInt128(value), isIPv6: false)
    }

    /// From bytes in network order; `nil` unless there are 4 or 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.init(value: bytes.reduce(0) { $0 << 8 | UInt128($1) }, isIPv6: bytes.count == 16)
    }

    /// In network order: 4 bytes (IPv4) or 16 (IPv6).
    public var bytes: [UInt8] {
        stride(from: length - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt128($0)) }
    }

    /// Bits of such an address: 32 or 128.
    public var length: Int { isIPv6 ? 128 : 32 }

    /// `0.0.0.0` or `::`.
    public static func any(isIPv6: Bool) -> IPAddress {
        IPAddress(value: 0, isIPv6: isIPv6)
    }

    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.isIPv6 == right.isIPv6 ? left.value < right.value : right.isIPv6
    }

    // MARK: - Kinds

    /// Class D (RFC 1112), or ff00::/8.
    public var isMulticast: Bool { isIPv6 ? value >> 120 == 0xFF : value >> 28 == 0xE }

    /// Something one interface can own: neither "this network" nor a group nor everybody. What is reserved (240.0.0.0/4) is
    /// used within some sites, and Linux gives it to an interface.
    public var isUnicast: Bool {
        guard !isMulticast else { return false }
        return isIPv6 ? value != 0 : value >> 24 != 0 && value != 0xFFFF_FFFF
    }

    /// An address that one host has for all its neighbours to reach it by.
    public var isOfHost: Bool { isUnicast && !isLinkLocal }

    /// fe80::/10: there is one such network on every interface.
    public var isLinkLocal: Bool { isIPv6 && value >> 118 == 0xFE80 >> 6 }

    /// Every node of the link, ff02::1.
    public static let allNodes = IPAddress(value: 0xFF02 << 112 | 1, isIPv6: true)

    /// The group in which the owner of this IPv6 address listens for those who look for it (RFC 4291 section 2.7.1).
    public var solicitedNode: IPAddress {
        IPAddress(value: 0xFF02 << 112 | 0x1_FF00_0000 | value & 0xFF_FFFF, isIPv6: true)
    }

    // MARK: - Networks

    /// Whether both are in the same network of so many bits. Addresses of the other version are in none of this one's.
    public func isInNetwork(of other: IPAddress, bits: Int) -> Bool {
        isIPv6 == other.isIPv6 && (value ^ other.value) & mask(bits) == 0
    }

    /// The part that is the host's own in a network of so many bits.
    public func host(inNetworkOf bits: Int) -> UInt128 { value & ~mask(bits) }

    /// The address with zeros after the first `bits` bits, as networks are written.
    public func firstOfNetwork(bits: Int) -> IPAddress { IPAddress(value: value & mask(bits), isIPv6: isIPv6) }

    /// The last address of the IPv4 network, which reaches all its hosts; `nil` for IPv6.
    public func lastOfNetwork(bits: Int) -> IPAddress? {
        isIPv6 ? nil : IPAddress(UInt32(truncatingIfNeeded: value | ~mask(bits)))
    }

    /// The IPv4 broadcast address of the network; `nil` where there is none (RFC 3021).
    public func broadcast(bits: Int) -> IPAddress? { bits < 31 ? lastOfNetwork(bits: bits) : nil }

    /// Bits of the network when the address is an IPv4 netmask.
    public var netmaskLength: Int? {
        guard !isIPv6 else { return nil }
        let ones = value.nonzeroBitCount
        return value == mask(ones) ? ones : nil
    }

    /// The highest `bits` of the address's length are set.
    private func mask(_ bits: Int) -> UInt128 {
        let all: UInt128 = isIPv6 ? .max : 0xFFFF_FFFF
        let bits = max(0, min(length, bits))
        return bits == 0 ? 0 : all & ~((1 << UInt128(length - bits)) - 1)
    }
}
