// Results as lines to read: a row a case, what is wrong below it, a sum at the end.

/// Writes rows of results.
struct ResultTable: Sendable {
    /// All effective values, not only those that differ.
    let isVerbose: Bool
    /// Of the widest name of a case.
    let width: Int

    private static let verdictWidth = 28

    var head: String {
        line("case", "original", "ours", "judgement")
    }

    func row(_ result: CaseResult) -> String {
        let judgement = result.judgement
        let isRight = judgement.problems.isEmpty
        var text = line(
            result.given.name, result.original.verdict.description, result.own.verdict.description,
            isRight ? judgement.word : "WRONG")
        for problem in judgement.problems { text += "    \(problem)\n" }
        if isVerbose || !isRight {
            text += result.original.messages.map { "    original: \($0)\n" }.joined()
            text += result.own.messages.map { "    ours:     \($0)\n" }.joined()
            text += result.own.warnings.map { "    we warn:  \($0)\n" }.joined()
        }
        if isVerbose { text += values(result) }
        return text
    }

    private func values(_ result: CaseResult) -> String {
        let (original, own) = (result.original.values, result.own.values)
        return Set(original.keys).union(own.keys).sorted().map { name in
            let here = own[name] ?? "nothing"
            let there = original[name] ?? "nothing"
            return "    \(name): \(here)" + (here == there ? "" : "    original: \(there)") + "\n"
        }.joined()
    }

    private func line(_ name: String, _ original: String, _ own: String, _ word: String) -> String {
        let columns = [(name, width), (original, 10), (own, Self.verdictWidth)]
        return columns.map { $0.padded(to: $1) }.joined(separator: "  ") + "  " + word + "\n"
    }
}

/// How many cases had which judgement.
struct Summary: Sendable, CustomStringConvertible {
    private(set) var wrong = 0
    private var words: [String: Int] = [:]
    private var cases = 0

    mutating func count(_ result: CaseResult) {
        cases += 1
        if result.judgement.problems.isEmpty {
            words[result.judgement.word, default: 0] += 1
        } else {
            wrong += 1
        }
    }

    var description: String {
        let counts = words.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" } + ["\(wrong) WRONG"]
        return "\(cases) cases: " + counts.joined(separator: ", ")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
