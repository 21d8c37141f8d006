// Turns Swift values into a kept state. It also says by which keys which types were written, which is what two programs must agree on.

/// Writes values of one state.
package enum StateEncoder {
    /// Keys by the name of the type that has them.
    package typealias Shape = [String: Set<String>]

    package static func encode(_ value: some Encodable) throws -> StateValue {
        try encode(value, notes: nil)
    }

    /// What `value` is written with, besides what `shape` has already.
    package static func note(_ value: some Encodable, in shape: inout Shape) throws {
        let notes = ShapeNotes(shape)
        _ = try encode(value, notes: notes)
        shape = notes.shape
    }

    fileprivate static func encode<Value: Encodable>(_ value: Value, notes: ShapeNotes?) throws -> StateValue {
        // An empty array of anything can be taken for one of bytes.
        if Value.self == [UInt8].self, let bytes = value as? [UInt8] { return .bytes(bytes) }
        let node = StateNode()
        try value.encode(to: ValueEncoder(node: node, notes: notes))
        return node.value
    }
}

private final class ShapeNotes {
    private(set) var shape: StateEncoder.Shape
    /// To ask for the name of a type is dear.
    private var names: [ObjectIdentifier: String] = [:]

    init(_ shape: StateEncoder.Shape) {
        self.shape = shape
    }

    func note<Key: CodingKey>(_ key: Key) {
        let name = names[ObjectIdentifier(Key.self)] ?? String(reflecting: Key.self).withoutPrivateMarks
        names[ObjectIdentifier(Key.self)] = name
        shape[name, default: []].insert(key.stringValue)
    }
}

/// Where one value is put together.
private final class StateNode {
    enum Content {
        case empty
        case leaf(StateValue)
        case list([StateNode])
        case map([(key: String, node: StateNode)])
    }

    var content = Content.empty

    init(_ content: Content = .empty) {
        self.content = content
    }

    var value: StateValue {
        switch content {
        case .empty: .map([])
        case .leaf(let value): value
        case .list(let nodes): .list(nodes.map(\.value))
        case .map(let members): .map(members.map { StateValue.Member(key: $0.key, value: $0.node.value) })
        }
    }

    func add(_ key: String, _ node: StateNode) {
        guard case .map(var members) = content else { return }
        content = .empty
        members.append((key, node))
        content = .map(members)
    }

    func add(_ node: StateNode) {
        guard case .list(var nodes) = content else { return }
        content = .empty
        nodes.append(node)
        content = .list(nodes)
    }

    var count: Int {
        if case .list(let nodes) = content { nodes.count } else { 0 }
    }
}

private struct ValueEncoder: Encoder {
    let node: StateNode
    let notes: ShapeNotes?

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .map = node.content {} else { node.content = .map([]) }
        return KeyedEncodingContainer(KeyedValues<Key>(node: node, notes: notes))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .list = node.content {} else { node.content = .list([]) }
        return UnkeyedValues(node: node, notes: notes)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleValue(node: node, notes: notes) }
}

private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: StateNode
    let notes: ShapeNotes?

    var codingPath: [any CodingKey] { [] }

    private func note(_ key: Key) {
        notes?.note(key)
    }

    func encodeNil(forKey key: Key) throws {
        note(key)
        node.add(key.stringValue, StateNode(.leaf(.null)))
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        note(key)
        node.add(key.stringValue, StateNode(.leaf(try StateEncoder.encode(value, notes: notes))))
    }

    // What the protocol has for these refuses them.
    func encode(_ value: Int128, forKey key: Key) throws {
        note(key)
        node.add(key.stringValue, StateNode(.leaf(.integer(value))))
    }

    func encode(_ value: UInt128, forKey key: Key) throws {
        note(key)
        node.add(key.stringValue, StateNode(.leaf(.unsigned(value))))
    }

    /// A key whose value is missing is part of the shape all the same.
    func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws {
        note(key)
        guard let value else { return }
        try encode(value, forKey: key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        note(key)
        let nested = StateNode(.map([]))
        node.add(key.stringValue, nested)
        return KeyedEncodingContainer(KeyedValues<Nested>(node: nested, notes: notes))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        note(key)
        let nested = StateNode(.list([]))
        node.add(key.stringValue, nested)
        return UnkeyedValues(node: nested, notes: notes)
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: node, notes: notes) }

    func superEncoder(forKey key: Key) -> any Encoder { superEncoder() }
}

private struct UnkeyedValues: UnkeyedEncodingContainer {
    let node: StateNode
    let notes: ShapeNotes?

    var codingPath: [any CodingKey] { [] }
    var count: Int { node.count }

    func encodeNil() throws { node.add(StateNode(.leaf(.null))) }
    func encode(_ value: Int128) throws { node.add(StateNode(.leaf(.integer(value)))) }
    func encode(_ value: UInt128) throws { node.add(StateNode(.leaf(.unsigned(value)))) }

    func encode(_ value: some Encodable) throws {
        node.add(StateNode(.leaf(try StateEncoder.encode(value, notes: notes))))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let nested = StateNode(.map([]))
        node.add(nested)
        return KeyedEncodingContainer(KeyedValues<Nested>(node: nested, notes: notes))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let nested = StateNode(.list([]))
        node.add(nested)
        return UnkeyedValues(node: nested, notes: notes)
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: node, notes: notes) }
}

private struct SingleValue: SingleValueEncodingContainer {
    let node: StateNode
    let notes: ShapeNotes?

    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { node.content = .leaf(.null) }
    func encode(_ value: Bool) throws { node.content = .leaf(.bool(value)) }
    func encode(_ value: String) throws { node.content = .leaf(.string(value)) }
    func encode(_ value: Double) throws { node.content = .leaf(.unsigned(UInt128(value.bitPattern))) }
    func encode(_ value: Float) throws { node.content = .leaf(.unsigned(UInt128(value.bitPattern))) }
    func encode(_ value: Int) throws { integer(value) }
    func encode(_ value: Int8) throws { integer(value) }
    func encode(_ value: Int16) throws { integer(value) }
    func encode(_ value: Int32) throws { integer(value) }
    func encode(_ value: Int64) throws { integer(value) }
    func encode(_ value: Int128) throws { integer(value) }
    func encode(_ value: UInt) throws { unsigned(value) }
    func encode(_ value: UInt8) throws { unsigned(value) }
    func encode(_ value: UInt16) throws { unsigned(value) }
    func encode(_ value: UInt32) throws { unsigned(value) }
    func encode(_ value: UInt64) throws { unsigned(value) }
    func encode(_ value: UInt128) throws { unsigned(value) }

    func encode(_ value: some Encodable) throws {
        node.content = .leaf(try StateEncoder.encode(value, notes: notes))
    }

    private func integer(_ value: some FixedWidthInteger) { node.content = .leaf(.integer(Int128(value))) }
    private func unsigned(_ value: some FixedWidthInteger) { node.content = .leaf(.unsigned(UInt128(value))) }
}

extension String {
    /// The name of a private type says in which file's context it stands, by a number that changes: `(unknown context at $1f)`.
    fileprivate var withoutPrivateMarks: String {
        split(separator: ".").filter { !$0.hasPrefix("(unknown") }.joined(separator: ".")
    }
}
