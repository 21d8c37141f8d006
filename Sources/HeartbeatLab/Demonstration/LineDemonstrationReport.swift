// The results of the demonstration of two lines as a table for people and as JSON for programs. The same facts in both.

import HeartbeatModel

/// Prints results and says whether they are good.
package struct LineDemonstrationReport: DemonstrationOutcome, Sendable {
    package var results: [LineSceneResult]

    package init(_ results: [LineSceneResult]) {
        self.results = results
    }

    /// Every class on its line after each scene, both flows alive, no packet by the wrong line. Times do not count here.
    package var isCorrect: Bool { !results.isEmpty && results.allSatisfy(\.problems.isEmpty) }

    /// A table with a line for each scene, then what went wrong or has been shown. At most 80 columns.
    package var table: String {
        let head = ["scene", "result", "server on", "silent ms", "workstation on", "silent ms", "wrong line"]
        let rows = results.map { result in
            let places = zip(result.names, result.gaps).flatMap { [$0, "\($1.roundedMilliseconds)"] }
            return [result.scene.rawValue, result.problems.isEmpty ? "ok" : "WRONG"] + places + ["\(result.wrong)"]
        }
        let problems = results.flatMap { result in result.problems.map { "\(result.scene.rawValue): \($0)\n" } }
        return alignedColumns([head] + rows, onTheRight: [3, 5, 6]) + "\n" + problems.joined()
            + (isCorrect ? Self.correct : "NOT CORRECT\n")
    }

    private static let correct = """
        Correct: each class was on its line after each scene; both flows went on, each
        in one socket; no packet left by the wrong line.

        """

    /// One JSON object on one line.
    package var json: String {
        let scenes = results.map { result in
            JSONValue.object([
                .init("scene", .string(result.scene.rawValue)), .init("ok", .bool(result.problems.isEmpty)),
                .init("server", .string(result.names[0])), .init("workstation", .string(result.names[1])),
                .init("server_silent_ms", .number(result.gaps[0].roundedMilliseconds)),
                .init("workstation_silent_ms", .number(result.gaps[1].roundedMilliseconds)),
                .init("wrong_line", .number(Int64(result.wrong))),
                .init("problems", .array(result.problems.map { .string($0) })),
            ])
        }
        return JSONValue.object([.init("correct", .bool(isCorrect)), .init("scenes", .array(scenes))]).text + "\n"
    }
}

extension LineSceneResult {
    /// The line of the server, and that of the workstation.
    var names: [String] { lines.count == 2 ? lines.map(\.rawValue) : ["-", "-"] }

    /// The line that ends a scene's story.
    var sentence: String {
        guard problems.isEmpty else { return "WRONG: \(problems.joined(separator: "; "))" }
        return
            "ok: server on \(names[0]), silent \(gaps[0].roundedMilliseconds) ms at most; workstation on \(names[1]), "
            + "\(gaps[1].roundedMilliseconds) ms"
    }
}
