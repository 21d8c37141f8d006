// A resource word cut into a script and its arguments, the way the original cuts it. Whether script and arguments make
// sense is not asked here.

import HeartbeatModel

/// A script's name and its arguments: two words that are cut into the same call mean the same resource.
struct ResourceCall: Hashable {
    let scriptName: String
    let arguments: [String]

    static let separator = "::"

    /// `name`, `name::arg::arg…`, or a bare IPv4 address, which is IPaddr's.
    init(_ word: String) {
        let pieces = Self.pieces(word)
        if Self.isBareAddress(word) {
            scriptName = "IPaddr"
            arguments = pieces
        } else {
            scriptName = pieces.first ?? ""
            arguments = Array(pieces.dropFirst())
        }
    }

    init(_ resource: Resource) {
        scriptName = resource.scriptName
        arguments = resource.arguments
    }

    /// Between `::`, from the left; empty arguments collapse (observed behaviour).
    private static func pieces(_ word: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var rest = word[...]
        while let character = rest.first {
            if rest.hasPrefix(separator) {
                pieces.append(piece)
                piece = ""
                rest = rest.dropFirst(separator.count)
            } else {
                piece.append(character)
                rest = rest.dropFirst()
            }
        }
        return (pieces + [piece]).filter { !$0.isEmpty }
    }

    /// The original's shell pattern `[0-9]*.[0-9]*.[0-9]*.[0-9]*`.
    private static func isBareAddress(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        let numbersAfterDots = zip(bytes, bytes.dropFirst()).filter { $0 == UInt8(ascii: ".") && $1.isDigit }.count
        return bytes.first?.isDigit == true && numbersAfterDots >= 3
    }
}
