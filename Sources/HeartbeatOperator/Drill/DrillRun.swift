// A drill, from the question to its end: it asks as other orders do, gives the groups away, looks after both nodes while they are there,
// and takes them back. Whatever goes wrong on the way, it tries to leave every group where it was.

import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

package struct DrillRun: Sendable {
    let places: Places
    private let set: HoldSet
    private let confirm: Confirm
    /// How long both nodes are watched after each order.
    let patience: Duration
    /// How long the groups stay away.
    let hold: Duration
    private let isForProgram: Bool
    let prober: any OutageProber

    package init(
        _ set: HoldSet, in places: Places, confirm: Confirm, patience: Duration, hold: Duration, isForProgram: Bool,
        prober: any OutageProber = LanProber()
    ) {
        self.set = set
        self.places = places
        self.confirm = confirm
        self.patience = patience
        self.hold = hold
        self.isForProgram = isForProgram
        self.prober = prober
    }

    package func report() -> DrillReport {
        let facts: NodeFacts
        switch FactsLook.take(places) {
        case .facts(let found): facts = found
        case .nothing(let failure, _): return DrillReport(.unknown, failure.sentence, remedy: failure.remedy)
        }
        let plan: DrillPlan
        switch DrillPlan.judge(set, facts, status(facts)) {
        case .plan(let found): plan = found
        case .refused(let reason, let remedy): return DrillReport(.refused, "refused: \(reason)", remedy: remedy)
        }
        if let obstacle = prober.obstacle(to: plan.groups.flatMap(\.addresses)) {
            return DrillReport(.refused, "refused: \(obstacle)", plan: plan, remedy: ["as root: hbctl drill"])
        }
        switch confirm.answer(to: plan.lines(holding: hold), isForProgram: isForProgram) {
        case .yes: break
        case .no: return DrillReport(.declined, "nothing was done", plan: plan)
        case .nobody:
            let failure = Confirm.nobodyToAsk
            return DrillReport(.usage, failure.sentence, plan: plan, remedy: failure.remedy)
        }
        var rehearsal = Rehearsal(self, plan, facts)
        return rehearsal.play()
    }

    func status(_ facts: NodeFacts) -> PairStatus {
        PairStatus(.answered(facts), of: places.node, asked: WallClock.unixMilliseconds)
    }
}

extension DrillPlan.Group {
    /// Its words of haresources that are addresses.
    var words: [String] { resources.filter { LastWordsReader.address($0) != nil } }
    var addresses: [ServiceAddress] { resources.compactMap(LastWordsReader.address) }
}
