// The argument of an address resource as a person or a script writes it. Text in, value out; it looks nothing up.

import HeartbeatModel

/// Reads what follows the name of an address resource.
public enum AddressArgument {
    /// What is wrong with an argument, in words.
    public struct Complaint: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// `ip[/bits[/interface[:label]][/broadcast]]`: `IPaddr`, `IPaddr2`. What stands third and begins with a digit is the
    /// broadcast address (observed behaviour).
    public static func ipv4(_ text: String) throws(Complaint) -> ServiceAddress {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)[...]
        let written = parts.removeFirst()
        guard let bytes = IPAddress(written)?.bytes, bytes.count == 4 else {
            throw Complaint(description: "'\(written)' is not an IPv4 address")
        }
        var address = ServiceAddress(bytes: bytes, text: written)
        if let bits = parts.popFirst() { address.prefixLength = try prefixLength(bits, upTo: 32) }
        if let name = parts.first, name.utf8.first.map({ (0x30...0x39).contains($0) }) != true {
            parts.removeFirst()
            address.interface = try interface(String(name.prefix { $0 != ":" }))
            if name.contains(":") { address.label = try label(name) }
        }
        if let broadcast = parts.popFirst() {
            guard let bytes = IPAddress(broadcast)?.bytes, bytes.count == 4 else {
                throw Complaint(description: "'\(broadcast)' is not a broadcast address")
            }
            address.broadcast = bytes
        }
        guard parts.isEmpty else { throw Complaint(description: "'\(text)' has too many parts") }
        return address
    }

    /// `address[/bits[/interface]]`: `IPv6addr`.
    public static func ipv6(_ text: String) throws(Complaint) -> ServiceAddress {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)[...]
        let written = parts.removeFirst()
        guard let bytes = IPAddress(written)?.bytes, bytes.count == 16, !written.contains("%") else {
            throw Complaint(description: "'\(written)' is not an IPv6 address")
        }
        var address = ServiceAddress(bytes: bytes, text: written)
        if let bits = parts.popFirst() { address.prefixLength = try prefixLength(bits, upTo: 128) }
        if let name = parts.popFirst() { address.interface = try interface(name) }
        guard parts.isEmpty else { throw Complaint(description: "'\(text)' has too many parts") }
        return address
    }

    /// `address/interface`: `SendArp`.
    public static func announced(_ text: String) throws(Complaint) -> (address: IPAddress, interface: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let address = IPAddress(parts[0]), !parts[0].contains("%") else {
            throw Complaint(description: "'\(text)' is not an address and an interface with '/' between")
        }
        return (address, try interface(parts[1]))
    }

    private static func prefixLength(_ text: String, upTo most: Int) throws(Complaint) -> Int {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let bits = Int(text), (1...most).contains(bits) else {
            throw Complaint(description: "'\(text)' is not a prefix length")
        }
        return bits
    }

    /// What Linux takes as a name: up to 15 bytes without slash, blank or colon.
    private static func interface(_ text: String) throws(Complaint) -> String {
        let isName = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A && $0 != 0x2F }
        guard (1...15).contains(text.utf8.count), isName, text != ".", text != ".." else {
            throw Complaint(description: "'\(text)' is not an interface")
        }
        return text
    }

    private static func label(_ text: String) throws(Complaint) -> String {
        let isLabel = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.last != ":"
        guard text.utf8.count <= 15, isLabel else {
            throw Complaint(description: "'\(text)' is not a label of at most 15 characters")
        }
        return text
    }
}
