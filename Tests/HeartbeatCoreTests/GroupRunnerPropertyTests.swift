// The rules of a group under random scripts and random changes of mind, over thousands of seeds: nothing overlaps, nothing
// starts before its left neighbour, and once the scripts behave everything comes to rest where it is wanted.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct GroupRunnerPropertyTests {
    /// One seed's run: the runner, its world, and what the rules need to remember.
    private struct Run {
        var random: SplitMix64
        var host: GroupOnHost
        /// Words whose script has shown that they run, since they were last stopped.
        var proven: Set<String> = []
        var broken: [String] = []
        /// In some runs no stop succeeds; by chance alone eleven in a row would never fail.
        let isStubborn: Bool

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            isStubborn = seed.isMultiple(of: 7)
            var policy = GroupRunner.Policy()
            policy.failureLimit = Int(seed % 3)
            let monitor = seed.isMultiple(of: 5) ? nil : Duration.seconds(5)
            host = GroupOnHost(
                GroupRunner(
                    group: GroupOnHost.group(["a", "b", "c"], monitor: monitor), policy: policy,
                    looksFirst: seed.isMultiple(of: 4)))
        }

        mutating func answer(_ result: ActionResult) {
            guard let (verb, resource) = host.pending else { return }
            switch verb {
            // Nothing is known anew, so what was known counts on.
            case .status where host.runner.phase.name == "checking" && result == .missing: break
            case .start where result.isSuccess, .status where result.saysRunning: proven.insert(resource.word)
            case .start, .status, .stop: proven.remove(resource.word)
            }
            host.answer(with: result)
            checkStart()
        }

        /// A start may be under way only when all left neighbours are known to run, and nothing else at all.
        mutating func checkStart() {
            if host.overlapped { broken.append("two actions at once") }
            guard let (verb, resource) = host.pending, verb == .start else { return }
            let words = host.runner.group.resources.map(\.word)
            let left = words.prefix { $0 != resource.word }
            if !proven.isSuperset(of: left) { broken.append("start \(resource.word) with only \(proven.sorted())") }
        }

        mutating func disturb() {
            switch Int.random(in: 0..<14, using: &random) {
            case 10: host.lose(["a", "b", "c"][Int.random(in: 0..<3, using: &random)], isTold: true)
            case 11 where Int.random(in: 0..<5, using: &random) == 0: redefine()
            case 0, 1: host.want(Bool.random(using: &random))
            case 2: host.pass(.milliseconds(Int.random(in: 0...40_000, using: &random)))
            case 3 where host.runner.phase == .failed: host.runner.forgetFailure()
            default: answer(stubbornResult() ?? randomResult())
            }
            checkStart()
        }

        mutating func redefine() {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: host.redefine("a", "b", "c")
            case 1: host.redefine("a", "c", monitor: .seconds(2))
            case 2: host.redefine("a", "b", "c", "d")
            default: host.redefine("a", "d", "b", monitor: .seconds(7))
            }
        }

        /// While releasing: `stop` fails, and `status` says that it is right.
        func stubbornResult() -> ActionResult? {
            guard isStubborn, host.runner.phase.name == "releasing", let (verb, _) = host.pending else { return nil }
            return verb == .stop ? .failed : .said("running")
        }

        mutating func randomResult() -> ActionResult {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: .failed
            case 1: .timedOut
            case 2: .missing
            case 3: .signalled(9)
            case 4: .said("not running")
            case 5, 6: .said("running")
            default: .succeeded
            }
        }

        /// The scripts behave from now on; a resource runs when it was last proven to.
        mutating func recover(wanted: Bool) {
            if host.runner.phase == .failed { host.runner.forgetFailure() }
            host.want(wanted)
            for _ in 0..<60 {
                if let (verb, resource) = host.pending {
                    answer(verb == .status ? .said(proven.contains(resource.word) ? "running" : "down") : .succeeded)
                } else if host.runner.isRunning, wanted {
                    return
                } else if let due = host.runner.deadline {
                    host.pass(due - host.now)
                } else {
                    // A start may still have failed before the scripts began to behave.
                    host.runner.forgetFailure()
                    host.want(wanted)
                    if host.pending == nil { return }
                }
            }
            broken.append("does not come to rest: \(host.runner.phase)")
        }
    }

    @Test(arguments: [0..<1500, 10_000..<11_500] as [Range<UInt64>])
    func everySeedKeepsTheRules(seeds: Range<UInt64>) {
        var visited: Set<String> = []
        for seed in seeds {
            var run = Run(seed: seed)
            for _ in 0..<200 {
                run.disturb()
                visited.insert(run.host.runner.phase.name)
            }
            let wanted = seed.isMultiple(of: 2)
            run.recover(wanted: wanted)
            #expect(run.broken.isEmpty, "seed \(seed): \(run.broken)")
            #expect(run.host.runner.phase == (wanted ? .running : .stopped), "seed \(seed)")
            #expect(run.proven == (wanted ? Set(run.host.runner.group.resources.map(\.word)) : []), "seed \(seed)")
        }
        // A run that never saw a failure would prove nothing.
        #expect(
            visited == [
                "unknown", "looking", "checking", "stopped", "acquiring", "running", "releasing", "failed",
                "stopFailed",
            ])
    }
}

extension GroupRunner.Phase {
    fileprivate var name: String {
        switch self {
        case .unknown: "unknown"
        case .looking: "looking"
        case .checking: "checking"
        case .restoring: "restoring"
        case .stopped: "stopped"
        case .acquiring: "acquiring"
        case .running: "running"
        case .releasing: "releasing"
        case .failed: "failed"
        case .stopFailed: "stopFailed"
        }
    }
}
