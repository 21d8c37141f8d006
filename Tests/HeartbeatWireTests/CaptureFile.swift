// Reads the captured traffic of the original daemon that lies in `captures/`.
//
// `*.hex`: comment lines, among them those of authkeys (`# auth 1`, `# 1 sha1 SecretKey`), then one packet a line in
// hexadecimal, optionally followed by what is to be expected of it; see ``CapturedPacket/Expectation``.
// `*.raw`: the bytes of one direction of a serial line.

import Foundation
import HeartbeatModel
import Testing

struct CapturedPacket: Sendable {
    var bytes: [UInt8]
    var expectation: Expectation

    enum Expectation: Equatable, Sendable {
        /// Written again, it is the same bytes.
        case exact
        /// The same, but the sender signed only once, as with `msgfmt netstring`.
        case plain
        /// A client of the original's API put core fields before its own; written again they stand in the daemon's order.
        case reordered
        /// The sender spelled a node name with capitals, which every node folds.
        case folded
        /// Its place in the sequence counts, what it says does not.
        case unreadable
        /// `rejected <error> [<field>]`.
        case rejected(String)
    }
}

struct CaptureFile: Sendable {
    var keys: AuthenticationKeys
    var packets: [CapturedPacket]

    static let names = list(suffix: ".hex")
    static let serialNames = list(suffix: ".raw")
    static let serialKeys = AuthenticationKeys(
        current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: Array("SecretKey".utf8))])

    private static func list(suffix: String) -> [String] {
        let directory = Bundle.module.resourceURL?.appending(path: "captures").path() ?? ""
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(suffix) }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "captures"))
        return try Array(Data(contentsOf: url))
    }

    init(_ name: String) throws {
        keys = AuthenticationKeys(current: -1, keys: [])
        packets = []
        for line in String(decoding: try Self.bytes(name), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "#" {
                take(keyLine: Array(words.dropFirst()))
            } else {
                packets.append(try Self.packet(words))
            }
        }
    }

    private mutating func take(keyLine words: [String]) {
        if words[0] == "auth", let id = Int(words[1]) { keys.current = id }
        guard let id = Int(words[0]), let method = AuthenticationMethod(rawValue: words[1]) else { return }
        let secret = words.count > 2 ? Array(words[2].utf8) : []
        keys.keys.append(AuthenticationKey(id: id, method: method, secret: secret))
    }

    private static func packet(_ words: [String]) throws -> CapturedPacket {
        let digits = words[0].utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        try #require(digits.count == words[0].utf8.count && digits.count.isMultiple(of: 2))
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        let expectation: CapturedPacket.Expectation =
            switch words.dropFirst().first {
            case nil: .exact
            case "plain": .plain
            case "reordered": .reordered
            case "folded": .folded
            case "unreadable": .unreadable
            default: .rejected(words.dropFirst(2).joined(separator: " "))
            }
        return CapturedPacket(bytes: bytes, expectation: expectation)
    }
}
