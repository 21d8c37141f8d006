// Cuts a script's output into lines fit for a log: bounded in length and in number, without control characters. It
// refuses to know where the bytes come from and what time it is.

import HeartbeatModel

/// Turns bytes into lines. Memory is bounded by one line.
struct LineSplitter {
    /// Bytes a line may have; the rest of a longer one is dropped.
    static let longestLine = 1024

    private var line: [UInt8] = []

    /// Takes what arrived; returns the lines that it completes, without their ends.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(text())
                line.removeAll(keepingCapacity: true)
            } else if line.count < LineSplitter.longestLine {
                line.append(byte)
            }
        }
        return lines
    }

    /// What stands behind the last line end, if anything does.
    mutating func finish() -> String? {
        guard !line.isEmpty else { return nil }
        defer { line.removeAll() }
        return text()
    }

    /// Control characters would let a script forge log lines or play with the terminal of whoever reads them.
    private func text() -> String {
        let visible = line.map { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) ? $0 : UInt8(ascii: "?") }
        let end = visible.last == UInt8(ascii: "?") && line.last == 0x0D ? visible.dropLast() : visible[...]
        return String(decoding: end, as: UTF8.self)
    }
}

/// How many lines a script may still have logged: a stock that a legitimate script never empties and that refills.
struct LineBudget {
    /// Lines that may come at once.
    static let stock = 1000
    /// Lines a second that may come for ever.
    static let refillRate = 100

    private var left = LineBudget.stock
    private var refilled: Instant
    /// Lines dropped since the last that was let through.
    private(set) var dropped = 0

    init(now: Instant) {
        refilled = now
    }

    /// Takes one line from the stock; `false` when it is empty, and the line is counted as dropped.
    mutating func take(at now: Instant) -> Bool {
        let refill = (now - refilled).milliseconds * Int64(LineBudget.refillRate) / 1000
        if refill > 0 {
            left = Int(min(Int64(LineBudget.stock), Int64(left) + refill))
            refilled = now
        }
        guard left > 0 else {
            dropped += 1
            return false
        }
        left -= 1
        return true
    }

    /// The number of dropped lines, once.
    mutating func takeDropped() -> Int {
        defer { dropped = 0 }
        return dropped
    }
}
