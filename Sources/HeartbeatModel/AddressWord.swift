// The one grammar of service addresses: what stands behind the name of an address resource in haresources, on the command
// line of hb_address and in a call of resource.d/IPaddr. Text in, value out; it looks nothing up.

/// The argument of an address resource, read.
public struct AddressWord: Hashable, Sendable {
    public var address: ServiceAddress
    /// Parts that mean nothing, as written; heartbeat 3 passes over them as well.
    public var surplus: [String]

    /// Why an argument is none; completes a sentence that begins with the word.
    public struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// `address[/bits[/interface[:label]][/broadcast]]`: `IPaddr`, `IPaddr2`.
    ///
    /// Slashes that stand together, or at the end, separate nothing, and what begins with a digit where an interface may
    /// stand is the broadcast address (observed behaviour). The bits may be written as a netmask.
    public static func ipv4(_ text: String) throws(Mistake) -> AddressWord {
        var parts = parts(of: text)
        let written = parts.popFirst() ?? ""
        guard let address = IPAddress(ipv4: written), !text.hasPrefix("/") else {
            throw Mistake(
                "has no valid IPv4 address; write four numbers from 0 to 255 with dots between, without zeros in front")
        }
        guard address.isUnicast else { throw Mistake("has no valid IPv4 address that an interface can own") }
        var result = ServiceAddress(address, text: written)
        if let bits = parts.popFirst() { result.prefixLength = try ipv4PrefixLength(bits) }
        if let name = parts.first, name.utf8.first.map({ (0x30...0x39).contains($0) }) == false {
            parts.removeFirst()
            (result.interface, result.label) = try labelledInterface(name)
        }
        if let text = parts.popFirst() {
            guard let broadcast = IPAddress(ipv4: text) else { throw Mistake("has no valid broadcast address") }
            result.broadcast = broadcast
        }
        return AddressWord(address: result, surplus: Array(parts))
    }

    /// `address[/bits[/interface]]`: `IPv6addr`. Bits of 0 are as good as none (observed behaviour).
    public static func ipv6(_ text: String) throws(Mistake) -> AddressWord {
        var parts = parts(of: text)
        let written = parts.popFirst() ?? ""
        guard let address = IPAddress(ipv6: written), !text.hasPrefix("/") else {
            throw Mistake("has no valid IPv6 address; write \"IPv6addr::<address>/<bits>/<interface>\"")
        }
        guard address.isUnicast else { throw Mistake("has an IPv6 address that no interface can own") }
        var result = ServiceAddress(address, text: written)
        if let bits = parts.popFirst(), bits != "0" { result.prefixLength = try prefixLength(bits, upTo: 128) }
        if let name = parts.popFirst() {
            guard !name.contains(":") else { throw Mistake("has a label; only IPv4 addresses can have one") }
            result.interface = try interface(name)
        }
        return AddressWord(address: result, surplus: Array(parts))
    }

    /// `address/interface`: `SendArp`.
    public static func announced(_ text: String) throws(Mistake) -> (address: IPAddress, interface: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let address = IPAddress(parts[0]) else {
            throw Mistake("is not an address and an interface with \"/\" between")
        }
        return (address, try interface(parts[1]))
    }

    // MARK: - Parts

    private static func parts(of text: String) -> ArraySlice<String> {
        text.split(separator: "/").map(String.init)[...]
    }

    private static func ipv4PrefixLength(_ text: String) throws(Mistake) -> Int {
        if let bits = IPAddress(ipv4: text)?.netmaskLength, bits > 0 { return bits }
        return try prefixLength(text, upTo: 32)
    }

    private static func prefixLength(_ text: String, upTo most: Int) throws(Mistake) -> Int {
        guard let bits = DecimalNumber.value(text), (1...most).contains(bits) else {
            throw Mistake(
                "needs a number of bits from 1 to \(most) after the address, such as \"/\(most == 32 ? 24 : 64)\"")
        }
        return bits
    }

    private static func labelledInterface(_ text: String) throws(Mistake) -> (interface: String, label: String?) {
        let name = try interface(String(text.prefix { $0 != ":" }))
        guard name != text else { return (name, nil) }
        // The kernel keeps a label where it keeps a name (IFNAMSIZ).
        guard InterfaceName.isPossible(text), !text.hasSuffix(":") else {
            throw Mistake("has a label that cannot be one; a label is 15 characters at most, such as \"eth0:1\"")
        }
        return (name, text)
    }

    private static func interface(_ name: String) throws(Mistake) -> String {
        guard InterfaceName.isPossible(name) else {
            throw Mistake("names an interface that cannot be one (at most 15 characters, no \"/\")")
        }
        return name
    }
}
