// One word of haresources: which script it calls with which arguments, and whether a service address in it is one. It
// knows neither groups nor nodes.

import HeartbeatModel

/// An address a group brings to its node.
enum ServiceAddress: Hashable {
    case ipv4(IPv4Address)
    case ipv6(IPv6Address)
}

/// What the checks need of an address resource's argument.
struct AddressArgument {
    let address: ServiceAddress
    /// Without the label after a colon.
    let interface: String?
}

enum ResourceWord {
    private static let separator = "::"

    /// `name`, `name::arg::arg…`, or a bare IPv4 address, which is IPaddr's.
    static func resource(_ word: String) throws(Complaint) -> Resource {
        try refuseBareIPv6(word)
        let resource =
            isBareAddress(word)
            ? Resource(word: word, scriptName: "IPaddr", arguments: pieces(word))
            : Resource(word: word, scriptName: pieces(word).first ?? "", arguments: Array(pieces(word).dropFirst()))
        try checkScriptName(resource.scriptName, of: word)
        switch resource.scriptName {
        case "IPaddr", "IPaddr2": try checkIPaddr(resource)
        case "IPv6addr": try checkIPv6addr(resource)
        default: break
        }
        return resource
    }

    /// The address of an IPaddr, IPaddr2 or IPv6addr resource that `resource(_:)` has accepted.
    static func addressArgument(of resource: Resource) -> AddressArgument? {
        guard let parts = resource.arguments.first?.split(separator: "/").map(String.init), let first = parts.first
        else { return nil }
        let interface = parts.count > 2 ? parts[2].split(separator: ":").first.map(String.init) : nil
        switch resource.scriptName {
        case "IPaddr", "IPaddr2":
            let named = interface.flatMap { $0.utf8.first?.isDigit == true ? nil : $0 }
            return IPv4Address(first).map { AddressArgument(address: .ipv4($0), interface: named) }
        case "IPv6addr":
            return IPv6Address(first).map { AddressArgument(address: .ipv6($0), interface: interface) }
        default: return nil
        }
    }

    // MARK: Words

    /// Between `::`, from the left; empty arguments collapse (observed behaviour).
    private static func pieces(_ word: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var rest = word[...]
        while let character = rest.first {
            if rest.hasPrefix(separator) {
                pieces.append(piece)
                piece = ""
                rest = rest.dropFirst(separator.count)
            } else {
                piece.append(character)
                rest = rest.dropFirst()
            }
        }
        return (pieces + [piece]).filter { !$0.isEmpty }
    }

    /// The original's shell pattern `[0-9]*.[0-9]*.[0-9]*.[0-9]*`.
    private static func isBareAddress(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        let numbersAfterDots = zip(bytes, bytes.dropFirst()).filter { $0 == UInt8(ascii: ".") && $1.isDigit }.count
        return bytes.first?.isDigit == true && numbersAfterDots >= 3
    }

    private static func checkScriptName(_ name: String, of word: String) throws(Complaint) {
        if name.utf8.allSatisfy({ $0.isDigit || ".:/".utf8.contains($0) }) {
            throw Complaint("is not a complete IPv4 address; write four numbers with dots between, such as 10.0.0.1/24")
        }
        if name.contains(",") {
            throw Complaint("contains a comma; resources are separated by blanks")
        }
        if name.contains("/") {
            throw Complaint("contains a path; write the script's name only, it is looked for in resource.d and init.d")
        }
        guard name.utf8.allSatisfy(\.isScriptNameByte), name.first != "-" else {
            throw Complaint("cannot be the name of a resource script; a resource is \"name\" or \"name::arg::arg\"")
        }
    }

    // MARK: IPv4

    private static func checkIPaddr(_ resource: Resource) throws(Complaint) {
        guard resource.arguments.count == 1 else {
            throw Complaint(
                "needs exactly one argument, \(resource.scriptName)::<address>/<bits>/<interface>/<broadcast> "
                    + "(all but the address may be left out)")
        }
        let parts = resource.arguments[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let address = IPv4Address(parts[0]), address.isUnicast else {
            throw Complaint("has no valid IPv4 address; write four numbers from 0 to 255 with dots between")
        }
        if parts.count > 1 { try checkPrefixLength(parts[1]) }
        // What begins with a digit is a broadcast address, anything else an interface (observed behaviour).
        var rest = parts.dropFirst(2)
        if let interface = rest.first, interface.utf8.first?.isDigit != true {
            try checkLabelledInterface(interface)
            rest = rest.dropFirst()
        }
        if let broadcast = rest.first {
            guard IPv4Address(broadcast) != nil else { throw Complaint("has no valid broadcast address") }
            rest = rest.dropFirst()
        }
        guard rest.isEmpty else {
            throw Complaint("has too many parts; the order is <address>/<bits>/<interface>/<broadcast>")
        }
    }

    private static func checkPrefixLength(_ text: String) throws(Complaint) {
        if let bits = IPv4Address(text)?.prefixLength {
            throw Complaint("has a netmask where the number of bits belongs; write \"/\(bits)\"")
        }
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit), let bits = Int(text), (0...32).contains(bits) else {
            throw Complaint("needs a number of bits from 0 to 32 after the address, such as \"/24\"")
        }
    }

    private static func checkLabelledInterface(_ text: String) throws(Complaint) {
        let name = text.prefix { $0 != ":" }
        do throws(Complaint) {
            try HostText.interface(String(name))
        } catch {
            throw Complaint("names an interface \(quoted(name)), which \(error.message)")
        }
    }

    // MARK: IPv6

    /// Bare addresses are IPv4 only. An IPv6 address looks like a script with arguments and would fail at takeover.
    private static func refuseBareIPv6(_ word: String) throws(Complaint) {
        // `db2::db2` is a script of heartbeat 3 and its argument, although every letter is a hexadecimal digit.
        guard !word.hasPrefix("db2::"), word.utf8.count(where: { $0 == UInt8(ascii: ":") }) >= 2 else { return }
        let address = word.prefix { $0 != "/" }
        guard let parsed = IPv6Address(address) else { return }
        throw Complaint(
            "is an IPv6 address; write \"IPv6addr::\(parsed.withoutGap)\(word.dropFirst(address.count))\" "
                + "(in full, because \"::\" separates arguments)")
    }

    private static func checkIPv6addr(_ resource: Resource) throws(Complaint) {
        let text = resource.word.dropFirst(resource.scriptName.count + separator.count)
        let address = text.prefix { $0 != "/" }
        guard let parsed = IPv6Address(address) else {
            throw Complaint("has no valid IPv6 address; write \"IPv6addr::<address>/<bits>/<interface>\"")
        }
        guard resource.arguments.count == 1, !address.contains(separator) else {
            throw Complaint(
                "contains \"::\" in the address, where it separates arguments; write it in full, "
                    + "\"IPv6addr::\(parsed.withoutGap)\(text.dropFirst(address.count))\"")
        }
    }
}

extension UInt8 {
    /// What names of scripts are made of; `:` and `@` also occur in those of services.
    fileprivate var isScriptNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._+-:@".utf8.contains(self)
        }
    }
}
