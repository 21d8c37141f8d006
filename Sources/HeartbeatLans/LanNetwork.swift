// The networks a host is on and the addresses in them, as plain values. IPv4 only: the requests are broadcast.

/// An IPv4 address.
package struct LanAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 10.0.0.1 is 0x0A00_0001.
    package let value: UInt32

    package init(_ value: UInt32) {
        self.value = value
    }

    /// Takes four bytes in network order; `nil` for any other number of them.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Four bytes in network order.
    package var bytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    package var description: String { bytes.map { String($0) }.joined(separator: ".") }

    package static func < (left: LanAddress, right: LanAddress) -> Bool { left.value < right.value }
}

/// An address of this host with the length of its network's prefix.
package struct LanPrefix: Hashable, Sendable {
    package var address: LanAddress
    /// 0…32.
    package var length: Int

    package init(_ address: LanAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The last address of the network, which reaches all its hosts.
    package var broadcast: LanAddress { LanAddress(address.value | ~mask) }

    /// Whether `other` is a host of the network: neither this one, nor the network, nor everybody.
    func leads(to other: LanAddress) -> Bool {
        let host = other.value & ~mask
        return other != address && (other.value ^ address.value) & mask == 0 && host != 0 && host != ~mask
    }

    /// Whether one of the two networks contains the other.
    package func overlaps(_ other: LanPrefix) -> Bool {
        let shorter = length < other.length ? mask : other.mask
        return (address.value ^ other.address.value) & shorter == 0
    }

    private var mask: UInt32 { length <= 0 ? 0 : ~0 << UInt32(max(0, 32 - length)) }
}

/// One LAN, as this host is connected to it.
package struct LanNetwork: Hashable, Sendable {
    /// The interface.
    package var name: String
    /// Addresses of the interface, the one that packets leave with first; never empty.
    package var addresses: [LanPrefix]
    /// Packets can be sent now.
    package var isUsable: Bool

    package init(name: String, addresses: [LanPrefix], isUsable: Bool = true) {
        self.name = name
        self.addresses = addresses
        self.isUsable = isUsable
    }

    /// Whether a host with this address is a neighbour on this LAN.
    func leads(to address: LanAddress) -> Bool {
        addresses.contains { $0.leads(to: address) } && !addresses.contains { $0.address == address }
    }
}

/// A way around a LAN: an address of a host is reached by way of its address on another LAN.
package struct LanRoute: Hashable, Sendable {
    package var destination: LanAddress
    /// The host's own address on the other LAN.
    package var gateway: LanAddress
    /// The interface that leads to the other LAN.
    package var interface: String
    /// Our address on the LAN that is avoided: new connections keep the source address they always had.
    package var source: LanAddress?

    package init(destination: LanAddress, gateway: LanAddress, interface: String, source: LanAddress?) {
        self.destination = destination
        self.gateway = gateway
        self.interface = interface
        self.source = source
    }
}
