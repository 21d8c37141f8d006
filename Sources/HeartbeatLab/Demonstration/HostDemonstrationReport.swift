// The results of the demonstration of three hosts as a table for people and as JSON for programs. The same facts in both.

import HeartbeatModel

/// Prints results and says whether they are good.
package struct HostDemonstrationReport: DemonstrationOutcome, Sendable {
    package var results: [HostSceneResult]

    package init(_ results: [HostSceneResult]) {
        self.results = results
    }

    /// The right host alone after each scene, and never two. Times do not count here.
    package var isCorrect: Bool { !results.isEmpty && results.allSatisfy(\.problems.isEmpty) }

    /// A table with a line for each scene, then what went wrong or has been shown. At most 80 columns.
    package var table: String {
        let head = ["scene", "result", "serves", "client waits ms", "two owners ms"]
        let rows = results.map { result in
            [
                result.scene.rawValue, result.problems.isEmpty ? "ok" : "WRONG", result.owner ?? "-",
                "\(result.outage.roundedMilliseconds)", "\(result.shared.roundedMilliseconds)",
            ]
        }
        let problems = results.flatMap { result in result.problems.map { "\(result.scene.rawValue): \($0)\n" } }
        return alignedColumns([head] + rows, onTheRight: [3, 4]) + "\n" + problems.joined()
            + (isCorrect ? Self.correct : "NOT CORRECT\n")
    }

    private static let correct = """
        Correct: the right host served alone after each scene, and at no moment had two
        hosts a roving address.

        """

    /// One JSON object on one line.
    package var json: String {
        let scenes = results.map { result in
            JSONValue.object([
                .init("scene", .string(result.scene.rawValue)), .init("ok", .bool(result.problems.isEmpty)),
                .init("serves", .string(result.owner ?? "-")),
                .init("client_waits_ms", .number(result.outage.roundedMilliseconds)),
                .init("two_owners_ms", .number(result.shared.roundedMilliseconds)),
                .init("problems", .array(result.problems.map { .string($0) })),
            ])
        }
        return JSONValue.object([.init("correct", .bool(isCorrect)), .init("scenes", .array(scenes))]).text + "\n"
    }
}

extension HostSceneResult {
    /// The line that ends a scene's story.
    var sentence: String {
        guard problems.isEmpty else { return "WRONG: \(problems.joined(separator: "; "))" }
        return "ok: \(owner ?? "-") serves, and nobody else; the client waited for \(outage.roundedMilliseconds) ms"
    }
}
