// The results of a demonstration as a table for people and as JSON for programs. The same facts in both.

import HeartbeatModel

/// Prints results and says whether they are good.
package struct DemonstrationReport: DemonstrationOutcome, Sendable {
    package var results: [SceneResult]

    package init(_ results: [SceneResult]) {
        self.results = results
    }

    /// Every scene ended as it must: one owner, the expected one, never two, scripts in order. Times do not count here,
    /// because a busy machine is not a wrong cluster; the report says which goals were missed.
    package var isCorrect: Bool {
        !results.isEmpty && results.allSatisfy(\.problems.isEmpty)
    }

    /// A table with a line for each scene, then what went wrong and what has been shown. At most 80 columns.
    package var table: String {
        let head = ["scene", "result", "outage ms", "goal ms", "pings lost", "two owners ms"]
        let rows = results.map { result in
            let figures = result.figures
            // Before the first start there is no service whose outage could be measured.
            let outage = result.scene == .coldStart ? "-" : milliseconds(figures.outage)
            let goal = result.scene.goal.map { "\(milliseconds($0)) \(result.isGoalMet == true ? "met" : "MISSED")" }
            return [
                result.scene.rawValue, result.verdict, outage, goal ?? "-",
                result.scene == .coldStart ? "-" : "\(figures.lost) of \(figures.sent)",
                milliseconds(figures.doubleOwnership),
            ]
        }
        return alignedColumns([head] + rows, onTheRight: [2, 3, 4, 5]) + "\n" + notes.textOfLines
    }

    private var notes: [String] {
        let problems = results.flatMap { result in result.problems.map { "\(result.scene.rawValue): \($0)" } }
        let missed = results.filter { $0.isGoalMet == false }
        var notes = problems
        if !missed.isEmpty {
            let stall = missed.map(\.figures.longestStall).max() ?? .zero
            notes.append(
                "goals missed: \(missed.count); the client itself stood still for up to \(milliseconds(stall)) ms meanwhile"
            )
        }
        return notes + [isCorrect ? correct : "NOT CORRECT"]
    }

    private var correct: String {
        """
        Correct: the right node served after each of \(results.count) scenes, and never two at once;
        whatever stopped or started did so once, in the order of haresources.
        """
    }

    /// One JSON object on one line.
    package var json: String {
        JSONValue.object([
            .init("correct", .bool(isCorrect)),
            .init("scenes", .array(results.map(jsonValue))),
        ]).text + "\n"
    }

    private func jsonValue(_ result: SceneResult) -> JSONValue {
        let figures = result.figures
        let isStart = result.scene == .coldStart
        return .object([
            .init("scene", .string(result.scene.rawValue)),
            .init("ok", .bool(result.problems.isEmpty)),
            .init("outage_ms", isStart ? .null : .number(figures.outage.roundedMilliseconds)),
            .init("goal_ms", result.scene.goal.map { .number($0.roundedMilliseconds) } ?? .null),
            .init("goal_met", result.isGoalMet.map { .bool($0) } ?? .null),
            .init("probes", .number(Int64(figures.sent))),
            .init("lost", isStart ? .null : .number(Int64(figures.lost))),
            .init("two_owners_ms", .number(figures.doubleOwnership.roundedMilliseconds)),
            .init("stall_ms", .number(figures.longestStall.roundedMilliseconds)),
            .init("announcements", .number(Int64(figures.announcements.count))),
            .init("scripts", .array(result.scripts.records.filter { $0.verb != "status" }.map(jsonValue))),
            .init("timeline", result.timeline?.jsonValue ?? .null),
            .init("problems", .array(result.problems.map { .string($0) })),
        ])
    }

    private func jsonValue(_ record: ScriptRecord) -> JSONValue {
        .string("\(record.node) \(record.script) \(record.verb)")
    }

}

extension SceneResult {
    fileprivate var verdict: String { problems.isEmpty ? "ok" : "WRONG" }

    /// How a scene ends: what happened, and a sentence.
    func ending(isVerbose: Bool) -> String {
        (timeline.map { indented(isVerbose ? $0.table : $0.story) } ?? "") + "\n    " + sentence
    }

    /// The line that ends a scene's story.
    var sentence: String {
        guard problems.isEmpty else { return "WRONG: \(problems.joined(separator: "; "))" }
        guard let goal = scene.goal else { return "ok" }
        let word = isGoalMet == true ? "ok:" : "ok, but"
        return "\(word) unanswered for \(milliseconds(figures.outage)) ms; the goal is \(milliseconds(goal)) ms"
    }
}

private func milliseconds(_ duration: Duration) -> String {
    String(duration.roundedMilliseconds)
}
