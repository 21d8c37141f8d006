// From what a group's runner wants done to effects, and from a script's answer back to its runner.

import HeartbeatModel

extension LocalNode {
    /// Tells each group what it is to do, and lets it take its next step.
    mutating func move(_ decisions: [Decision], at now: Instant) {
        guard !isBehind(at: now) else { return }
        for decision in decisions {
            groups.instruct(decision.group, decision.instruction)
            perform(groups.advance(decision.group, at: now), of: decision.group)
        }
    }

    /// Takes the answer of the group's script call.
    mutating func finished(_ action: ActionID, _ result: ActionResult, of id: GroupID, at now: Instant) {
        perform(groups.finished(action, result, at: now), of: id)
    }

    private mutating func perform(_ outputs: [GroupRunner.Output], of id: GroupID) {
        guard !outputs.isEmpty else { return }
        let group = groups[id].group
        for output in outputs {
            switch output {
            case .perform(let verb, let step):
                let action = ResourceAction(
                    groupKey: group.key, step: step, verb: verb,
                    timeout: configuration.actionTimeouts.timeout(for: verb), peerIsAbsent: !peerIsActive)
                effects.append(.perform(action, groups.begin(id)))
            case .changed(let change):
                effects.notify(Fact(change, of: group), .group(group.key, change))
            case .trouble(let trouble, let step):
                let fact = Fact(trouble, of: step, in: group, failureLimit: configuration.failureLimit)
                effects.notify(fact, .groupTrouble(group.key, trouble, of: step))
                if trouble == .stopFailureReboots { effects.append(.reboot(reason: fact.text)) }
            }
        }
    }
}
