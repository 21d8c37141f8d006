// How resource scripts behave in a simulated world: how long they take, when they fail, when they hang.

import HeartbeatCore
import HeartbeatModel

/// The temper of all scripts of a run.
struct ScriptWorld: Hashable, Sendable {
    var duration: ClosedRange<Duration> = .milliseconds(1)...(.milliseconds(50))
    /// How long each call takes; what is not in it takes no time. `nil`: as `duration` says.
    var times: ScriptTimes?
    var startFailure = 0.0
    var stopFailure = 0.0
    /// Probability that a script never ends by itself.
    var hang = 0.0
    /// Keys of groups of which no start succeeds on the named node.
    var broken: [NodeName: Set<String>] = [:]
    /// Words of resources whose stop never succeeds on the named node.
    var stuck: [NodeName: Set<String>] = [:]
    /// Words of resources whose script cannot be run on the named node: it is missing, or not executable.
    var missing: [NodeName: Set<String>] = [:]

    /// How an action ends, and after what time.
    func outcome(
        of action: ResourceAction, on node: NodeName, isRunning: Bool, using random: inout SplitMix64
    ) -> (result: ActionResult, after: Duration) {
        if missing[node]?.contains(action.step.word) == true { return (.notRun(reason: "no such script"), .zero) }
        if random.chance(hang) { return (.timedOut, action.timeout) }
        var time = times.map { $0[action] } ?? random.duration(in: duration)
        // Looking is quick even where starting is slow.
        if action.verb == .status { time = min(time, action.timeout / 2) }
        guard time < action.timeout else { return (.timedOut, action.timeout) }
        switch action.verb {
        case .status:
            return (.exited(code: isRunning ? 0 : 3, output: isRunning ? "running\n" : "stopped\n"), time)
        case .start:
            let fails = broken[node]?.contains(action.groupKey) == true || random.chance(startFailure)
            return (.exited(code: fails ? 1 : 0, output: ""), time)
        case .stop:
            let fails = stuck[node]?.contains(action.step.word) == true || random.chance(stopFailure)
            return (.exited(code: fails ? 1 : 0, output: ""), time)
        }
    }

    /// Every script works from now on.
    mutating func heal() {
        startFailure = 0
        stopFailure = 0
        hang = 0
        broken = [:]
        stuck = [:]
        missing = [:]
    }

    /// No start of the group fails on the node for ever.
    func canStart(_ group: ResourceGroup, on node: NodeName) -> Bool {
        broken[node]?.contains(group.key) != true
            && !group.steps.contains { missing[node]?.contains($0.word) == true }
    }

    /// Some resource of the group does not stop on some node, ever.
    func isStuck(_ group: ResourceGroup) -> Bool {
        stuck.values.contains { words in group.steps.contains { words.contains($0.word) } }
    }
}
