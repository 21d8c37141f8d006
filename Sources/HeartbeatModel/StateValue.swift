// What a node keeps of itself while its program is replaced, as bytes: a tree of values and how it is written. Reading takes any
// bytes and gives a tree or nothing. It refuses to know what is kept.

/// One value of a kept state.
package indirect enum StateValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Every whole number that is kept lies within these.
    case integer(Int128)
    case unsigned(UInt128)
    case bytes([UInt8])
    case string(String)
    case list([StateValue])
    /// In the order in which it was written.
    case map([Member])

    package struct Member: Hashable, Sendable {
        package var key: String
        package var value: StateValue

        package init(key: String, value: StateValue) {
            self.key = key
            self.value = value
        }
    }

    /// No value nests deeper; a hostile file must not exhaust the stack.
    private static let deepest = 64

    private enum Mark: UInt8 {
        case null, no, yes, integer, unsigned, bytes, string, list, map
    }

    /// The value, written one after the other: a byte that says its kind, then what belongs to it.
    package var encoded: [UInt8] {
        var result: [UInt8] = []
        append(to: &result)
        return result
    }

    private func append(to result: inout [UInt8]) {
        switch self {
        case .null: result.append(Mark.null.rawValue)
        case .bool(let value): result.append((value ? Mark.yes : .no).rawValue)
        case .integer(let value):
            result.append(Mark.integer.rawValue)
            Self.append(UInt128(truncatingIfNeeded: value << 1 ^ value >> 127), to: &result)
        case .unsigned(let value):
            result.append(Mark.unsigned.rawValue)
            Self.append(value, to: &result)
        case .bytes(let bytes): Self.append(.bytes, bytes, to: &result)
        case .string(let text): Self.append(.string, Array(text.utf8), to: &result)
        case .list(let values):
            result.append(Mark.list.rawValue)
            Self.append(UInt128(values.count), to: &result)
            for value in values { value.append(to: &result) }
        case .map(let members):
            result.append(Mark.map.rawValue)
            Self.append(UInt128(members.count), to: &result)
            for member in members {
                Self.append(.string, Array(member.key.utf8), to: &result)
                member.value.append(to: &result)
            }
        }
    }

    private static func append(_ mark: Mark, _ bytes: [UInt8], to result: inout [UInt8]) {
        result.append(mark.rawValue)
        append(UInt128(bytes.count), to: &result)
        result += bytes
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    private static func append(_ number: UInt128, to result: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            result.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        result.append(UInt8(rest))
    }

    // MARK: - Reading

    /// Reads what `encoded` has written; `nil` for anything else, also when something follows.
    package init?(encoded bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        guard let value = Self.read(&rest, depth: 0), rest.isEmpty else { return nil }
        self = value
    }

    private static func read(_ rest: inout ArraySlice<UInt8>, depth: Int) -> StateValue? {
        guard depth < deepest, let mark = rest.popFirst().flatMap(Mark.init) else { return nil }
        switch mark {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .integer:
            return number(&rest).map { .integer(Int128(truncatingIfNeeded: $0 >> 1) ^ -Int128($0 & 1)) }
        case .unsigned: return number(&rest).map(StateValue.unsigned)
        case .bytes: return run(&rest).map { .bytes(Array($0)) }
        case .string: return run(&rest).flatMap { String(validating: $0, as: UTF8.self) }.map(StateValue.string)
        case .list:
            guard let count = count(&rest) else { return nil }
            var values: [StateValue] = []
            for _ in 0..<count {
                guard let value = read(&rest, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .map: return map(&rest, depth: depth)
        }
    }

    private static func map(_ rest: inout ArraySlice<UInt8>, depth: Int) -> StateValue? {
        guard let count = count(&rest) else { return nil }
        var members: [Member] = []
        for _ in 0..<count {
            guard case .string(let key)? = read(&rest, depth: depth + 1), let value = read(&rest, depth: depth + 1)
            else {
                return nil
            }
            members.append(Member(key: key, value: value))
        }
        return .map(members)
    }

    /// Of what follows; each takes a byte at least.
    private static func count(_ rest: inout ArraySlice<UInt8>) -> Int? {
        number(&rest).flatMap { Int(exactly: $0) }.flatMap { $0 <= rest.count ? $0 : nil }
    }

    private static func run(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let count = count(&rest) else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt128? {
        var result: UInt128 = 0
        var shift: UInt128 = 0
        while let byte = rest.popFirst() {
            guard shift < 126 || shift == 126 && byte < 4 else { return nil }
            result |= UInt128(byte & 0x7F) << shift
            guard byte & 0x80 != 0 else { return result }
            shift += 7
        }
        return nil
    }
}
