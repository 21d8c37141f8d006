// What is kept of the last drill, for whoever asks later when the failover was last rehearsed. It is a line of the grammar of facts, so
// that programs of two versions read what both know.

/// A rehearsed failover that is over.
package struct DrillRecord: Hashable, Sendable {
    /// Wall clock of its end, in milliseconds since 1970.
    package var unixMilliseconds: UInt64
    /// `done`, or why not, as `hbctl drill` calls it.
    package var outcome: String
    /// One sentence without a full stop.
    package var sentence: String
    /// The longest time in which nobody answered for an address: on the way to the other node, and on the way back. `nil` where
    /// there was nothing to measure.
    package var away: Duration?
    package var home: Duration?

    package init(unixMilliseconds: UInt64, outcome: String, sentence: String) {
        self.unixMilliseconds = unixMilliseconds
        self.outcome = outcome
        self.sentence = sentence
    }
}

extension DrillRecord {
    private static let kind = "drill"

    /// The line without its end.
    package var text: String {
        FactLine(
            Self.kind,
            [
                "unix": "\(unixMilliseconds)", "outcome": outcome, "sentence": sentence, "away": away?.factWord,
                "home": home?.factWord,
            ]
        ).text
    }

    /// Reads what `text` has written; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard let line = FactLine(text), line.kind == Self.kind, let unix: UInt64 = line.number("unix"),
            let outcome = line["outcome"], let sentence = line["sentence"]
        else { return nil }
        self.init(unixMilliseconds: unix, outcome: outcome, sentence: sentence)
        (away, home) = (line.duration("away"), line.duration("home"))
    }
}
