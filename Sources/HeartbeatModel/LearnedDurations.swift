// How long starts, stops and looks at resources have taken on this node, so that somebody can say how long the next ones will. It keeps
// the last runs of each and refuses to know what follows from them.

/// The last durations of each script and verb; of addresses that come up together, those of their first.
package struct LearnedDurations: Hashable, Sendable {
    /// So many are kept; what has not run for longest is forgotten first.
    package static let most = 256
    /// Of each so many runs are kept. The largest of them is their 95th percentile by nearest rank.
    package static let mostRuns = 16
    /// A longer word is no word of a haresources that anybody has.
    private static let longestWord = 1024

    private struct Key: Hashable {
        /// As written in haresources.
        var word: String
        var verb: ResourceVerb
    }

    private struct Runs: Hashable {
        /// Microseconds, the oldest first.
        var last: [UInt32] = []
        /// All there have ever been.
        var count: UInt64 = 0
        /// When it was last used, on a clock that counts uses.
        var used: UInt64 = 0

        mutating func note(_ microseconds: UInt32) {
            if last.count >= LearnedDurations.mostRuns { last.removeFirst() }
            last.append(microseconds)
            if count < .max { count += 1 }
        }
    }

    private var runs: [Key: Runs] = [:]
    private var uses: UInt64 = 0

    package init() {}

    /// Takes a run that did what it should.
    package mutating func note(_ word: String, _ verb: ResourceVerb, took duration: Duration) {
        guard word.utf8.count <= Self.longestWord else { return }
        uses += 1
        let key = Key(word: word, verb: verb)
        if runs[key] == nil, runs.count >= Self.most, let oldest = runs.min(by: { $0.value.used < $1.value.used }) {
            runs[oldest.key] = nil
        }
        runs[key, default: Runs()].note(UInt32(clamping: max(0, duration.nanoseconds) / 1000))
        runs[key]?.used = uses
    }

    /// What at most 5 in 100 runs exceed, by the last ones; `nil` for what has never run.
    package func high(_ word: String, _ verb: ResourceVerb) -> Duration? {
        runs[Key(word: word, verb: verb)]?.last.max().map { .microseconds(Int64($0)) }
    }

    /// By how many runs that is known.
    package func known(_ word: String, _ verb: ResourceVerb) -> Int {
        runs[Key(word: word, verb: verb)]?.last.count ?? 0
    }

    /// How long it takes to bring up a group, each step looked at before it is started; `nil` while one was never started here.
    package func start(of steps: [ResourceStep]) -> Duration? {
        var sum = Duration.zero
        for word in steps.map({ $0.resources[0].word }) {
            guard let start = high(word, .start) else { return nil }
            sum += start + (high(word, .status) ?? .zero)
        }
        return sum
    }
}

extension LearnedDurations {
    private static let kind = "took"

    /// `took word=… verb=… count=… us=6000,6100`, what was used longest ago first.
    package var text: [String] {
        runs.sorted { $0.value.used < $1.value.used }.map { key, runs in
            FactLine(
                Self.kind,
                [
                    "word": key.word, "verb": key.verb.rawValue, "count": "\(runs.count)",
                    "us": runs.last.map { "\($0)" }.joined(separator: ","),
                ]
            ).text
        }
    }

    /// Reads what `text` has written; lines that it cannot have written are passed over.
    package init(text lines: [String]) {
        self.init()
        for line in lines.suffix(Self.most) {
            guard let line = FactLine(line), line.kind == Self.kind, let word = line["word"],
                word.utf8.count <= Self.longestWord, let verb: ResourceVerb = line.word("verb")
            else { continue }
            let times = (line["us"] ?? "").split(separator: ",").compactMap { UInt32($0) }.suffix(Self.mostRuns)
            guard !times.isEmpty else { continue }
            uses += 1
            let count: UInt64 = line.number("count") ?? 0
            runs[Key(word: word, verb: verb)] = Runs(
                last: Array(times), count: max(count, UInt64(times.count)), used: uses)
        }
    }
}
