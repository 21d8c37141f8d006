// A drill that has begun: two orders with a pause between them, each measured from before it is given until both nodes tell that it is
// done. It ends with every group where it was, or says which way it could not go.

import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

struct Rehearsal {
    private enum Way {
        case away
        case home
    }

    /// Between two looks.
    private static let pause = Duration.milliseconds(250)

    private let run: DrillRun
    private let plan: DrillPlan
    private let start = Instant.now
    private let signals = HeldSignals()
    private var report: DrillReport
    /// The last movement of each group that this node's daemon has told.
    private var timelines: [String: String]
    /// An address for which nobody answered although somebody served it.
    private var silent: String?

    init(_ run: DrillRun, _ plan: DrillPlan, _ facts: NodeFacts) {
        self.run = run
        self.plan = plan
        report = DrillReport(.done, "", plan: plan)
        report.groups = plan.groups.map { DrillReport.Group(key: $0.key, addresses: $0.words) }
        timelines = Dictionary(facts.groups.map { ($0.key, $0.timeline ?? "") }, uniquingKeysWith: { $1 })
    }

    mutating func play() -> DrillReport {
        let away = move(.away)
        switch away.outcome {
        case .done, .nothing: comeHome(because: silence ?? holdOut())
        case .refused: return DrillReport(.refused, away.sentence, plan: plan, remedy: away.remedy)
        case .unknown: end(.unknown, "\(away.sentence); groups may be on \(plan.taker)", away.remedy)
        case .undone, .unverified, .declined, .usage: settle(away)
        }
        report.took = .now - start
        let record = report.record(unixMilliseconds: WallClock.unixMilliseconds)
        if let error = DrillStore(in: run.places.state).store(record) {
            report.cautions.append("what came of it is not kept: \(error)")
        }
        return report
    }

    private mutating func end(_ outcome: DrillReport.Outcome, _ sentence: String, _ remedy: [String] = []) {
        (report.outcome, report.sentence, report.remedy) = (outcome, sentence, remedy)
    }

    // MARK: - Orders

    private mutating func move(_ way: Way) -> OrderReport {
        let isFromHere = plan.isFromHere == (way == .away)
        run.prober.begin(plan.groups.flatMap(\.addresses), isFromHere ? .fromHere : .toHere)
        let order = OrderRun(
            way == .away ? plan.away : plan.home, in: run.places, confirm: .yes, patience: run.patience,
            isForProgram: true
        ).report()
        note(run.prober.end(), way, isDone: Self.isDone(order))
        report.cautions += order.cautions.filter { !report.cautions.contains($0) }
        report.missing = order.missing
        return order
    }

    private static func isDone(_ order: OrderReport) -> Bool {
        switch order.outcome {
        case .done, .nothing: true
        case .declined, .refused, .undone, .unverified, .unknown, .usage: false
        }
    }

    private mutating func note(_ figures: [OutageFigure], _ way: Way, isDone: Bool) {
        let groups =
            if case .facts(let facts) = FactsLook.take(run.places) { facts.groups } else { [NodeFacts.Group]() }
        let (from, to) = way == .away ? (plan.giver, plan.taker) : (plan.taker, plan.giver)
        var rest = figures[...]
        for index in report.groups.indices {
            let group = report.groups[index]
            let own = Array(rest.prefix(group.addresses.count))
            rest = rest.dropFirst(group.addresses.count)
            let leg = DrillReport.Leg(from: from, to: to, own, part: part(of: group.key, groups))
            switch way {
            case .away: report.groups[index].away = leg
            case .home: report.groups[index].home = leg
            }
            if isDone, let place = own.firstIndex(where: { $0.found == .silent }) {
                silent = silent ?? group.addresses[place]
            }
        }
    }

    /// The movement that this node's daemon has told since the last look.
    private mutating func part(of key: String, _ groups: [NodeFacts.Group]) -> DrillReport.Part? {
        guard let text = groups.first(where: { $0.key == key })?.timeline, text != timelines[key],
            let timeline = GroupTimeline(text)
        else { return nil }
        timelines[key] = text
        return DrillReport.Part(timeline)
    }

    private var silence: String? {
        silent.map { "no station has answered for \($0) while \(plan.peer) served it" }
    }

    // MARK: - While they are away

    /// Why they come home before the time.
    private mutating func holdOut() -> String? {
        var watch = DrillWatch()
        let end = Instant.now + run.hold
        repeat {
            let rest = max(.zero, end - .now)
            if let name = signals.wait(atMost: min(rest, Self.pause)) { return "interrupted by \(name)" }
            switch FactsLook.take(run.places) {
            case .facts(let facts):
                if let reason = watch.judge(run.status(facts)) { return reason }
            // The way home tells.
            case .nothing(_, isSilent: true): break
            case .nothing(let failure, _): return failure.sentence
            }
        } while Instant.now < end
        return nil
    }

    // MARK: - The way home

    private mutating func comeHome(because reason: String?) {
        if let reason, case .facts(let facts) = FactsLook.take(run.places), !plan.hasPeer(in: facts) {
            return stayAlone(reason)
        }
        let order = move(.home)
        guard Self.isDone(order) else {
            let sentence = [reason, order.sentence].compactMap(\.self).joined(separator: "; ")
            return end(Self.outcome(of: order), sentence, ["hbctl status", "hbctl failback"])
        }
        let isOne = plan.groups.count == 1
        let groups = isOne ? plan.groups[0].key : "\(plan.groups.count) groups"
        if let reason = silence ?? reason {
            let back = "; \(groups) \(isOne ? "is" : "are") back on \(plan.giver)"
            return end(silent == nil ? .aborted : .undone, reason + back, ["hbctl status"])
        }
        end(
            .done,
            "done: \(groups) went to \(plan.taker) and \(isOne ? "is" : "are") back on \(plan.giver), as both nodes tell"
        )
    }

    /// Of a way that has not reached its end.
    private static func outcome(of order: OrderReport) -> DrillReport.Outcome {
        switch order.outcome {
        case .unverified: .unverified
        case .unknown: .unknown
        case .done, .nothing, .declined, .refused, .undone, .usage: .undone
        }
    }

    /// The other node cannot give anything back, nor get it.
    private mutating func stayAlone(_ reason: String) {
        guard plan.isFromHere else {
            return end(
                .aborted, "\(reason); \(plan.peer) is not there to get its groups back, \(plan.local) serves them",
                ["hbctl status"])
        }
        let limit = Instant.now + run.patience
        while Instant.now < limit {
            if case .facts(let facts) = FactsLook.take(run.places), plan.strays(in: facts).isEmpty {
                return end(
                    .aborted, "\(reason); \(plan.peer) could not give anything back, \(plan.local) has taken over",
                    ["hbctl status"])
            }
            _ = signals.wait(atMost: Self.pause)
        }
        end(
            .unverified,
            "\(reason); \(plan.peer) cannot give anything back, and \(plan.local) has not taken over in time",
            ["hbctl status"])
    }

    /// The way to the other node has not reached its end: what has gone comes back.
    private mutating func settle(_ away: OrderReport) {
        guard case .facts(let facts) = FactsLook.take(run.places), !plan.strays(in: facts).isEmpty else {
            return end(Self.outcome(of: away), away.sentence, ["hbctl status"])
        }
        guard plan.hasPeer(in: facts) else { return stayAlone(away.sentence) }
        let home = move(.home)
        let isHome = Self.isDone(home)
        end(
            isHome ? .undone : Self.outcome(of: home),
            "\(away.sentence); \(isHome ? "everything is back on \(plan.giver)" : home.sentence)", ["hbctl status"])
    }
}
