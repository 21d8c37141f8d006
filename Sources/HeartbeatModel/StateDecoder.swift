// Reads Swift values from a kept state. What is not as it was written is an error, never a guess.

/// Reads what `StateEncoder` has written.
package enum StateDecoder {
    package static func decode<Value: Decodable>(_ type: Value.Type, from value: StateValue) throws -> Value {
        if Value.self == [UInt8].self {
            guard case .bytes(let bytes) = value, let result = bytes as? Value else { throw mismatch(type) }
            return result
        }
        return try Value(from: ValueDecoder(value: value))
    }

    fileprivate static func mismatch(_ type: Any.Type) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: "there is no \(type) in it"))
    }
}

private struct ValueDecoder: Decoder {
    let value: StateValue

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedValues<Key>(value))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedValues(value) }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValue(value: value) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let members: [StateValue.Member]

    init(_ value: StateValue) throws {
        guard case .map(let members) = value else { throw StateDecoder.mismatch(Key.self) }
        self.members = members
    }

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    private func find(_ key: Key) -> StateValue? { members.first { $0.key == key.stringValue }?.value }

    private func value(_ key: Key) throws -> StateValue {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: [], debugDescription: "there is no \(key.stringValue) in it"))
        }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try StateDecoder.decode(type, from: value(key))
    }

    // What the protocol has for these refuses them.
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try SingleValue(value: value(key)).decode(type)
    }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try SingleValue(value: value(key)).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(try KeyedValues<Nested>(value(key)))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try UnkeyedValues(value(key))
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(value: .map(members)) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder() }
}

private struct UnkeyedValues: UnkeyedDecodingContainer {
    private let values: [StateValue]
    private(set) var currentIndex = 0

    init(_ value: StateValue) throws {
        guard case .list(let values) = value else { throw StateDecoder.mismatch([StateValue].self) }
        self.values = values
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex == values.count }

    private mutating func next() throws -> StateValue {
        guard !isAtEnd else { throw StateDecoder.mismatch(StateValue.self) }
        defer { currentIndex += 1 }
        return values[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, values[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try StateDecoder.decode(type, from: next())
    }

    mutating func decode(_ type: Int128.Type) throws -> Int128 { try SingleValue(value: next()).decode(type) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try SingleValue(value: next()).decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(try KeyedValues<Nested>(next()))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedValues(next()) }

    mutating func superDecoder() throws -> any Decoder { ValueDecoder(value: try next()) }
}

private struct SingleValue: SingleValueDecodingContainer {
    let value: StateValue

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let result) = value else { throw StateDecoder.mismatch(type) }
        return result
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let result) = value else { throw StateDecoder.mismatch(type) }
        return result
    }

    func decode(_ type: Double.Type) throws -> Double { Double(bitPattern: try whole(UInt64.self)) }
    func decode(_ type: Float.Type) throws -> Float { Float(bitPattern: try whole(UInt32.self)) }
    func decode(_ type: Int.Type) throws -> Int { try whole(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole(type) }
    func decode(_ type: Int128.Type) throws -> Int128 { try whole(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try whole(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole(type) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try whole(type) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try StateDecoder.decode(type, from: value)
    }

    private func whole<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        let result: Number? =
            switch value {
            case .integer(let number): Number(exactly: number)
            case .unsigned(let number): Number(exactly: number)
            default: nil
            }
        guard let result else { throw StateDecoder.mismatch(type) }
        return result
    }
}
