// Gives an order, as every order is given: what it comes to is shown and asked about, then the daemon is asked to do it, then both
// nodes are watched until they tell that it is done. It never says "done" for what it has not seen.

import Glibc
import HeartbeatControl
import HeartbeatModel
import HeartbeatStatus

/// One order, from the question to its end.
package struct OrderRun: Sendable {
    /// Between two looks.
    private static let pause: useconds_t = 250_000
    /// How long a daemon may be silent while it carries out what it has taken: a handover keeps a small machine busy.
    private static let longestSilence: Duration = .seconds(10)

    private let places: Places
    private let order: PairOrder
    private let confirm: Confirm
    /// How long both nodes are watched after the order was taken.
    private let patience: Duration
    private let isForProgram: Bool

    package init(
        _ order: PairOrder, in places: Places, confirm: Confirm, patience: Duration, isForProgram: Bool
    ) {
        self.order = order
        self.places = places
        self.confirm = confirm
        self.patience = patience
        self.isForProgram = isForProgram
    }

    package func report() -> OrderReport {
        let facts: NodeFacts
        switch FactsLook.take(places) {
        case .facts(let found): facts = found
        case .nothing(let failure, _):
            return OrderReport(order.word, .unknown, failure.sentence, remedy: failure.remedy)
        }
        let plan = OrderPlan(order, facts)
        if let obstacle = plan.obstacle {
            return OrderReport(order.word, .refused, "refused: \(obstacle)", plan: plan)
        }
        guard !plan.steps.isEmpty else {
            return OrderReport(order.word, .nothing, "everything is as it should be, nothing was ordered", plan: plan)
        }
        switch confirm.answer(to: plan.lines, isForProgram: isForProgram) {
        case .yes: break
        case .no: return OrderReport(order.word, .declined, "nothing was done", plan: plan)
        case .nobody:
            let failure = Confirm.nobodyToAsk
            return OrderReport(order.word, .usage, failure.sentence, plan: plan, remedy: failure.remedy)
        }
        return carryOut(plan, facts)
    }

    private func carryOut(_ plan: OrderPlan, _ facts: NodeFacts) -> OrderReport {
        let start = Instant.now
        var before = facts
        var cautions: [String] = []
        for step in plan.steps {
            if let report = give(step.deed, plan, &cautions) ?? watch(step.goal, &before, plan, since: start) {
                return end(report, cautions, since: start)
            }
        }
        let report = OrderReport(order.word, .done, "done, as both nodes tell", plan: plan)
        return end(report, cautions, since: start)
    }

    private func end(_ report: OrderReport, _ cautions: [String], since start: Instant) -> OrderReport {
        var report = report
        report.cautions = cautions
        if report.outcome != .refused { report.took = Instant.now - start }
        return report
    }

    // MARK: - Ordering

    /// - Returns: `nil` when the daemon has taken it.
    private func give(_ deed: OrderPlan.Deed, _ plan: OrderPlan, _ cautions: inout [String]) -> OrderReport? {
        let request: ControlRequest =
            switch deed {
            case .operation(let request): .operation(request)
            case .maintenance(let maintenance): .maintenance(maintenance)
            }
        do throws(ControlFailure) {
            let reply = try ControlClient(runDirectory: places.run).ask(request)
            let words = reply.errors.map(Self.plain)
            guard reply.exitCode == ControlExit.success else {
                let reason = words.first ?? "the daemon does not say why"
                return OrderReport(order.word, .refused, "refused: \(reason)", plan: plan)
            }
            cautions += words
            return nil
        } catch {
            var report = OrderReport(order.word, .unknown, "\(error)", plan: plan, remedy: ["hbctl status"])
            if case .silent = error { report.sentence += "; whether it has taken the order is not known" }
            return report
        }
    }

    /// The daemon's words without the mark that `cl_status` puts a date before.
    private static func plain(_ line: String) -> String {
        ["ERROR: ", "warning: "].first(where: line.hasPrefix).map { String(line.dropFirst($0.count)) } ?? line
    }

    // MARK: - Watching

    /// - Returns: `nil` when both nodes have told that it is done; `before` is how they are then.
    private func watch(
        _ goal: PairWatch.Goal, _ before: inout NodeFacts, _ plan: OrderPlan, since start: Instant
    ) -> OrderReport? {
        var watch = PairWatch(goal, before: before)
        let taken = Instant.now
        var lastHeard = taken
        while true {
            let facts: NodeFacts
            switch FactsLook.take(places) {
            case .facts(let found): (facts, lastHeard) = (found, .now)
            case .nothing(_, isSilent: true) where Instant.now - lastHeard < Self.longestSilence: continue
            case .nothing(let failure, _):
                return OrderReport(
                    order.word, .unknown, "the order was taken, then: \(failure.sentence)", plan: plan,
                    remedy: failure.remedy)
            }
            switch watch.judge(facts, after: Instant.now - taken) {
            case .done:
                before = facts
                return nil
            case .undone(let reason):
                return OrderReport(order.word, .undone, reason, plan: plan, remedy: ["hbctl status"])
            case .alone:
                var report = OrderReport(
                    order.word, .unverified, "done on \(plan.local), and \(plan.peer) is not there to tell", plan: plan)
                report.missing = watch.missing(in: facts)
                return report
            case .goesOn: break
            }
            guard Instant.now - start < patience else { return unverified(watch, facts, plan) }
            usleep(Self.pause)
        }
    }

    private func unverified(_ watch: PairWatch, _ facts: NodeFacts, _ plan: OrderPlan) -> OrderReport {
        let time = "\(patience.components.seconds) s"
        var report = OrderReport(
            order.word, .unverified, "the order was taken, and within \(time) both nodes have not told that it is done",
            plan: plan, remedy: ["it goes on, only the waiting has ended: hbctl status"])
        report.missing = watch.missing(in: facts)
        return report
    }
}
