// A service address as a value: what an address resource of haresources brings to its node. Whether and how the kernel has
// it is not known here.

/// An address that clients use, wherever the group runs.
public struct ServiceAddress: Hashable, Codable, Sendable {
    public var ip: IPAddress
    /// As written in haresources, without what follows the first `/`.
    public var text: String
    /// Bits of the network; `nil` takes those of the interface's own network.
    public var prefixLength: Int?
    /// `nil` takes the interface whose network the address is in.
    public var interface: String?
    /// `eth0:1`, whole; an IPv4 address shows it in ifconfig(8) and `ip address`.
    public var label: String?
    /// IPv4 only; `nil` takes that of the network.
    public var broadcast: IPAddress?

    public init(
        _ ip: IPAddress, text: String, prefixLength: Int? = nil, interface: String? = nil, label: String? = nil,
        broadcast: IPAddress? = nil
    ) {
        self.ip = ip
        self.text = text
        self.prefixLength = prefixLength
        self.interface = interface
        self.label = label
        self.broadcast = broadcast
    }

    /// An address that its program knows as bytes, 4 or 16 in network order; any other number of them is a mistake there.
    public init(bytes: [UInt8], text: String) {
        guard let ip = IPAddress(bytes: bytes) else { preconditionFailure("\(text) has \(bytes.count) bytes") }
        self.init(ip, text: text)
    }

    public var isIPv6: Bool { ip.isIPv6 }
}
