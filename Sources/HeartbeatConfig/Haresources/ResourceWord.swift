// One word of haresources: which script it calls, whether that can be the name of one, and the address it brings. It knows
// neither groups nor nodes.

import HeartbeatModel

enum ResourceWord {
    /// `name`, `name::arg::arg…`, or a bare IPv4 address, which is IPaddr's. The daemon's own addresses have theirs set.
    ///
    /// - Parameter warn: is called with what is doubtful about the word.
    static func resource(_ word: String, warn: (String) -> Void) throws(Complaint) -> Resource {
        if word.contains("\"") || word.contains("'") {
            warn("\(quoted(word)): quotes are not understood, the script will see them")
        }
        try refuseBareIPv6(word)
        let call = ResourceCall(word)
        try checkScriptName(call.scriptName, of: word)
        let found = try address(call, of: word)
        if let surplus = found?.surplus, !surplus.isEmpty {
            warn(
                "\(quoted(word)) has parts that mean nothing (\(surplus.joined(separator: ", "))); the order is "
                    + "<address>/<bits>/<interface>/<broadcast>")
        }
        return Resource(word: word, scriptName: call.scriptName, arguments: call.arguments, address: found?.address)
    }

    // MARK: Addresses

    /// The address of a call of IPaddr, IPaddr2 or IPv6addr; `nil` for any other script. Whether the daemon or the owner's
    /// script brings it up, the argument must be right.
    private static func address(_ call: ResourceCall, of word: String) throws(Complaint) -> AddressWord? {
        do throws(AddressWord.Mistake) {
            switch call.scriptName {
            case "IPaddr", "IPaddr2":
                guard call.arguments.count == 1 else { break }
                return try AddressWord.ipv4(call.arguments[0])
            case "IPv6addr":
                let text = String(word.dropFirst(call.scriptName.count + ResourceCall.separator.count))
                let found = try AddressWord.ipv6(text)
                guard call.arguments != [text] else { return found }
            default:
                return nil
            }
        } catch {
            throw Complaint(error.description)
        }
        throw call.scriptName == "IPv6addr" ? separatorInAddress(word) : wrongCount(call.scriptName)
    }

    private static func wrongCount(_ script: String) -> Complaint {
        Complaint(
            "needs exactly one argument, \(script)::<address>/<bits>/<interface>/<broadcast> "
                + "(all but the address may be left out)")
    }

    /// `IPv6addr::fd77::1/64`, as the script's name and an address that it cannot carry.
    private static func separatorInAddress(_ word: String) -> Complaint {
        let text = word.dropFirst("IPv6addr".count + ResourceCall.separator.count)
        let address = text.prefix { $0 != "/" }
        let whole = IPAddress(ipv6: address)?.withoutGap ?? String(address)
        return Complaint(
            "contains \"::\" in the address, where it separates arguments; write it in full, "
                + "\"IPv6addr::\(whole)\(text.dropFirst(address.count))\"")
    }

    // MARK: Names

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

    /// Bare addresses are IPv4 only. An IPv6 address looks like a script with arguments and would fail at takeover.
    private static func refuseBareIPv6(_ word: String) throws(Complaint) {
        // `db2::db2` is a script of heartbeat 3 and its argument, although every letter is a hexadecimal digit.
        guard !word.hasPrefix("db2::"), word.utf8.count(where: { $0 == UInt8(ascii: ":") }) >= 2 else { return }
        let address = word.prefix { $0 != "/" }
        guard let parsed = IPAddress(ipv6: address) else { return }
        throw Complaint(
            "is an IPv6 address; write \"IPv6addr::\(parsed.withoutGap)\(word.dropFirst(address.count))\" "
                + "(in full, because \"::\" separates arguments)")
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
