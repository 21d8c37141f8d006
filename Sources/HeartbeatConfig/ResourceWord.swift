// One word of haresources: which script it calls, whether that can be the name of one, and the address it brings. It knows
// neither groups nor nodes.

import HeartbeatModel

enum ResourceWord {
    /// `name`, `name::arg::arg…`, or a bare IPv4 address, which is IPaddr's. The daemon's own addresses have theirs set.
    static func resource(_ word: String) throws(Complaint) -> Resource {
        try refuseBareIPv6(word)
        let call = ResourceCall(word)
        try checkScriptName(call.scriptName, of: word)
        return Resource(
            word: word, scriptName: call.scriptName, arguments: call.arguments,
            address: try AddressResource.address(call, word: word))
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
