// What the clients of all pairs printed, against what they printed between two originals.

/// One case in all pairs.
struct ClientRow: Hashable, Sendable {
    enum Verdict: Hashable, Sendable {
        case same
        /// As the case declares it.
        case declared
        /// Neither the original's answer nor the declared one; or the original's where a difference is declared.
        case differs(ClientAnswer)
        /// The pair's life ended before.
        case notReached
    }

    var scene: String
    var asked: ClientCase
    /// The original's.
    var answer: ClientAnswer
    /// In the order of `ClientPairing.compared`.
    var verdicts: [Verdict]

    var isWrong: Bool {
        verdicts.contains {
            switch $0 {
            case .same, .declared: false
            case .differs, .notReached: true
            }
        }
    }
}

/// All rows.
struct ClientComparison {
    let rows: [ClientRow]

    /// `others` in the order of the columns; scenes that the measure did not reach have no rows.
    init(_ scenes: [ClientScene], measure: ClientRecord, others: [ClientRecord]) {
        rows = zip(scenes.indices, scenes).flatMap { number, scene in
            guard number < measure.answers.count else { return [ClientRow]() }
            return scene.cases.indices.map { index in
                let asked = scene.cases[index]
                let expected = measure.answers[number][index]
                let verdicts = others.map { other in
                    number < other.answers.count
                        ? Self.judge(other.answers[number][index], asked, expected) : .notReached
                }
                return ClientRow(scene: scene.name, asked: asked, answer: expected, verdicts: verdicts)
            }
        }
    }

    private static func judge(
        _ answer: ClientAnswer, _ asked: ClientCase, _ expected: ClientAnswer
    ) -> ClientRow.Verdict {
        guard let difference = asked.difference else { return answer == expected ? .same : .differs(answer) }
        return answer == ClientAnswer(output: difference.output, code: difference.code) ? .declared : .differs(answer)
    }
}
