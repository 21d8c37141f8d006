// Bytes that come in pieces, cut into lines. It refuses to know what a line means.

/// Collects bytes into lines.
struct LineBuffer {
    private var pending: [UInt8] = []

    /// Takes more bytes; returns the lines that are whole now, without their ends.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        pending += bytes
        var lines = pending.split(separator: 0x0A, omittingEmptySubsequences: false)
        pending = lines.popLast().map { Array($0) } ?? []
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}
