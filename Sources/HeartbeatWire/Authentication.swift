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

/// One key, prepared for its method.
private enum KeySchedule: Sendable {
    case crc
    case md5(KeyedHash<Insecure.MD5>)
    case sha1(KeyedHash<Insecure.SHA1>)

    init(_ key: AuthenticationKey) {
        switch key.method {
        case .crc: self = .crc
        case .md5: self = .md5(KeyedHash(secret: key.secret))
        case .sha1: self = .sha1(KeyedHash(secret: key.secret))
        }
    }

    func appendHexDigest(of covered: ArraySlice<UInt8>, to text: inout [UInt8]) {
        switch self {
        case .crc: text += String(CRC32.checksum(of: covered), radix: 16).utf8
        case .md5(let hash): hash.digest(of: covered).withUnsafeBytes { Hexadecimal.append($0, to: &text) }
        case .sha1(let hash): hash.digest(of: covered).withUnsafeBytes { Hexadecimal.append($0, to: &text) }
        }
    }
}

/// HMAC (RFC 2104) with one key: both its hashes have taken their block of the key already, which halves the cost of a
/// message. swift-crypto's takes any collection of bytes for a message and as many instructions again to find them.
struct KeyedHash<Hash: HashFunction & Sendable>: Sendable {
    private let inner: Hash
    private let outer: Hash

    init(secret: [UInt8]) {
        var block = secret.count > Hash.blockByteCount ? Array(Hash.hash(data: secret)) : secret
        block += [UInt8](repeating: 0, count: Hash.blockByteCount - block.count)
        inner = Self.hash(of: block.map { $0 ^ 0x36 })
        outer = Self.hash(of: block.map { $0 ^ 0x5C })
    }

    private static func hash(of block: [UInt8]) -> Hash {
        var hash = Hash()
        hash.update(data: block)
        return hash
    }

    func digest(of message: ArraySlice<UInt8>) -> Hash.Digest {
        var inner = inner
        var outer = outer
        message.withUnsafeBytes { inner.update(bufferPointer: $0) }
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
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
