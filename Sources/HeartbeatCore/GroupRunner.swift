// One resource group on this node: brings it, action by action, to where it is wanted. Starts run left to right, stops
// right to left, one action at a time. What is wanted may change at any moment; the action under way is always finished
// first, because a script that is interrupted half-way leaves nobody knowing what is running.

import HeartbeatModel

/// The ordered start and stop of one group.
struct GroupRunner: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case stopped
        /// Looking whether the resource at `index` already runs, or starting it.
        case acquiring(index: Int, verb: ResourceVerb)
        case running
        /// Stopping the resource at `index`, or – after the last attempt – looking whether it still runs.
        case releasing(index: Int, attempt: Int, verb: ResourceVerb)
        /// A start failed and everything was released again.
        case failed
        /// The resource at `index` will not stop.
        case stopFailed(index: Int)
    }

    /// What the runner wants done or known.
    enum Output: Hashable {
        case perform(ResourceVerb, Resource)
        case acquiring
        case running
        case releasing
        case released
        case startFailed(Resource, ActionResult)
        case stopRetry(Resource, ActionResult, attempt: Int)
        case stopFailed(Resource)
        /// `stop` kept failing although `status` says that it does not run.
        case stopUnjustlyFailed(Resource)
    }

    /// The original tries ten times more, a second apart.
    static let stopAttempts = 11
    private static let stopRetryDelay = Duration.seconds(1)
    /// A resource that would not stop is asked again at this pace.
    private static let stopFailedDelay = Duration.seconds(30)

    let group: ResourceGroup
    private(set) var phase = Phase.stopped
    private(set) var isWanted = false
    /// An action is under way; nothing else happens before its answer.
    private(set) var isBusy = false
    /// The release under way ends in `.failed`.
    private var isGivingUp = false
    private var retryAt: Instant?
    /// Resources that ran, or were told to start, at any time: for these a stop that cannot even be called is serious.
    private var touched: Set<Int> = []

    init(group: ResourceGroup) {
        self.group = group
    }

    /// Nothing of the group runs here, and nothing is about to.
    var isReleased: Bool {
        switch phase {
        case .stopped, .failed: !isBusy
        case .acquiring, .running, .releasing, .stopFailed: false
        }
    }

    /// It is where it is wanted, or cannot get there.
    var isSettled: Bool {
        switch phase {
        case .stopped: !isWanted
        case .running: isWanted
        case .failed: true
        case .stopFailed: true
        case .acquiring, .releasing: false
        }
    }

    var isInTransition: Bool {
        switch phase {
        case .acquiring, .releasing: true
        case .stopped, .running, .failed, .stopFailed: false
        }
    }

    var deadline: Instant? { retryAt }

    mutating func want(_ wanted: Bool) {
        isWanted = wanted
    }

    /// Lets a group that failed to start be tried again.
    mutating func forgetFailure() {
        if phase == .failed { phase = .stopped }
    }

    /// Takes the next step towards what is wanted, unless an action is under way.
    mutating func advance(now: Instant) -> [Output] {
        guard !isBusy else { return [] }
        switch (phase, isWanted) {
        case (.stopped, true):
            return [.acquiring] + check(0)
        case (.running, false):
            isGivingUp = false
            return [.releasing] + stop(group.resources.count - 1, attempt: 1)
        case (.stopFailed, true):
            retryAt = nil
            return [.acquiring] + check(0)
        case (.releasing, true) where !isGivingUp:
            retryAt = nil
            return [.acquiring] + check(0)
        case (.releasing(let index, let attempt, _), _):
            guard let due = retryAt, due <= now else { return [] }
            retryAt = nil
            return stop(index, attempt: attempt)
        case (.stopFailed(let index), false):
            guard let due = retryAt, due <= now else { return [] }
            retryAt = nil
            return stop(index, attempt: 1)
        case (.stopped, false), (.running, true), (.failed, _), (.acquiring, _):
            return []
        }
    }

    /// Takes the answer to the action under way.
    mutating func finished(_ result: ActionResult, now: Instant) -> [Output] {
        precondition(isBusy, "answer for \(group.key), which has no action under way: \(phase)")
        isBusy = false
        switch phase {
        case .acquiring(let index, .status):
            return finishedCheck(index, result)
        case .acquiring(let index, _):
            return finishedStart(index, result)
        case .releasing(let index, let attempt, .stop):
            return finishedStop(index, attempt: attempt, result, now: now)
        case .releasing(let index, _, _):
            return finishedLastCheck(index, result, now: now)
        case .stopped, .running, .failed, .stopFailed:
            preconditionFailure("\(group.key) had an action under way in \(phase)")
        }
    }

    // MARK: - Acquiring

    private mutating func finishedCheck(_ index: Int, _ result: ActionResult) -> [Output] {
        guard isWanted else { return turnBack() }
        if result.saysRunning {
            touched.insert(index)
            return next(after: index)
        }
        phase = .acquiring(index: index, verb: .start)
        touched.insert(index)
        return perform(.start, index)
    }

    private mutating func finishedStart(_ index: Int, _ result: ActionResult) -> [Output] {
        guard result.isSuccess else {
            isGivingUp = true
            return [.startFailed(group.resources[index], result), .releasing]
                + stop(group.resources.count - 1, attempt: 1)
        }
        guard isWanted else { return turnBack() }
        return next(after: index)
    }

    private mutating func next(after index: Int) -> [Output] {
        guard index + 1 < group.resources.count else {
            phase = .running
            return [.running]
        }
        return check(index + 1)
    }

    private mutating func check(_ index: Int) -> [Output] {
        phase = .acquiring(index: index, verb: .status)
        return perform(.status, index)
    }

    private mutating func turnBack() -> [Output] {
        isGivingUp = false
        return [.releasing] + stop(group.resources.count - 1, attempt: 1)
    }

    // MARK: - Releasing

    private mutating func finishedStop(_ index: Int, attempt: Int, _ result: ActionResult, now: Instant) -> [Output] {
        if result.isSuccess { return stopped(index) }
        // A script that is missing cannot have started anything, so it need not delay the release.
        if case .notRun = result, !touched.contains(index) { return stopped(index) }
        guard attempt < Self.stopAttempts else {
            phase = .releasing(index: index, attempt: attempt, verb: .status)
            return perform(.status, index)
        }
        phase = .releasing(index: index, attempt: attempt + 1, verb: .stop)
        retryAt = now + Self.stopRetryDelay
        return [.stopRetry(group.resources[index], result, attempt: attempt)]
    }

    private mutating func finishedLastCheck(_ index: Int, _ result: ActionResult, now: Instant) -> [Output] {
        guard result.provesStopped else {
            phase = .stopFailed(index: index)
            retryAt = now + Self.stopFailedDelay
            return [.stopFailed(group.resources[index])]
        }
        return [.stopUnjustlyFailed(group.resources[index])] + stopped(index)
    }

    private mutating func stopped(_ index: Int) -> [Output] {
        guard index > 0 else {
            phase = isGivingUp ? .failed : .stopped
            isGivingUp = false
            touched = []
            return [.released]
        }
        // Wanted again meanwhile: no need to stop the rest first.
        if isWanted && !isGivingUp { return [.acquiring] + check(0) }
        return stop(index - 1, attempt: 1)
    }

    private mutating func stop(_ index: Int, attempt: Int) -> [Output] {
        phase = .releasing(index: index, attempt: attempt, verb: .stop)
        return perform(.stop, index)
    }

    private mutating func perform(_ verb: ResourceVerb, _ index: Int) -> [Output] {
        isBusy = true
        return [.perform(verb, group.resources[index])]
    }
}

extension ActionResult {
    /// `start` and `stop` are judged by exit code 0 and nothing else (observed).
    var isSuccess: Bool {
        switch self {
        case .exited(let code, _): code == 0
        case .signalled, .timedOut, .notRun: false
        }
    }

    /// `status` is judged by its text and nothing else (observed).
    var saysRunning: Bool {
        switch self {
        case .exited(_, let output): statusTextMeansRunning(output)
        case .signalled, .timedOut, .notRun: false
        }
    }

    /// A `status` that gave no answer proves nothing: only a text that does not say "running" does.
    var provesStopped: Bool {
        switch self {
        case .exited(_, let output): !statusTextMeansRunning(output)
        case .signalled, .timedOut, .notRun: false
        }
    }
}
