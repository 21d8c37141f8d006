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
            case .acquiring: effects.notify(.acquiringGroup(group))
            case .running: effects.notify(.groupRunning(group))
            case .releasing: effects.notify(.releasingGroup(group))
            case .released: effects.notify(.groupReleased(group))
            case .foundRunning(let step): effects.notify(.foundRunning(group, step))
            case .startFailed(let step, let result): effects.notify(.startFailed(group, step, result))
            case .checkFailed(let step, let result, let failures):
                effects.notify(
                    .checkFailed(group, step, result, failures: failures, limit: configuration.failureLimit))
            case .checkNotRun(let step, let result): effects.notify(.checkNotRun(group, step, result))
            case .addressRemoved(let step, let times): effects.notify(.addressRemoved(group, step, times: times))
            case .failedTooOften(let step): effects.notify(.failedTooOften(group, step))
            case .failureForgotten: effects.notify(.failureForgotten(group))
            case .stopRetry(let step, let result, let attempt):
                effects.notify(.stopRetry(group, step, result, attempt: attempt))
            case .stopFailed(let step): effects.notify(.stopFailed(group, step))
            case .stopFailureIgnored(let step): effects.notify(.stopFailureIgnored(group, step))
            case .stopUnjustlyFailed(let step): effects.notify(.stopUnjustlyFailed(group, step))
            case .rebootNeeded(let step):
                let notice = GroupNotice.stopFailureReboots(group, step)
                effects.notify(notice)
                effects.append(.reboot(reason: notice.text))
            }
        }
    }
}
