// One generated file, and how it is told from one that somebody has changed by hand.

import Crypto
import HeartbeatModel

/// A file of a node.
package struct SiteFile: Hashable, Sendable {
    /// From the root, without its slash.
    package var path: String
    package var mode: UInt32
    /// With its first lines, which say where it comes from.
    package var text: String

    /// - Parameters:
    ///   - body: ends with a newline.
    ///   - comment: what a comment begins with.
    init(_ path: String, mode: UInt32 = 0o644, site: String, comment: String = "#", body: String) {
        self.path = path
        self.mode = mode
        text = """
            \(comment) Made by hb_site from the site file of \(site). Change that file: hb_site writes over this one.
            \(comment) \(Self.mark)\(Self.digest(body))
            \(body)
            """
    }

    private static let mark = "hb_site-sha256:"

    private static func digest(_ body: some StringProtocol) -> String {
        SHA256.hash(data: Array(body.utf8)).map(\.hexadecimal).joined()
    }

    /// Whether a text is as hb_site has made it, from whatever site file; one without its mark is somebody else's.
    package static func isUntouched(_ text: String) -> Bool {
        let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, let mark = lines[1].firstRange(of: Self.mark) else { return false }
        return lines[1][mark.upperBound...] == digest(lines[2])
    }
}

/// Secrets that follow from one (HKDF, RFC 5869, with SHA-256): nothing secret stands in the site file, and both ends have
/// the same.
package struct SiteSecret: Sendable {
    private let key: SymmetricKey

    /// Any bytes; 32 random ones are best.
    package init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// 40 hexadecimal digits for a purpose, such as `psk berlin munich`.
    func text(for purpose: String) -> String {
        let derived = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 20)
        return derived.withUnsafeBytes { $0.map(\.hexadecimal).joined() }
    }
}
