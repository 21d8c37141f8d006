// A group runner with resources that really run or not, so that a test says what the scripts do and reads in which order
// they were called.

import HeartbeatModel

@testable import HeartbeatCore

/// One `GroupRunner`, its resources and the calls it made.
struct GroupOnHost {
    var runner: GroupRunner
    var now = Instant.zero
    /// Words of the resources that run.
    var running: Set<String> = []
    /// What a script answers instead of doing its work.
    var lies: [String: ActionResult] = [:]
    /// The action under way, as `verb word`.
    private(set) var pending: (verb: ResourceVerb, resource: ResourceStep)?
    /// Everything the runner said, calls included, since the last `takeHistory`.
    private(set) var history: [String] = []
    /// Two actions were under way at once.
    private(set) var overlapped = false

    init(_ words: String...) {
        runner = GroupRunner(group: Self.group(words))
    }

    init(_ runner: GroupRunner) {
        self.runner = runner
    }

    /// Words that begin with a digit are addresses.
    static func group(_ words: [String], monitor: Duration? = nil) -> ResourceGroup {
        let resources = words.map { word in
            Resource(
                word: word, scriptName: word, arguments: [],
                address: word.first?.isNumber == true ? ServiceAddress(bytes: [10, 0, 0, 1], text: word) : nil,
                monitorInterval: monitor)
        }
        return ResourceGroup(preferredNode: NodeName("alpha"), resources: resources, line: 1)
    }

    /// haresources has another line for it.
    mutating func redefine(_ words: String..., monitor: Duration? = nil) {
        runner.redefine(Self.group(words, monitor: monitor), now: now)
        note(runner.advance(now: now))
    }

    /// Somebody takes a resource away, and tells or not.
    mutating func lose(_ word: String, isTold: Bool) {
        for running in self.running where running.split(separator: " ").contains(Substring(word)) {
            self.running.remove(running)
        }
        if isTold { runner.lose(word) }
        note(runner.advance(now: now))
    }

    mutating func takeHistory() -> [String] {
        defer { history = [] }
        return history
    }

    /// Wants it or not, and lets the runner take its next step.
    mutating func want(_ wanted: Bool) {
        runner.want(wanted)
        note(runner.advance(now: now))
    }

    /// Lets time pass and the runner look at its timer.
    mutating func pass(_ duration: Duration) {
        now = now + duration
        note(runner.advance(now: now))
    }

    /// The action under way ends as the resource and its script have it.
    mutating func answer() {
        guard let (verb, resource) = pending else { return }
        answer(with: lies["\(verb.rawValue) \(resource.word)"] ?? truth(verb, resource.word))
    }

    mutating func answer(with result: ActionResult) {
        pending = nil
        note(runner.finished(result, now: now))
        note(runner.advance(now: now))
    }

    /// Answers until nothing is under way.
    mutating func settle() {
        while pending != nil { answer() }
    }

    private mutating func truth(_ verb: ResourceVerb, _ word: String) -> ActionResult {
        switch verb {
        case .start: running.insert(word)
        case .stop: running.remove(word)
        case .status: return .exited(code: 0, output: running.contains(word) ? "running\n" : "stopped\n")
        }
        return .exited(code: 0, output: "")
    }

    private mutating func note(_ outputs: [GroupRunner.Output]) {
        for output in outputs {
            if case .perform(let verb, let resource) = output {
                if pending != nil { overlapped = true }
                pending = (verb, resource)
            }
            history.append(output.summary)
        }
    }
}

extension GroupRunner.Output {
    /// `start web`, or what became known in capitals.
    var summary: String {
        switch self {
        case .perform(let verb, let resource): "\(verb.rawValue) \(resource.word)"
        case .changed(let change): change.summary
        case .trouble(let trouble, let step): "\(trouble.summary) \(step.word)"
        }
    }
}

extension GroupChange {
    fileprivate var summary: String {
        switch self {
        case .acquiring: "ACQUIRING"
        case .running: "RUNNING"
        case .releasing: "RELEASING"
        case .released: "RELEASED"
        case .failureForgotten: "FORGOTTEN"
        }
    }
}

extension GroupTrouble {
    fileprivate var summary: String {
        switch self {
        case .foundRunning: "FOUND"
        case .leftoverAddress: "LEFTOVER"
        case .startFailed: "START FAILED"
        case .checkFailed(_, let failures): "CHECK FAILED \(failures)"
        case .checkNotRun: "CHECK NOT RUN"
        case .addressRemoved(let times): "REMOVED \(times)"
        case .failedTooOften: "FAILED TOO OFTEN"
        case .stopRetry(_, let attempt, _): "RETRY \(attempt)"
        case .stopFailed: "STOP FAILED"
        case .stopFailureIgnored: "STOP FAILURE IGNORED"
        case .stopFailureReboots: "REBOOT"
        case .stopUnjustlyFailed: "STOP UNJUSTLY FAILED"
        }
    }
}

extension ActionResult {
    static let succeeded = ActionResult.exited(code: 0, output: "")
    static let failed = ActionResult.exited(code: 1, output: "")
    static let missing = ActionResult.notRun(reason: "no such script")

    static func said(_ text: String, code: Int32 = 0) -> ActionResult { .exited(code: code, output: text) }
}
