// How the state of a node stands in the file by which one program hands it to the next: a head that tells whether the rest is there
// and is understood, then the value. Whatever bytes come, they give a whole state or a reason why not.
//
//   0      `hbstate1`
//   8      number of the format, 4 bytes, the lowest first
//   12     bytes of the value, 4 bytes
//   16     FNV-1a of the value, 4 bytes
//   20     the value

/// The format of a kept state.
package enum StateFormat {
    /// To be raised with every change of what is kept: a program reads its own format and no other.
    package static let number: UInt32 = 1

    private static let magic = Array("hbstate1".utf8)
    private static let head = 20

    /// `value` as a file.
    package static func file(of value: some Encodable, format: UInt32 = number) throws -> [UInt8] {
        let body = try StateEncoder.encode(value).encoded
        guard let length = UInt32(exactly: body.count) else {
            throw EncodingError.invalidValue(
                body.count, EncodingError.Context(codingPath: [], debugDescription: "the state is too large"))
        }
        return magic + bytes(format) + bytes(length) + bytes(body.fnv1a) + body
    }

    /// The value of such a file.
    package static func read<Value: Decodable>(_ type: Value.Type, from file: [UInt8]) throws(StateFault) -> Value {
        guard file.count >= head, file.starts(with: magic) else { throw .missing }
        let (format, length, sum) = (word(file, 8), word(file, 12), word(file, 16))
        guard format == number else { throw .otherFormat(format) }
        let body = file[head...]
        guard body.count == Int(length) else { throw .incomplete(bytes: body.count, of: Int(length)) }
        guard body.fnv1a == sum, let value = StateValue(encoded: body) else { throw .damaged }
        do {
            return try StateDecoder.decode(type, from: value)
        } catch {
            throw .notUnderstood("\(error)")
        }
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func word(_ file: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << ($1 * 8) }
    }
}

/// Why a state cannot be gone on from.
package enum StateFault: Error, Hashable, Sendable, CustomStringConvertible {
    case missing
    case otherFormat(UInt32)
    case incomplete(bytes: Int, of: Int)
    case damaged
    case notUnderstood(String)

    package var description: String {
        switch self {
        case .missing: "there is no kept state in it"
        case .otherFormat(let number):
            "the state has format \(number), and this program reads format \(StateFormat.number) only"
        case .incomplete(let bytes, let all): "the state has \(bytes) bytes instead of \(all)"
        case .damaged: "the state is damaged"
        case .notUnderstood(let reason): "the state is not understood: \(reason)"
        }
    }
}
