// Predictions for programs: one JSON object, as schemas/hbctl-plan-1.json says. Every key is always there; what nobody knows is `null`.

import HeartbeatModel

package struct PlanJSON {
    private let node: NodeName
    private let predictions: [Prediction]
    private let exitCode: Int32

    package init(_ prediction: Prediction, of node: NodeName) {
        self.node = node
        predictions = [prediction]
        exitCode = prediction.exitCode
    }

    package init(_ matrix: PlanMatrix, of node: NodeName) {
        self.node = node
        predictions = matrix.predictions
        exitCode = matrix.exitCode
    }

    /// One line and its end.
    package var text: String {
        JSONValue.members([
            ("schema", .string("hbctl/plan/1")), ("node", .string(node.text)), ("exit", .number(Int64(exitCode))),
            ("plans", .array(predictions.map(plan))),
        ]).text + "\n"
    }

    private func plan(_ plan: Prediction) -> JSONValue {
        let isKnown = plan.obstacle == nil
        return .members([
            ("events", .words(plan.events.map(\.text))), ("headline", .string(plan.headline)),
            ("exit", .number(Int64(plan.exitCode))), ("outcome", .string(plan.short)),
            ("cannot_tell", .word(plan.obstacle)), ("goal_s", .seconds(plan.goal, places: 3)),
            ("keeps_goal", isKnown ? .bool(plan.exitCode == 0) : .null), ("groups", .array(plan.groups.map(group))),
            ("lines", .array(plan.lines.map(line))), ("notes", .words(plan.notes)),
        ])
    }

    private func group(_ group: Prediction.Group) -> JSONValue {
        .members([
            ("group", .string(group.key)), ("from", .word(group.from?.text)), ("to", .word(group.to?.text)),
            ("owners", .words(group.owners.map(\.text))), ("away_s", .seconds(group.away, places: 3)),
            ("back_s", .seconds(group.back, places: 3)), ("at_least", .bool(group.isAtLeast)),
            ("lost", .bool(group.isLost)),
            ("on_both_s", .seconds(group.onBoth, places: 3)),
        ])
    }

    private func line(_ line: Prediction.Line) -> JSONValue {
        .members([
            ("at_s", .seconds(line.at, places: 3)), ("node", .word(line.node?.text)),
            ("kind", .string(line.kind.rawValue)),
            ("what", .string(line.what)), ("known_from", line.knownFrom.isEmpty ? .null : .string(line.knownFrom)),
            ("group", .word(line.group)), ("words", .words(line.words)),
        ])
    }
}
