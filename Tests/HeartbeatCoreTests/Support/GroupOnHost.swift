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
    private(set) var pending: (verb: ResourceVerb, resource: Resource)?
    /// Everything the runner said, calls included, since the last `takeHistory`.
    private(set) var history: [String] = []
    /// Two actions were under way at once.
    private(set) var overlapped = false

    init(_ words: String...) {
        let resources = words.map { Resource(word: $0, scriptName: $0, arguments: []) }
        runner = GroupRunner(group: ResourceGroup(preferredNode: NodeName("alpha"), resources: resources, line: 1))
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
    /// `start web`, or the fact in capitals.
    var summary: String {
        switch self {
        case .perform(let verb, let resource): "\(verb.rawValue) \(resource.word)"
        case .acquiring: "ACQUIRING"
        case .running: "RUNNING"
        case .releasing: "RELEASING"
        case .released: "RELEASED"
        case .startFailed(let resource, _): "START FAILED \(resource.word)"
        case .stopRetry(let resource, _, let attempt): "RETRY \(attempt) \(resource.word)"
        case .stopFailed(let resource): "STOP FAILED \(resource.word)"
        case .stopUnjustlyFailed(let resource): "STOP UNJUSTLY FAILED \(resource.word)"
        }
    }
}

extension ActionResult {
    static let succeeded = ActionResult.exited(code: 0, output: "")
    static let failed = ActionResult.exited(code: 1, output: "")
    static let missing = ActionResult.notRun(reason: "no such script")

    static func said(_ text: String, code: Int32 = 0) -> ActionResult { .exited(code: code, output: text) }
}
