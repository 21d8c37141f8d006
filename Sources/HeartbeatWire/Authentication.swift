// Signs bytes and checks signatures with the keys of authkeys. It does not know which bytes of a message are covered: the
// two wire forms decide that.

import Crypto
import HeartbeatModel

/// The keys of authkeys, prepared once for every message.
///
/// A token is `<id> <hex>`: the key's id in decimal, a blank, and the digest in lower-case hex (40 digits for sha1, 32 for
/// md5, up to 8 without leading zeros for crc).
public struct Authentication: Sendable {
    /// The id of the key that is signed with.
    public private(set) var signingKey: Int
    private let schedules: [Int: KeySchedule]

    /// - Precondition: the current key is one of the keys, as the reading of authkeys has checked.
    public init(_ keys: AuthenticationKeys) {
        precondition(keys[keys.current] != nil, "authentication key \(keys.current) is not among the keys")
        signingKey = keys.current
        schedules = Dictionary(keys.keys.map { ($0.id, KeySchedule($0)) }) { first, _ in first }
    }

    /// Signs with another key from now on; `false` when there is none of this id.
    public mutating func sign(withKey id: Int) -> Bool {
        guard schedules[id] != nil else { return false }
        signingKey = id
        return true
    }

    /// The token of `covered` under the signing key.
    public func token(over covered: ArraySlice<UInt8>) -> [UInt8] {
        guard let schedule = schedules[signingKey] else { preconditionFailure("key \(signingKey) vanished") }
        return Self.token(id: signingKey, schedule, over: covered)
    }

    /// Accepts `token` only if it is exactly the one its key gives for `covered`; returns the id of the key.
    ///
    /// The key is the one whose id the token names, not the current one: that is what lets two nodes change to a new key one
    /// after the other.
    public func verify(_ token: ArraySlice<UInt8>, over covered: ArraySlice<UInt8>) throws(WireError) -> Int {
        guard let blank = token.firstIndex(of: Ascii.blank), let id = Decimal.canonical(token[..<blank]) else {
            throw .badAuthentication
        }
        guard let schedule = schedules[id] else { throw .unknownKey(id: id) }
        let expected = Self.token(id: id, schedule, over: covered)
        guard Self.equalInConstantTime(expected, token) else { throw .badAuthentication }
        return id
    }

    /// Room for a token, so that making one takes memory once.
    private static let usualSize = 48

    private static func token(id: Int, _ schedule: KeySchedule, over covered: ArraySlice<UInt8>) -> [UInt8] {
        var token: [UInt8] = []
        token.reserveCapacity(usualSize)
        token.append(decimal: id)
        token.append(Ascii.blank)
        schedule.appendHexDigest(of: covered, to: &token)
        return token
    }

    // How long a comparison takes must not tell a forger how much of his guess was right.
    private static func equalInConstantTime(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var difference: UInt8 = 0
                for index in left.indices { difference |= left[index] ^ right[index] }
                return difference == 0
            }
        }
    }
}

/// One key with its HMAC (RFC 2104) already keyed, which halves the cost of a message.
private enum KeySchedule: Sendable {
    case crc
    case md5(HMAC<Insecure.MD5>)
    case sha1(HMAC<Insecure.SHA1>)

    init(_ key: AuthenticationKey) {
        switch key.method {
        case .crc: self = .crc
        case .md5: self = .md5(HMAC(key: SymmetricKey(data: key.secret)))
        case .sha1: self = .sha1(HMAC(key: SymmetricKey(data: key.secret)))
        }
    }

    func appendHexDigest(of covered: ArraySlice<UInt8>, to text: inout [UInt8]) {
        switch self {
        case .crc: text += String(CRC32.checksum(of: covered), radix: 16).utf8
        case .md5(var hash):
            covered.withUnsafeBytes { hash.update(data: $0) }
            hash.finalize().withUnsafeBytes { Hexadecimal.append($0, to: &text) }
        case .sha1(var hash):
            covered.withUnsafeBytes { hash.update(data: $0) }
            hash.finalize().withUnsafeBytes { Hexadecimal.append($0, to: &text) }
        }
    }
}

/// The checksum of method `crc`: most significant bit first, polynomial 0x04C11DB7, start 0, complemented at the end, the
/// length not appended (unlike POSIX cksum). Observed behaviour.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in
            value & 0x8000_0000 != 0 ? (value << 1) ^ 0x04C1_1DB7 : value << 1
        }
    }

    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32(0)) { ($0 << 8) ^ table[Int(UInt8($0 >> 24) ^ $1)] }
    }
}
