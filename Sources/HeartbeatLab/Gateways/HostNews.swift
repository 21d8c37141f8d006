// What the kernel of a host tells of its interfaces and addresses, from the bytes of the routing socket. Pure.

/// Something that a host's kernel has done, or the laboratory to the host.
package enum HostNews: Hashable, Sendable {
    /// An IPv4 address, on whichever interface.
    case address(String, isThere: Bool)
    /// `isUp`: somebody has switched the interface on. It sends nothing when it is not.
    case link(String, isUp: Bool, hasCarrier: Bool)
    case power(Bool)

    /// What messages say, one after another; what is about something else is left out.
    static func all(in bytes: [UInt8]) -> [HostNews] {
        var news: [HostNews] = []
        var start = 0
        while start + header <= bytes.count {
            let length = Int(number(bytes, start, as: UInt32.self))
            guard length >= header, start + length <= bytes.count else { break }
            let message = Array(bytes[start..<start + length])
            switch number(message, 4, as: UInt16.self) {
            case 16: link(message).map { news.append($0) }
            case 20: address(message, isThere: true).map { news.append($0) }
            case 21: address(message, isThere: false).map { news.append($0) }
            default: break
            }
            start += (length + 3) & ~3
        }
        return news
    }

    private static let header = 16

    /// RTM_NEWLINK: `ifinfomsg` follows the header. That of a bridge about its port has another family.
    private static func link(_ message: [UInt8]) -> HostNews? {
        guard message.count >= 32, message[16] == 0, let name = attribute(3 /* IFLA_IFNAME */, of: message, from: 32)
        else { return nil }
        let flags = number(message, 24, as: UInt32.self)
        let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        return .link(text, isUp: flags & 0x1 != 0, hasCarrier: flags & 0x40 != 0 /* IFF_UP, IFF_RUNNING */)
    }

    /// RTM_NEWADDR, RTM_DELADDR: `ifaddrmsg` follows the header.
    private static func address(_ message: [UInt8], isThere: Bool) -> HostNews? {
        guard message.count >= 24, message[16] == 2 /* AF_INET */,
            let local = attribute(2 /* IFA_LOCAL */, of: message, from: 24), local.count == 4
        else { return nil }
        return .address(local.map(String.init).joined(separator: "."), isThere: isThere)
    }

    private static func attribute(_ type: UInt16, of message: [UInt8], from start: Int) -> ArraySlice<UInt8>? {
        var start = start
        while start + 4 <= message.count {
            let length = Int(number(message, start, as: UInt16.self))
            guard length >= 4, start + length <= message.count else { return nil }
            if number(message, start + 2, as: UInt16.self) == type { return message[start + 4..<start + length] }
            start += (length + 3) & ~3
        }
        return nil
    }

    private static func number<Value: FixedWidthInteger>(_ bytes: [UInt8], _ start: Int, as: Value.Type) -> Value {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Value.self) }
    }
}
