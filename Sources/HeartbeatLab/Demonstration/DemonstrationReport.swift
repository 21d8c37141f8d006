// The results of a demonstration as a table for people and as JSON for programs. The same facts in both.

/// Prints results and says whether they are good.
public struct DemonstrationReport: Sendable {
    public var results: [SceneResult]

    public init(_ results: [SceneResult]) {
        self.results = results
    }

    /// Every scene ended as it must: one owner, the expected one, never two, scripts in order. Times do not count here,
    /// because a busy machine is not a wrong cluster; the report says which goals were missed.
    public var isCorrect: Bool {
        !results.isEmpty && results.allSatisfy(\.problems.isEmpty)
    }

    /// A table with a line for each scene, what the scripts did, and what went wrong.
    public var table: String {
        let head = ["scene", "result", "outage ms", "goal ms", "lost", "two owners ms", "stall ms", "scripts"]
        let rows = results.map { result in
            let figures = result.figures
            // Before the first start there is no service whose outage could be measured.
            let outage = result.scene == .coldStart ? "-" : milliseconds(figures.outage)
            let goal = result.scene.goal.map { "\(milliseconds($0)) \(result.isGoalMet == true ? "met" : "MISSED")" }
            return [
                result.scene.rawValue, result.problems.isEmpty ? "ok" : "WRONG", outage, goal ?? "-",
                result.scene == .coldStart ? "-" : "\(figures.lost)/\(figures.sent)",
                milliseconds(figures.doubleOwnership), milliseconds(figures.longestStall),
                result.scripts.summary.isEmpty ? "none" : result.scripts.summary,
            ]
        }
        return alignedColumns([head] + rows, onTheRight: [2, 3, 4, 5, 6]) + notes.map { $0 + "\n" }.joined()
    }

    private var notes: [String] {
        let problems = results.flatMap { result in result.problems.map { "\(result.scene.rawValue): \($0)" } }
        let missed = results.filter { $0.isGoalMet == false }.map(\.scene.rawValue)
        var notes = problems
        if !missed.isEmpty {
            notes.append("goal missed: \(missed.joined(separator: " ")); a large stall blames the machine")
        }
        notes.append(isCorrect ? "correct" : "NOT CORRECT")
        return notes
    }

    /// One JSON object on one line.
    public var json: String {
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

    private func milliseconds(_ duration: Duration) -> String {
        String(duration.roundedMilliseconds)
    }
}
