// Takes the fields of a received message one by one and leaves the rest. It knows how numbers and words are spelled on the
// wire, not which fields a message has.

import HeartbeatModel

/// The fields of one message, of which each reader takes its own.
struct FieldReader {
    private let fields: [Message.Field]
    private var isTaken: [Bool]
    private var asked: [String] = []

    init(_ fields: [Message.Field]) {
        self.fields = fields
        isTaken = [Bool](repeating: false, count: fields.count)
        asked.reserveCapacity(32)
    }

    /// Takes what `name` holds; `nil` when there is no such field.
    mutating func take(_ name: String) -> Message.Value? {
        asked.append(name)
        for index in fields.indices where !isTaken[index] && fields[index].name == name {
            isTaken[index] = true
            return fields[index].value
        }
        return nil
    }

    /// Everything nobody asked for, in wire order. A second field of a name that was asked for would contradict the first.
    func rest() throws(WireError) -> [Message.Field] {
        var rest: [Message.Field] = []
        for index in fields.indices where !isTaken[index] {
            guard !asked.contains(fields[index].name) else { throw .repeated(field: fields[index].name) }
            rest.append(fields[index])
        }
        return rest
    }
}

extension FieldReader {
    mutating func optionalText(_ name: String) throws(WireError) -> String? {
        switch take(name) {
        case .string(let text): return text
        case nil: return nil
        case .binary, .structure, .list: throw .badField(name)
        }
    }

    mutating func text(_ name: String) throws(WireError) -> String {
        guard let text = try optionalText(name) else { throw .missing(field: name) }
        return text
    }

    /// A word of a fixed vocabulary, by its raw value.
    mutating func word<Word: RawRepresentable<String>>(_ name: String, as: Word.Type) throws(WireError) -> Word {
        guard let word = Word(rawValue: try text(name)) else { throw .badField(name) }
        return word
    }

    mutating func holdSet(_ name: String) throws(WireError) -> HoldSet {
        guard let set = HoldSet(word: try text(name)) else { throw .badField(name) }
        return set
    }

    mutating func optionalUUID(_ name: String) throws(WireError) -> NodeUUID? {
        guard let value = take(name) else { return nil }
        guard case .binary(let bytes) = value, let uuid = NodeUUID(bytes: bytes) else { throw .badField(name) }
        return uuid
    }

    mutating func optionalNodeName(_ name: String) throws(WireError) -> NodeName? {
        guard let text = try optionalText(name) else { return nil }
        guard !text.isEmpty else { throw .badField(name) }
        return NodeName(text)
    }

    mutating func nodeName(_ name: String) throws(WireError) -> NodeName {
        guard let node = try optionalNodeName(name) else { throw .missing(field: name) }
        return node
    }

    /// Words separated by blanks, as in `nodelist`.
    mutating func optionalWords(_ name: String) throws(WireError) -> [String]? {
        try optionalText(name)?.split(separator: " ").map(String.init)
    }
}

extension FieldReader {
    /// Hexadecimal in nearly every field, decimal in `ttl` and in `NS_rexmit`.
    mutating func optionalNumber(_ name: String, radix: Int) throws(WireError) -> UInt64? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.number(text, radix: radix, field: name)
    }

    mutating func number(_ name: String, radix: Int) throws(WireError) -> UInt64 {
        guard let number = try optionalNumber(name, radix: radix) else { throw .missing(field: name) }
        return number
    }

    mutating func sequence(_ name: String, radix: Int = 16) throws(WireError) -> SequenceNumber {
        SequenceNumber(try number(name, radix: radix))
    }

    /// A small count in decimal: hops, a version.
    mutating func optionalCount(_ name: String) throws(WireError) -> Int? {
        guard let number = try optionalNumber(name, radix: 10) else { return nil }
        guard let count = Int32(exactly: number) else { throw .badNumber(field: name, text: String(number)) }
        return Int(count)
    }

    /// Whole milliseconds in hexadecimal, as many as a `Duration` can tell in nanoseconds.
    mutating func milliseconds(_ name: String) throws(WireError) -> Duration {
        try Self.milliseconds(number(name, radix: 16), radix: 16, field: name)
    }

    /// The same in decimal.
    mutating func optionalMilliseconds(_ name: String) throws(WireError) -> Duration? {
        guard let number = try optionalNumber(name, radix: 10) else { return nil }
        return try Self.milliseconds(number, radix: 10, field: name)
    }

    private static func milliseconds(_ number: UInt64, radix: Int, field: String) throws(WireError) -> Duration {
        guard let milliseconds = Int64(exactly: number), milliseconds <= Int64.max / 1_000_000 else {
            throw .badNumber(field: field, text: String(number, radix: radix))
        }
        return .milliseconds(milliseconds)
    }

    // `UInt64(_:radix:)` alone would accept a sign.
    static func number(_ text: some StringProtocol, radix: Int, field: String) throws(WireError) -> UInt64 {
        guard text.first != "+", text.first != "-", let number = UInt64(text, radix: radix) else {
            throw .badNumber(field: field, text: String(text))
        }
        return number
    }
}
