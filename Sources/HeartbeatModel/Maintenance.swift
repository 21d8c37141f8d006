// A node that an operator has taken out of service for a while: why, since when, and until when. It is kept on the disk, so that a boot
// in the middle of the work changes nothing.

/// Why a node is out of service.
package struct Maintenance: Hashable, Codable, Sendable {
    /// In the operator's words, 1…80 bytes without control characters.
    package let reason: String
    /// Seconds since 1970; zero where nobody has noted it.
    package var since: UInt64
    /// It ends by itself then, in seconds since 1970; `nil`: not by itself.
    package let until: UInt64?

    package static let longestReason = 80

    /// `nil` for a reason that is none, or too long.
    package init?(reason: String, since: UInt64 = 0, until: UInt64? = nil) {
        let isText = reason.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isText, (1...Self.longestReason).contains(reason.utf8.count) else { return nil }
        self.reason = reason
        self.since = since
        self.until = until
    }

    /// At this second it is over.
    package func isOver(at unixTime: UInt64) -> Bool { until.map { $0 <= unixTime } ?? false }

    package var factLine: FactLine {
        FactLine("maintenance", ["reason": reason, "since": "\(since)", "until": until.map { "\($0)" }])
    }

    /// Reads what `factLine` has written; `nil` for anything else.
    package init?(_ line: FactLine) {
        guard line.kind == "maintenance" else { return nil }
        self.init(fields: line)
    }

    /// The same where they stand among others.
    init?(fields line: FactLine) {
        guard let reason = line["reason"], let since: UInt64 = line.number("since") else { return nil }
        self.init(reason: reason, since: since, until: line.number("until"))
    }
}
