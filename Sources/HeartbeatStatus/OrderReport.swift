// What has become of an order, for people and for programs, and what the program that gave it ends with.

import HeartbeatModel

/// The end of an order.
package struct OrderReport: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// Both nodes have told that it is done.
        case done
        /// Everything was as it should be, and nothing was ordered.
        case nothing
        /// Whoever was asked whether it shall be did not say yes.
        case declined
        /// The daemon does not do it.
        case refused
        /// It was taken, and came to nothing.
        case undone
        /// It was taken, and both nodes have not told in time that it is done.
        case unverified
        /// The daemon does not answer.
        case unknown
        /// Nobody could be asked whether it shall be.
        case usage

        /// 0 done and seen on both nodes, 1 refused or undone, 2 not seen in time, 3 unknown, 64 for a wrong command line.
        var exitCode: Int32 {
            switch self {
            case .done, .nothing: 0
            case .declined, .refused, .undone: 1
            case .unverified: 2
            case .unknown: 3
            case .usage: 64
            }
        }
    }

    /// The word of the command line.
    package var command: String
    package var outcome: Outcome
    /// One sentence without a full stop.
    package var sentence: String
    package var plan: OrderPlan?
    /// What the daemon had to say although it took the order.
    package var cautions: [String] = []
    /// `unverified`: what both nodes have not told.
    package var missing: [String] = []
    package var remedy: [String] = []
    /// From the order until it was done, or was given up.
    package var took: Duration?

    package init(
        _ command: String, _ outcome: Outcome, _ sentence: String, plan: OrderPlan? = nil, remedy: [String] = []
    ) {
        self.command = command
        self.outcome = outcome
        self.sentence = sentence
        self.plan = plan
        self.remedy = remedy
    }

    package var exitCode: Int32 { outcome.exitCode }

    /// Without the plan, which is shown before.
    package var lines: [String] {
        let time = took.map { " (\($0.ageText))" } ?? ""
        return cautions.map { "!  \($0)" } + ["hbctl \(command): \(sentence)\(time)"] + missing.map { "!  \($0)" }
            + remedy.map { "   \($0)" }
    }

    /// As schemas/hbctl-order-1.json says it: one line and its end.
    package var json: String {
        return JSONValue.members([
            ("schema", .string("hbctl/order/1")), ("command", .string(command)), ("exit", .number(Int64(exitCode))),
            ("outcome", .string(outcome.rawValue)), ("sentence", .string(sentence)),
            ("node", .word(plan?.local.text)),
            ("plan", .array((plan?.moves ?? []).map(value))), ("notes", .words(plan?.notes ?? [])),
            ("cautions", .words(cautions)), ("missing", .words(missing)), ("remedy", .words(remedy)),
            ("took_s", .seconds(took, places: 3)),
        ]).text + "\n"
    }

    private func value(_ move: OrderPlan.Move) -> JSONValue {
        .object([
            .init("group", .string(move.key)), .init("from", move.from.map { .string($0.text) } ?? .null),
            .init("to", .string(move.to.text)), .init("stops", .array(move.stops.map { .string($0) })),
            .init("starts", .array(move.starts.map { .string($0) })),
        ])
    }
}
