// Messages between us and the kernel's routing socket as bytes: requests written, answers taken apart. Every length that
// arrives is checked before it is believed; what does not add up ends the message there. It refuses to know what addresses
// and interfaces are, and how bytes travel.

/// Types and flags of netlink(7) and rtnetlink(7), and the options of its sockets.
package enum Netlink {
    package static let error: UInt16 = 2
    package static let done: UInt16 = 3
    package static let newLink: UInt16 = 16
    package static let deleteLink: UInt16 = 17
    static let getLink: UInt16 = 18
    static let setLink: UInt16 = 19
    package static let newAddress: UInt16 = 20
    package static let deleteAddress: UInt16 = 21
    static let getAddress: UInt16 = 22
    package static let newRoute: UInt16 = 24
    package static let deleteRoute: UInt16 = 25
    package static let getRoute: UInt16 = 26
    package static let newRule: UInt16 = 32
    package static let deleteRule: UInt16 = 33
    static let getRule: UInt16 = 34
    // Traffic control: RTM_NEWQDISC and RTM_NEWTFILTER, each with its neighbours.
    static let newQueue: UInt16 = 36
    package static let deleteQueue: UInt16 = 37
    static let getQueue: UInt16 = 38
    static let newClassifier: UInt16 = 44
    package static let deleteClassifier: UInt16 = 45
    static let getClassifier: UInt16 = 46

    package static let request: UInt16 = 0x1
    package static let acknowledge: UInt16 = 0x4
    static let echo: UInt16 = 0x8
    /// The list changed while it was being told.
    package static let interrupted: UInt16 = 0x10
    /// In an answer with an error: the request is not repeated beyond its header.
    static let capped: UInt16 = 0x100
    /// In an answer with an error: attributes follow.
    static let hasAttributes: UInt16 = 0x200
    /// NLM_F_ROOT | NLM_F_MATCH.
    package static let dump: UInt16 = 0x300
    package static let create: UInt16 = 0x400
    /// NLM_F_CREATE | NLM_F_REPLACE.
    package static let replace: UInt16 = 0x500
    /// NLM_F_CREATE | NLM_F_EXCL.
    package static let createOnly: UInt16 = 0x600

    /// Length of struct nlmsghdr.
    package static let headerLength = 16

    /// Everything in a message begins at a multiple of four.
    static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

/// One message to the kernel, without sequence number: that is the socket's.
package struct NetlinkRequest: Hashable {
    package let type: UInt16
    package var flags: UInt16
    /// What follows the header.
    package private(set) var body: [UInt8]

    package init(_ type: UInt16, flags: UInt16, body: [UInt8]) {
        self.type = type
        self.flags = flags
        self.body = body
    }

    package mutating func append(_ attribute: UInt16, _ value: [UInt8]) {
        body += Self.attribute(attribute, value)
    }

    /// struct rtattr: length and type, two bytes each, then the value, padded.
    static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let length = 4 + value.count
        let padding = [UInt8](repeating: 0, count: Netlink.aligned(length) - length)
        return hostBytes(UInt16(truncatingIfNeeded: length)) + hostBytes(type) + value + padding
    }

    /// Appends the whole message.
    package func write(to buffer: inout [UInt8], sequence: UInt32) {
        let length = Netlink.headerLength + body.count
        buffer += hostBytes(UInt32(truncatingIfNeeded: length)) + hostBytes(type)
        buffer += hostBytes(flags | Netlink.request) + hostBytes(sequence) + hostBytes(UInt32(0))
        buffer += body
        buffer.append(contentsOf: repeatElement(0, count: Netlink.aligned(length) - length))
    }
}

/// One message from the kernel.
package struct NetlinkMessage: Hashable {
    package let type: UInt16
    package let flags: UInt16
    package let sequence: UInt32
    /// What follows the header.
    package let body: ArraySlice<UInt8>

    /// The messages of one datagram, up to the first that is cut short.
    package static func all(in datagram: [UInt8]) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = datagram[...]
        while let length = rest.hostInteger(at: 0, as: UInt32.self).map(Int.init),
            length >= Netlink.headerLength, length <= rest.count,
            let type = rest.hostInteger(at: 4, as: UInt16.self), let flags = rest.hostInteger(at: 6, as: UInt16.self),
            let sequence = rest.hostInteger(at: 8, as: UInt32.self)
        {
            let body = rest.prefix(length).dropFirst(Netlink.headerLength)
            messages.append(NetlinkMessage(type: type, flags: flags, sequence: sequence, body: body))
            rest = rest.dropFirst(Netlink.aligned(length))
        }
        return messages
    }

    /// The attributes behind a fixed part of `offset` bytes, by their types; of several of one type the last.
    package func attributes(after offset: Int) -> [UInt16: ArraySlice<UInt8>] {
        Self.attributes(in: body.dropFirst(offset))
    }

    /// Those within an attribute, or behind a fixed part.
    package static func attributes(in bytes: ArraySlice<UInt8>) -> [UInt16: ArraySlice<UInt8>] {
        var found: [UInt16: ArraySlice<UInt8>] = [:]
        forEachAttribute(in: bytes) { found[$0] = $1 }
        return found
    }

    /// Calls `body` for each attribute behind a fixed part of `offset` bytes, up to the first that is cut short.
    package func forEachAttribute(after offset: Int, _ body: (UInt16, ArraySlice<UInt8>) -> Void) {
        NetlinkMessage.forEachAttribute(in: self.body.dropFirst(offset), body)
    }

    /// The attributes within an attribute, or behind a fixed part.
    package static func forEachAttribute(in bytes: ArraySlice<UInt8>, _ body: (UInt16, ArraySlice<UInt8>) -> Void) {
        var rest = bytes
        while let length = rest.hostInteger(at: 0, as: UInt16.self).map(Int.init), length >= 4, length <= rest.count,
            let type = rest.hostInteger(at: 2, as: UInt16.self)
        {
            // The two highest bits say how the value is written, not what it is.
            body(type & 0x3FFF, rest.prefix(length).dropFirst(4))
            rest = rest.dropFirst(Netlink.aligned(length))
        }
    }
}

/// What the kernel answered to one request.
package struct NetlinkAnswer: Hashable {
    /// 0 when it was done, else the errno.
    package let code: Int32
    /// The kernel's own words, which it has for some errors.
    package let explanation: String?

    package static let done = NetlinkAnswer()

    private init() {
        code = 0
        explanation = nil
    }

    /// Reads an error (which may be none) and the end of a list; `nil` when the message is neither or cut short. Layout of an
    /// error: the negative errno in four bytes, the header of the request, its body unless capped, attributes if flagged.
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.error || message.type == Netlink.done,
            let code = message.body.hostInteger(at: 0, as: Int32.self)
        else { return nil }
        self.code = code == .min ? .max : abs(code)
        explanation = message.type == Netlink.error ? Self.explanation(in: message) : nil
    }

    private static func explanation(in message: NetlinkMessage) -> String? {
        guard message.flags & Netlink.hasAttributes != 0 else { return nil }
        var offset = 4 + Netlink.headerLength
        if message.flags & Netlink.capped == 0 {
            guard let length = message.body.hostInteger(at: 4, as: UInt32.self) else { return nil }
            offset = 4 + Netlink.aligned(Int(length))
        }
        var text: String?
        message.forEachAttribute(after: offset) { type, value in
            if type == 1 /* NLMSGERR_ATTR_MSG */ { text = value.cString }
        }
        return text
    }
}
