// From what a runner wants done to effects, and from a script's answer back to its runner.

import HeartbeatModel

extension ClusterCore {
    mutating func perform(_ outputs: [GroupRunner.Output], of index: Int, at now: Instant) {
        let group = runners[index].group
        for output in outputs {
            switch output {
            case .perform(let verb, let step):
                lastAction += 1
                let id = ActionID(generation: generation, number: lastAction)
                pendingActions[id] = index
                effects.append(
                    .perform(
                        ResourceAction(
                            groupKey: group.key, step: step, verb: verb,
                            timeout: configuration.actionTimeouts.timeout(for: verb),
                            peerIsAbsent: peer?.isActive != true), id))
            case .acquiring: notify(.acquiringGroup(group))
            case .running: notify(.groupRunning(group))
            case .releasing: notify(.releasingGroup(group))
            case .released: notify(.groupReleased(group))
            case .foundRunning(let step): notify(.foundRunning(group, step))
            case .startFailed(let step, let result): notify(.startFailed(group, step, result))
            case .checkFailed(let step, let result, let failures):
                notify(.checkFailed(group, step, result, failures: failures, limit: configuration.failureLimit))
            case .checkNotRun(let step, let result): notify(.checkNotRun(group, step, result))
            case .addressRemoved(let step, let times): notify(.addressRemoved(group, step, times: times))
            case .failedTooOften(let step): notify(.failedTooOften(group, step))
            case .failureForgotten: notify(.failureForgotten(group))
            case .stopRetry(let step, let result, let attempt):
                notify(.stopRetry(group, step, result, attempt: attempt))
            case .stopFailed(let step): notify(.stopFailed(group, step))
            case .stopFailureIgnored(let step): notify(.stopFailureIgnored(group, step))
            case .stopUnjustlyFailed(let step): notify(.stopUnjustlyFailed(group, step))
            case .rebootNeeded(let step):
                let notice = GroupNotice.stopFailureReboots(group, step)
                notify(notice)
                effects.append(.reboot(reason: notice.text))
            }
        }
    }

    /// Our own keepalive is overdue by more than an interval: we stood still, and the peer may have taken over meanwhile.
    /// Nothing is started before everything that arrived in that time has been read, which is when the timers expire.
    func isBehind(at now: Instant) -> Bool {
        guard let due = deadlines[.keepalive] else { return false }
        return now - due > configuration.keepalive
    }

    mutating func actionFinished(_ id: ActionID, _ result: ActionResult, at now: Instant) {
        // An answer to a question of an earlier incarnation, or a second answer, is nobody's.
        guard let index = pendingActions[id] else { return }
        guard !isBehind(at: now) else {
            unreadResults.append(UnreadResult(id: id, result: result))
            return
        }
        pendingActions[id] = nil
        instruct(index)
        perform(runners[index].finished(result, now: now), of: index, at: now)
    }

    private mutating func readResults(at now: Instant) {
        let unread = unreadResults
        unreadResults = []
        for entry in unread { actionFinished(entry.id, entry.result, at: now) }
    }

    mutating func expireResources(at now: Instant) {
        readResults(at: now)
        if deadlines.takeIfDue(.standbyTimeout, at: now) { transactionTimedOut() }
        if deadlines.takeIfDue(.orphan, at: now) { orphansAreOverdue() }
        if deadlines.takeIfDue(.conflict, at: now) { repeatQuestion(at: now) }
        if deadlines.takeIfDue(.stayQuestion, at: now) { stayQuestion = nil }
        if deadlines.takeIfDue(.failback, at: now) { isFailbackDue = true }
        if deadlines.takeIfDue(.tellTheDead, at: now) { tellTheDead(at: now) }
        if deadlines.takeIfDue(.shutdown, at: now) { hurryShutdown() }
    }
}
