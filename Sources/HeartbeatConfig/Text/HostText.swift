// Whether a word can be a host or an interface, as far as that can be known without looking anything up.

import HeartbeatModel

/// Checks of host and interface names that need no look-up.
enum HostText {
    /// A host name, or an IPv4 address that is one.
    static func ipv4Host(_ text: String) throws(Complaint) {
        try refuseComma(text)
        if text.contains(":") {
            throw Complaint("is not an IPv4 address; IPv6 has directives of its own (ucast6, mcast6, ping6)")
        }
        let looksNumeric = text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
        if looksNumeric, IPAddress(ipv4: text) == nil {
            throw Complaint("is not an IPv4 address; write four numbers from 0 to 255 with dots between")
        }
    }

    /// A host name, or an IPv6 address with or without `%interface`.
    static func ipv6Host(_ text: String) throws(Complaint) {
        try refuseComma(text)
        guard IPAddress(ipv4: text) == nil else {
            throw Complaint("is an IPv4 address; use ucast, mcast or ping for it")
        }
        let address = text.prefix { $0 != "%" }
        if address.contains(":"), IPAddress(ipv6: address) == nil {
            throw Complaint("is not an IPv6 address")
        }
    }

    private static func refuseComma(_ text: String) throws(Complaint) {
        guard !text.contains(",") else { throw Complaint("contains a comma; here only blanks separate values") }
    }

    static func interface(_ text: String) throws(Complaint) {
        guard InterfaceName.isPossible(text) else {
            throw Complaint("cannot be the name of an interface (at most 15 characters, no \"/\")")
        }
    }
}
