// One resource group on this node: brings it, action by action, to where it is wanted, and keeps it there. Starts run left to
// right, stops right to left, one action at a time. What is wanted may change at any moment; the action under way is always
// finished first, because a script that is interrupted half-way leaves nobody knowing what is running.
//
//   unknown ── looking ──▶ stopped ◀───────────────── releasing ◀──────┐
//                 │           │                        ▲  │  ▲         │
//        found running        └─▶ acquiring ──▶ running ──┘  │      stopFailed
//                 └───────────────────────────────│──────────┘
//                                                 └ checking, restoring; failed is a stopped that is not wanted here
//
// A step that fails while the group runs is restarted with everything right of it; a line of haresources that has changed is
// brought in the same way, from the first step that differs.

import HeartbeatModel

/// The ordered start and stop of one group.
package struct GroupRunner: Hashable, Codable, Sendable {
    package enum Phase: Hashable, Codable, Sendable {
        /// Nobody has looked yet what an earlier run of the daemon left up.
        case unknown
        /// Looking whether the step at `index` runs; right to left.
        case looking(index: Int)
        case stopped
        /// Looking whether the step at `index` already runs, or starting it.
        case acquiring(index: Int, verb: ResourceVerb)
        case running
        /// It runs, and the step at `index` is asked whether that is still true.
        case checking(index: Int)
        /// It runs, and the address step at `index` is put back.
        case restoring(index: Int)
        /// Stopping the step at `index`, or – after the last attempt – looking whether it still runs.
        case releasing(index: Int, attempt: Int, verb: ResourceVerb)
        /// It would not start, or not stay up, and everything was released again.
        case failed
        /// The step at `index` will not stop.
        case stopFailed(index: Int)
    }

    /// What is done about failures.
    struct Policy: Hashable, Codable, Sendable {
        var onStopFailure = StopFailurePolicy.stay
        /// Local restarts within `failureWindow`.
        var failureLimit = 3
        var failureWindow = Duration.seconds(3600)
    }

    /// The original tries ten times more, a second apart.
    static let stopAttempts = 11
    private static let stopRetryDelay = Duration.seconds(1)
    /// A step that would not stop is asked again at this pace.
    private static let stopFailedDelay = Duration.seconds(30)

    let id: GroupID
    private(set) var group: ResourceGroup
    var policy: Policy
    /// haresources does not have it any more, at least not for this node.
    var isRetired = false
    package private(set) var phase: Phase
    private var instruction = Instruction()
    /// An action is under way; nothing else happens before its answer.
    package private(set) var isBusy = false
    /// A stop that fails is not tried again.
    private(set) var isInHurry = false
    private(set) var care = GroupCare()
    /// The release under way ends in `.failed`.
    private var isGivingUp = false
    /// The release under way goes down to this step, and then up again.
    private var turningPoint: Int?
    /// What haresources says by now; taken up as soon as what differs is stopped.
    private var newGroup: ResourceGroup?
    /// When a stop is tried again, or a failure forgotten.
    private var retryAt: Instant?
    /// Steps that ran, or whose start did, and that have not been stopped since: for these a stop that cannot even be called
    /// is serious.
    private(set) var touched: Set<Int> = []
    /// It was at rest, and something of it was found up.
    private var isSuspect = false
    /// An operator wants the peer to run it; it stops here, and counts as failed.
    package var gift: Gift?

    /// - Parameter looksFirst: nobody knows what runs here; find out, and stop what does.
    init(id: GroupID, group: ResourceGroup, policy: Policy = Policy(), looksFirst: Bool = false) {
        self.id = id
        self.group = group
        self.policy = policy
        phase = looksFirst ? .unknown : .stopped
    }

    // MARK: - Where it is

    /// Nothing of the group runs here, and nothing is about to.
    var isReleased: Bool {
        switch phase {
        case .stopped, .failed: !isBusy
        case .unknown, .looking, .acquiring, .running, .checking, .restoring, .releasing, .stopFailed: false
        }
    }

    /// All of it runs here, as far as anybody knows.
    var isRunning: Bool {
        switch phase {
        case .running, .checking, .restoring: true
        case .unknown, .looking, .stopped, .acquiring, .releasing, .failed, .stopFailed: false
        }
    }

    /// It runs, at least in part, and nothing more is done about it.
    var hasGivenUpStopping: Bool {
        isInHurry && hasStopFailed
    }

    /// One of its steps will not stop.
    var hasStopFailed: Bool {
        if case .stopFailed = phase { true } else { false }
    }

    /// The line of haresources as it is by now.
    var line: ResourceGroup { newGroup ?? group }

    /// What it runs, if it runs anything, is not what haresources says.
    var isOutdated: Bool { isRetired || newGroup != nil }

    /// Part of it is being stopped to be started again.
    var isRepairing: Bool { turningPoint != nil }

    /// When `advance` has something to do that only time brings.
    var deadline: Instant? {
        switch phase {
        case .running: care.nextCheck(mayRestore: instruction.mayRestore)
        case .failed: instruction.isAdoptedByPeer ? nil : retryAt
        case .stopFailed: isInHurry ? nil : retryAt
        case .unknown, .looking: nil
        case .stopped, .acquiring, .checking, .restoring, .releasing: retryAt
        }
    }

    // MARK: - What is wanted

    package var isWanted: Bool { instruction.isWanted }

    mutating func want(_ instruction: Instruction) {
        self.instruction = instruction
    }

    /// Lets a group that failed be tried again.
    mutating func forgetFailure() {
        guard phase == .failed else { return }
        phase = .stopped
        retryAt = nil
        gift = nil
        care.forgetFailures()
    }

    /// From now on each stop is tried once.
    mutating func hurry() {
        isInHurry = true
    }

    /// It has failed here, in the life of a daemon that is gone or before the nodes were parted.
    mutating func recallFailure(at now: Instant) {
        guard phase == .stopped, !isBusy else { return }
        phase = .failed
        retryAt = now + policy.failureWindow
    }

    /// Somebody has taken away the resource that is written `word`.
    mutating func lose(_ word: String) {
        guard let index = group.steps.firstIndex(where: { $0.resources.contains { $0.word == word } }) else { return }
        switch phase {
        case .running, .checking, .restoring: care.lose(word, of: index)
        // What is started later finds it missing, what is released does not miss it; of what is being started nobody knows
        // which came first.
        case .acquiring(let current, _): if index <= current { care.lose(word, of: index) }
        case .unknown, .looking, .stopped, .releasing, .failed, .stopFailed: break
        }
    }

    /// Something of it is up although nothing should be: it is looked at as at the beginning. What failed stays so.
    mutating func suspect() {
        guard isReleased, !isWanted else { return }
        (isSuspect, isGivingUp) = (true, phase == .failed)
        phase = .unknown
    }

    /// haresources has another line for the group: same key, same node.
    mutating func redefine(_ new: ResourceGroup, now: Instant) {
        guard !group.runsLike(new) else {
            group = new
            newGroup = nil
            // The intervals may differ.
            if isRunning { care.begin(group.steps, now: now) }
            return
        }
        newGroup = new
        if let point = turningPoint { turningPoint = min(point, group.commonSteps(with: new)) }
    }

    // MARK: - Moving

    /// Takes the next step towards what is wanted, unless an action is under way.
    mutating func advance(now: Instant) -> [Output] {
        guard !isBusy else { return [] }
        switch (phase, isWanted) {
        case (.unknown, _):
            return look(group.steps.count - 1)
        case (.stopped, true):
            adoptNewGroup()
            return [.changed(.acquiring)] + check(0)
        case (.running, false):
            return turnBack()
        case (.running, true):
            if gift != nil { return giveUp() }
            return newGroup != nil && instruction.mayChange ? changeOver(now: now) : attend(now: now)
        case (.stopFailed, true) where !isGivingUp && newGroup == nil:
            retryAt = nil
            return [.changed(.acquiring)] + check(0)
        case (.releasing, true) where !isGivingUp && turningPoint == nil && newGroup == nil:
            retryAt = nil
            return [.changed(.acquiring)] + check(0)
        case (.releasing(let index, let attempt, _), _):
            guard takeRetry(now: now) || isInHurry else { return [] }
            return stop(index, attempt: attempt)
        case (.stopFailed(let index), _):
            guard !isInHurry, takeRetry(now: now) else { return [] }
            return stop(index, attempt: 1)
        case (.failed, _):
            guard !instruction.isAdoptedByPeer, takeRetry(now: now) || newGroup != nil else { return [] }
            forgetFailure()
            adoptNewGroup()
            return [.changed(.failureForgotten)] + (isWanted ? [.changed(.acquiring)] + check(0) : [])
        case (.stopped, false):
            adoptNewGroup()
            return []
        case (.looking, _), (.acquiring, _), (.checking, _), (.restoring, _):
            return []
        }
    }

    /// Takes the answer to the action under way.
    mutating func finished(_ result: ActionResult, now: Instant) -> [Output] {
        precondition(isBusy, "answer for \(group.key), which has no action under way: \(phase)")
        isBusy = false
        switch phase {
        case .looking(let index):
            return finishedLook(index, result)
        case .acquiring(let index, .status):
            return finishedCheckBeforeStart(index, result, now: now)
        case .acquiring(let index, _):
            return finishedStart(index, result, now: now)
        case .checking(let index):
            return finishedCheck(index, result, now: now)
        case .restoring(let index):
            return finishedRestore(index, result, now: now)
        case .releasing(let index, let attempt, .stop):
            return finishedStop(index, attempt: attempt, result, now: now)
        case .releasing(let index, _, _):
            return finishedLastCheck(index, result, now: now)
        case .unknown, .stopped, .running, .failed, .stopFailed:
            preconditionFailure("\(group.key) had an action under way in \(phase)")
        }
    }

    private mutating func takeRetry(now: Instant) -> Bool {
        guard let due = retryAt, due <= now else { return false }
        retryAt = nil
        return true
    }

    private mutating func adoptNewGroup() {
        guard let newGroup else { return }
        group = newGroup
        self.newGroup = nil
    }

    private mutating func perform(_ verb: ResourceVerb, _ index: Int) -> [Output] {
        isBusy = true
        return [.perform(verb, group.steps[index])]
    }

    // MARK: - Looking what is there

    private mutating func look(_ index: Int) -> [Output] {
        phase = .looking(index: index)
        return perform(.status, index)
    }

    private mutating func finishedLook(_ index: Int, _ result: ActionResult) -> [Output] {
        var outputs: [Output] = []
        if result.saysRunning || mayRun(index, result) {
            touched.insert(index)
            let isLeftover = isSuspect && group.steps[index].isAddresses
            outputs.append(.trouble(isLeftover ? .leftoverAddress : .foundRunning, of: group.steps[index]))
        }
        if index > 0 { return outputs + look(index - 1) }
        isSuspect = false
        guard !touched.isEmpty else {
            phase = isGivingUp ? .failed : .stopped
            isGivingUp = false
            return outputs
        }
        return outputs + stop(group.steps.count - 1, attempt: 1)
    }

    /// A status that hangs proves nothing, nor does a kernel that has some addresses of a step; what may run is stopped.
    private func mayRun(_ index: Int, _ result: ActionResult) -> Bool {
        switch result {
        case .timedOut: true
        case .notRun: group.steps[index].isAddresses
        case .exited, .signalled: false
        }
    }

    // MARK: - Acquiring

    private mutating func finishedCheckBeforeStart(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        guard isWanted, newGroup == nil else { return turnBack() }
        if result.saysRunning {
            touched.insert(index)
            return next(after: index, now: now)
        }
        return start(index)
    }

    private mutating func start(_ index: Int) -> [Output] {
        phase = .acquiring(index: index, verb: .start)
        return perform(.start, index)
    }

    private mutating func finishedStart(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        if !result.changedNothing { touched.insert(index) }
        guard result.isSuccess else {
            return [.trouble(.startFailed(result), of: group.steps[index])] + giveUp()
        }
        guard isWanted, newGroup == nil else { return turnBack() }
        return next(after: index, now: now)
    }

    private mutating func next(after index: Int, now: Instant) -> [Output] {
        guard index + 1 < group.steps.count else {
            phase = .running
            care.begin(group.steps, now: now)
            return [.changed(.running)]
        }
        return check(index + 1)
    }

    /// Scripts are asked before they are told to start, as the original does; the kernel need not be.
    private mutating func check(_ index: Int) -> [Output] {
        if group.steps[index].isAddresses { return start(index) }
        phase = .acquiring(index: index, verb: .status)
        return perform(.status, index)
    }

    private mutating func turnBack() -> [Output] {
        isGivingUp = false
        gift = nil
        turningPoint = nil
        return [.changed(.releasing)] + stop(group.steps.count - 1, attempt: 1)
    }

    /// Everything is stopped, and is not started here again.
    private mutating func giveUp() -> [Output] {
        isGivingUp = true
        return [.changed(.releasing)] + stop(group.steps.count - 1, attempt: 1)
    }

    // MARK: - Running

    private mutating func attend(now: Instant) -> [Output] {
        if instruction.mayRestore, let (index, words, isHopeless) = care.takeLost(now: now) {
            let step = group.steps[index]
            guard step.isAddresses, !isHopeless else { return failed(index, .exited(code: 7, output: ""), now: now) }
            phase = .restoring(index: index)
            guard !care.isRetrying else { return perform(.start, index) }
            let lost = ResourceStep(step.resources.filter { words.contains($0.word) })
            return [.trouble(.addressRemoved(times: care.timesRemoved), of: lost)] + perform(.start, index)
        }
        guard let index = care.takeDueCheck(group.steps, now: now) else { return [] }
        phase = .checking(index: index)
        return perform(.status, index)
    }

    private mutating func finishedRestore(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        phase = .running
        guard !result.isSuccess else {
            care.restored()
            return []
        }
        let words = Set(group.steps[index].resources.map(\.word))
        return care.restoreFailed(words, of: index, now: now) ? [] : failed(index, result, now: now)
    }

    private mutating func finishedCheck(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        phase = .running
        if result.saysRunning { return [] }
        if group.steps[index].isAddresses {
            for resource in group.steps[index].resources { care.lose(resource.word, of: index) }
            return attend(now: now)
        }
        // A script that is missing, or a machine that is out of processes, says nothing about the service.
        if case .notRun = result { return [.trouble(.checkNotRun(result), of: group.steps[index])] }
        return failed(index, result, now: now)
    }

    /// The step at `index` does not run any more.
    private mutating func failed(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        let step = group.steps[index]
        let count = care.failed(now: now, window: policy.failureWindow)
        guard count <= policy.failureLimit else {
            return [.trouble(.failedTooOften, of: step)] + giveUp()
        }
        turningPoint = min(index, newGroup.map { group.commonSteps(with: $0) } ?? index)
        return [.trouble(.checkFailed(result, failures: count), of: step)] + stop(group.steps.count - 1, attempt: 1)
    }

    /// Stops what the new line has otherwise, and starts again from there. Addresses it has in addition are brought up
    /// beside those that are up: nothing that runs can depend on them yet.
    private mutating func changeOver(now: Instant) -> [Output] {
        guard let newGroup else { return [] }
        if let (index, added) = group.addedAddresses(in: newGroup) {
            group = group.replacingStep(at: index, by: newGroup.steps[index])
            phase = .restoring(index: index)
            isBusy = true
            return [.perform(.start, added)]
        }
        let old = group.steps
        let same = group.commonSteps(with: newGroup)
        guard same < old.count else {
            care.end()
            return turn(at: same, now: now)
        }
        turningPoint = same
        return stop(old.count - 1, attempt: 1)
    }

    // MARK: - Releasing

    private mutating func finishedStop(_ index: Int, attempt: Int, _ result: ActionResult, now: Instant) -> [Output] {
        if result.isSuccess { return stopped(index, now: now) }
        // A script that cannot be run has not started anything either, so it need not delay the release.
        if result.changedNothing, !touched.contains(index) { return stopped(index, now: now) }
        guard attempt < Self.stopAttempts, !isInHurry else {
            phase = .releasing(index: index, attempt: attempt, verb: .status)
            return perform(.status, index)
        }
        phase = .releasing(index: index, attempt: attempt + 1, verb: .stop)
        retryAt = now + Self.stopRetryDelay
        return [.trouble(.stopRetry(result, attempt: attempt, limit: Self.stopAttempts), of: group.steps[index])]
    }

    private mutating func finishedLastCheck(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        let step = group.steps[index]
        if result.provesStopped { return [.trouble(.stopUnjustlyFailed, of: step)] + stopped(index, now: now) }
        if policy.onStopFailure == .release {
            return [.trouble(.stopFailureIgnored, of: step)] + stopped(index, now: now)
        }
        phase = .stopFailed(index: index)
        turningPoint = nil
        retryAt = now + Self.stopFailedDelay
        return [.trouble(policy.onStopFailure == .reboot ? .stopFailureReboots : .stopFailed, of: step)]
    }

    private mutating func stopped(_ index: Int, now: Instant) -> [Output] {
        touched.remove(index)
        let isTurningPoint = turningPoint == index
        if isTurningPoint { turningPoint = nil }
        if isWanted, !isGivingUp {
            if isTurningPoint { return turn(at: index, now: now) }
            // Wanted again meanwhile: no need to stop the rest first.
            if turningPoint == nil, newGroup == nil, index > 0 { return [.changed(.acquiring)] + check(0) }
        }
        if index > 0 { return stop(index - 1, attempt: 1) }
        phase = isGivingUp ? .failed : .stopped
        retryAt = isGivingUp ? now + (gift == nil ? policy.failureWindow : Gift.patience) : nil
        isGivingUp = false
        turningPoint = nil
        return [.changed(.released)]
    }

    /// Everything from `index` on is stopped, everything left of it runs.
    private mutating func turn(at index: Int, now: Instant) -> [Output] {
        if instruction.mayChange { adoptNewGroup() }
        return index < group.steps.count ? check(index) : next(after: index - 1, now: now)
    }

    private mutating func stop(_ index: Int, attempt: Int) -> [Output] {
        care.end()
        retryAt = nil
        phase = .releasing(index: index, attempt: attempt, verb: .stop)
        return perform(.stop, index)
    }
}
