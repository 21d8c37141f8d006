// What happened, line by line: kept for printing, and folded into a digest by which two runs of one seed are compared.

import HeartbeatModel

/// The record of a run.
package struct Trace: Sendable {
    /// One line of the record.
    package struct Line: Hashable, Sendable {
        /// World time since the start.
        package var time: Instant
        package var node: String
        package var text: String

        /// `    12.345 alpha  text`, in seconds.
        package var description: String {
            let milliseconds = time.nanoseconds / 1_000_000
            let fraction = String(milliseconds % 1000)
            let seconds = "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
            return String(repeating: " ", count: max(0, 10 - seconds.utf8.count)) + "\(seconds) \(node)  \(text)"
        }
    }

    package enum Detail: Sendable {
        /// Only the last lines, for a failure's report.
        case tail(Int)
        case everything
    }

    package private(set) var lines: [Line] = []
    /// FNV-1a over every line.
    package private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    let detail: Detail
    let showsMessages: Bool

    init(detail: Detail, showsMessages: Bool = false) {
        self.detail = detail
        self.showsMessages = showsMessages
    }

    mutating func note(_ node: String, _ text: String, at time: Instant) {
        fold(UInt64(bitPattern: time.nanoseconds))
        for byte in node.utf8 { fold(UInt64(byte)) }
        for byte in text.utf8 { fold(UInt64(byte)) }
        lines.append(Line(time: time, node: node, text: text))
        if case .tail(let count) = detail, lines.count > 4 * count { lines.removeFirst(lines.count - count) }
    }

    mutating func message(_ message: Message, at time: Instant) {
        guard showsMessages else { return }
        note(message.source.text, "sends \(message.sequence?.number ?? 0): \(message.content.summary)", at: time)
    }

    mutating func arrival(_ message: Message, at node: NodeName, at time: Instant) {
        guard showsMessages else { return }
        note(node.text, "gets \(message.sequence?.number ?? 0): \(message.content.summary)", at: time)
    }

    private mutating func fold(_ value: UInt64) {
        digest = (digest ^ value) &* 0x100_0000_01B3
    }
}
