// The argument of an address resource: which address, how many bits, which interface. Whether the daemon or the owner's
// script brings it up, the argument must be right.

import HeartbeatModel

enum AddressResource {
    /// The address of a call of IPaddr, IPaddr2 or IPv6addr; `nil` for any other script. `word` is the whole word.
    static func address(_ call: ResourceCall, word: String) throws(Complaint) -> ServiceAddress? {
        switch call.scriptName {
        case "IPaddr", "IPaddr2": try ipv4(call)
        case "IPv6addr": try ipv6(call, word)
        default: nil
        }
    }

    // MARK: IPv4

    /// `<address>[/<bits>[/<interface>[:<label>]][/<broadcast>]]`.
    private static func ipv4(_ call: ResourceCall) throws(Complaint) -> ServiceAddress {
        guard call.arguments.count == 1 else {
            throw Complaint(
                "needs exactly one argument, \(call.scriptName)::<address>/<bits>/<interface>/<broadcast> "
                    + "(all but the address may be left out)")
        }
        let parts = call.arguments[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let address = IPv4Address(parts[0]), address.isUnicast else {
            throw Complaint("has no valid IPv4 address; write four numbers from 0 to 255 with dots between")
        }
        var result = ServiceAddress(bytes: address.octets, text: parts[0])
        if parts.count > 1 { result.prefixLength = try ipv4PrefixLength(parts[1]) }
        // What begins with a digit is a broadcast address, anything else an interface (observed behaviour).
        var rest = parts.dropFirst(2)
        if let interface = rest.first, interface.utf8.first?.isDigit != true {
            (result.interface, result.label) = try labelledInterface(interface)
            rest = rest.dropFirst()
        }
        if let broadcast = rest.first {
            guard let broadcast = IPv4Address(broadcast) else { throw Complaint("has no valid broadcast address") }
            result.broadcast = broadcast.octets
            rest = rest.dropFirst()
        }
        guard rest.isEmpty else {
            throw Complaint("has too many parts; the order is <address>/<bits>/<interface>/<broadcast>")
        }
        return result
    }

    private static func ipv4PrefixLength(_ text: String) throws(Complaint) -> Int {
        // The original's scripts take a netmask as well.
        if let bits = IPv4Address(text)?.prefixLength { return bits }
        return try prefixLength(text, upTo: 32)
    }

    private static func prefixLength(_ text: String, upTo most: Int) throws(Complaint) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit), let bits = Int(text), (0...most).contains(bits) else {
            throw Complaint(
                "needs a number of bits from 0 to \(most) after the address, such as \"/\(most == 32 ? 24 : 64)\"")
        }
        return bits
    }

    private static func labelledInterface(_ text: String) throws(Complaint) -> (interface: String, label: String?) {
        let name = String(text.prefix { $0 != ":" })
        try checkInterface(name)
        guard name != text else { return (name, nil) }
        // The kernel keeps a label where it keeps a name (IFNAMSIZ).
        guard text.utf8.count <= 15, !text.hasSuffix(":") else {
            throw Complaint("has the label \(quoted(text)); a label is 15 characters at most, such as \"eth0:1\"")
        }
        return (name, text)
    }

    private static func checkInterface(_ name: String) throws(Complaint) {
        do throws(Complaint) {
            try HostText.interface(name)
        } catch {
            throw Complaint("names an interface \(quoted(name)), which \(error.message)")
        }
    }

    // MARK: IPv6

    /// `<address>[/<bits>[/<interface>]]`.
    private static func ipv6(_ call: ResourceCall, _ word: String) throws(Complaint) -> ServiceAddress {
        let text = word.dropFirst(call.scriptName.count + ResourceCall.separator.count)
        let address = text.prefix { $0 != "/" }
        guard let parsed = IPv6Address(address) else {
            throw Complaint("has no valid IPv6 address; write \"IPv6addr::<address>/<bits>/<interface>\"")
        }
        guard call.arguments.count == 1, !address.contains(ResourceCall.separator) else {
            throw Complaint(
                "contains \"::\" in the address, where it separates arguments; write it in full, "
                    + "\"IPv6addr::\(parsed.withoutGap)\(text.dropFirst(address.count))\"")
        }
        guard parsed.isUnicast else { throw Complaint("has an IPv6 address that no interface can own") }
        var result = ServiceAddress(bytes: parsed.bytes, text: String(address))
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1 { result.prefixLength = try prefixLength(parts[1], upTo: 128) }
        if parts.count > 2 {
            guard !parts[2].contains(":") else { throw Complaint("has a label; only IPv4 addresses can have one") }
            try checkInterface(parts[2])
            result.interface = parts[2]
        }
        guard parts.count <= 3 else { throw Complaint("has too many parts; the order is <address>/<bits>/<interface>") }
        return result
    }
}
