// One question of DNS as bytes, and whether a datagram answers it (RFC 1035 section 4). Pure. What the answer says is of no
// interest: a server that says that there is no such name works.

/// A question for the address of a name.
package struct DnsQuery: Hashable {
    /// The datagram: a header and one question.
    package let bytes: [UInt8]

    /// What a datagram is to this question.
    package enum Verdict: Hashable {
        case answer
        /// The server cannot or does not want to answer: `SERVFAIL` or `REFUSED`.
        case refused(String)
        /// Too short, not an answer, or one to another question.
        case foreign
    }

    private static let headerLength = 12

    /// Asks for the A record, or the AAAA record if `isIPv6`. `nil` unless the name is one of DNS: parts of 1…63 bytes between
    /// dots, 253 bytes altogether; a dot at its end may be there, and alone names the root.
    package init?(_ name: String, isIPv6: Bool, identifier: UInt16) {
        let whole = name.utf8.last == UInt8(ascii: ".") ? name.utf8.dropLast() : name.utf8[...]
        let labels = whole.isEmpty ? [] : whole.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard !name.isEmpty, whole.count <= 253, labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
        // Identifier, flags (recursion desired), then how many questions, answers, authorities and additional records.
        var bytes: [UInt8] = [UInt8(identifier >> 8), UInt8(identifier & 0xFF), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in labels { bytes += [UInt8(label.count)] + label }
        // The end of the name, type (A is 1, AAAA 28), class IN.
        bytes += [0, 0, isIPv6 ? 28 : 1, 0, 1]
        self.bytes = bytes
    }

    package func verdict(on datagram: [UInt8]) -> Verdict {
        guard datagram.count >= Self.headerLength, datagram[..<2] == bytes[..<2],
            datagram[2] & 0xF8 == 0x80 /* a response to an ordinary query */
        else { return .foreign }
        let code = datagram[3] & 0x0F
        // A server that refuses need not repeat the question.
        let repeats = datagram[4..<6] == [0, 1]
        guard repeats ? repeatsQuestion(datagram) : code != 0 && datagram[4..<6] == [0, 0] else { return .foreign }
        return switch code {
        case 2: .refused("SERVFAIL")
        case 5: .refused("REFUSED")
        default: .answer
        }
    }

    /// Letters may come back in the other case.
    private func repeatsQuestion(_ datagram: [UInt8]) -> Bool {
        let question = bytes[Self.headerLength...]
        let repeated = datagram[Self.headerLength...].prefix(question.count)
        return repeated.count == question.count
            && zip(question, repeated).allSatisfy { Self.lowercase($0) == Self.lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
