// Writes JSON (RFC 8259). Only what reports need: no reading, no floating point.

/// A JSON value whose members keep their order.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    /// A number of so many units of its last decimal: 1234 with 3 places is 1.234.
    case decimal(units: Int64, places: Int)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value on one line.
    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): String(value)
        case .decimal(let units, let places): Self.decimal(units, places)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)): \($0.value.text)" }.joined(separator: ", ") + "}"
        }
    }

    private static func decimal(_ units: Int64, _ places: Int) -> String {
        guard places > 0 else { return String(units) }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
        return (units < 0 ? "-" : "") + "\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}":
                result += "\\u" + UInt16(scalar.value).hexadecimal
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

// MARK: - What reports are made of

extension JSONValue {
    package static func members(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { Member($0.0, $0.1) })
    }

    /// `null` for nothing.
    package static func word(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    package static func words(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    /// `null` for nothing; what is larger than any number here is the largest.
    package static func count(_ number: UInt64?) -> JSONValue { number.map { .number(Int64(clamping: $0)) } ?? .null }

    /// Seconds with so many places of at most nine; `null` for nothing. What is shorter than the last place is cut off.
    package static func seconds(_ duration: Duration?, places: Int = 6) -> JSONValue {
        guard let duration else { return .null }
        let unit = (places..<9).reduce(Int64(1)) { unit, _ in unit * 10 }
        return .decimal(units: duration.nanoseconds / unit, places: places)
    }
}
