// What the clients of all pairs printed, against what they printed between two originals.

/// One case in all pairs.
struct ClientRow: Hashable, Sendable {
    enum Verdict: Hashable, Sendable {
        case same
        /// As the case declares it.
        case declared
        /// Neither the original's answer nor the declared one; or the original's where a difference is declared.
        case differs(ClientAnswer)
        /// The original itself did not come to an answer, however often it was asked.
        case notComparable
        /// The pair's life ended before.
        case notReached
    }

    var scene: String
    var asked: ClientCase
    /// The original's.
    var answer: ClientAnswer
    /// In the order of the pairs that are compared.
    var verdicts: [Verdict]

    var isWrong: Bool {
        verdicts.contains {
            switch $0 {
            case .same, .declared, .notComparable: false
            case .differs, .notReached: true
            }
        }
    }

    var isNotComparable: Bool { verdicts.contains(.notComparable) }
}

/// All rows.
struct ClientComparison {
    let rows: [ClientRow]

    /// What a pair printed.
    struct Column {
        var software: [Software]
        var record: ClientRecord
    }

    /// Scenes that the measure did not reach have no rows.
    init(_ scenes: [ClientScene], measure: ClientRecord, others: [Column]) {
        rows = zip(scenes.indices, scenes).flatMap { number, scene in
            guard number < measure.answers.count else { return [ClientRow]() }
            return scene.cases.indices.map { index in
                let asked = scene.cases[index]
                let expected = measure.answers[number][index]
                let verdicts = others.map { other in
                    number < other.record.answers.count
                        ? Self.judge(other.record.answers[number][index], asked, expected, other.software[asked.node])
                        : .notReached
                }
                return ClientRow(scene: scene.name, asked: asked, answer: expected, verdicts: verdicts)
            }
        }
    }

    private static func judge(
        _ answer: ClientAnswer, _ asked: ClientCase, _ expected: ClientAnswer, _ software: Software
    ) -> ClientRow.Verdict {
        // What an original does not come to is no measure, and no fault of ours.
        if !asked.isAnswered(by: expected), asked.isAnswered(by: answer) { return .notComparable }
        if software == .original, !asked.isAnswered(by: answer) { return .notComparable }
        if software == .ours, let difference = asked.difference {
            return difference.applies(to: answer, insteadOf: expected) ? .declared : .differs(answer)
        }
        return answer == expected ? .same : .differs(answer)
    }
}
