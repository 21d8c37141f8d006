// The networks a host is on and the addresses in them, as plain values. IPv4 only: the requests are broadcast.

import HeartbeatModel

/// An address of this host with the length of its network's prefix.
package struct LanPrefix: Hashable, Sendable {
    package var address: IPAddress
    /// 0…32.
    package var length: Int

    package init(_ address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The last address of the network, which reaches all its hosts.
    package var broadcast: IPAddress { address.lastOfNetwork(bits: length) ?? address }

    /// Whether `other` is a host of the network: neither this one, nor the network, nor everybody.
    func leads(to other: IPAddress) -> Bool {
        other != address && other.isInNetwork(of: address, bits: length) && other != broadcast
            && other.host(inNetworkOf: length) != 0
    }

    /// Whether one of the two networks contains the other.
    package func overlaps(_ other: LanPrefix) -> Bool {
        address.isInNetwork(of: other.address, bits: min(length, other.length))
    }
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
    func leads(to address: IPAddress) -> Bool {
        addresses.contains { $0.leads(to: address) } && !addresses.contains { $0.address == address }
    }
}

/// A way around a LAN: an address of a host is reached by way of its address on another LAN.
package struct LanRoute: Hashable, Sendable {
    package var destination: IPAddress
    /// The host's own address on the other LAN.
    package var gateway: IPAddress
    /// The interface that leads to the other LAN.
    package var interface: String
    /// Our address on the LAN that is avoided: new connections keep the source address they always had.
    package var source: IPAddress?

    package init(destination: IPAddress, gateway: IPAddress, interface: String, source: IPAddress?) {
        self.destination = destination
        self.gateway = gateway
        self.interface = interface
        self.source = source
    }
}
