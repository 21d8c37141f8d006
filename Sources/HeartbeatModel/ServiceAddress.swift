// A service address as a value: what an address resource of haresources brings to its node. Whether and how the kernel has
// it is not known here.

/// An address that clients use, wherever the group runs.
public struct ServiceAddress: Hashable, Sendable {
    /// In network byte order: 4 bytes for IPv4, 16 for IPv6.
    public var bytes: [UInt8]
    /// As written in haresources, without what follows the first `/`.
    public var text: String
    /// Bits of the network; `nil` takes those of the interface's own network.
    public var prefixLength: Int?
    /// `nil` takes the interface whose network the address is in.
    public var interface: String?
    /// `eth0:1`, whole; an IPv4 address shows it in ifconfig(8) and `ip address`.
    public var label: String?
    /// IPv4 only, 4 bytes; `nil` takes that of the network.
    public var broadcast: [UInt8]?

    public init(
        bytes: [UInt8], text: String, prefixLength: Int? = nil, interface: String? = nil, label: String? = nil,
        broadcast: [UInt8]? = nil
    ) {
        precondition(bytes.count == 4 || bytes.count == 16, "\(text) has \(bytes.count) bytes")
        self.bytes = bytes
        self.text = text
        self.prefixLength = prefixLength
        self.interface = interface
        self.label = label
        self.broadcast = broadcast
    }

    public var isIPv6: Bool { bytes.count == 16 }

    /// fe80::/10: there is one such network on every interface.
    public var isLinkLocal: Bool { isIPv6 && bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 }
}
