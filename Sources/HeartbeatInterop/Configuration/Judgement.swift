// Two observations against the expectation of a case: what differs without having been declared, and what was declared and
// does not differ any more.

/// What is wrong with a case, if anything.
package struct Judgement: Hashable, Sendable {
    /// `same`, `stricter`, `kinder` or `other values`.
    package var word: String
    /// Empty when everything is as the case expects.
    package var problems: [String]

    init(word: String, problems: [String] = []) {
        self.word = word
        self.problems = problems
    }

    package init(_ expected: ConfigurationCase, original: Observation, own: Observation) {
        word =
            expected.reason != nil
            ? (expected.own == .starts ? "kinder" : "stricter") : expected.differences.isEmpty ? "same" : "other values"
        problems =
            Self.verdictProblems(expected, original: original, own: own)
            + Self.messageProblems(expected, original: original, own: own)
            + Self.valueProblems(expected, original.values, own.values)
    }

    private static func verdictProblems(
        _ expected: ConfigurationCase, original: Observation, own: Observation
    ) -> [String] {
        var problems: [String] = []
        if !expected.original.agrees(with: original.verdict) {
            problems.append("the original \(original.verdict)")
        }
        if expected.own != own.verdict { problems.append("we \(own.verdict), expected: \(expected.own)") }
        return problems
    }

    private static func messageProblems(
        _ expected: ConfigurationCase, original: Observation, own: Observation
    ) -> [String] {
        var problems: [String] = []
        if let says = expected.says, !original.messages.contains(where: { $0.contains(says) }) {
            problems.append("the original does not say \"\(says)\"")
        }
        if let place = expected.warns, !own.warnings.contains(place) {
            problems.append("we do not warn at \(place)")
        }
        return problems
    }

    private static func valueProblems(
        _ expected: ConfigurationCase, _ original: [String: String], _ own: [String: String]
    ) -> [String] {
        guard !original.isEmpty, !own.isEmpty else { return [] }
        let names = Set(original.keys).union(own.keys).sorted()
        let differing = names.filter { original[$0] != own[$0] }
        let undeclared = differing.filter { expected.differences[$0] == nil }.map { name in
            "\(name): \(quoted(original[name])) there, \(quoted(own[name])) here"
        }
        let stale = expected.differences.keys.sorted().filter { !differing.contains($0) }.map { name in
            "\(name) does not differ any more (\(quoted(own[name])))"
        }
        return undeclared + stale
    }

    private static func quoted(_ value: String?) -> String {
        value.map { "\"\($0)\"" } ?? "nothing"
    }
}
