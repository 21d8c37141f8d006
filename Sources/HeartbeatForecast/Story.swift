// The lines that are told of a play: what a person at the log would call the turning points, each with the directive, rule or measurement
// that it follows from.

import HeartbeatCore
import HeartbeatModel
import HeartbeatSimulator

final class Story {
    private struct Run: Hashable {
        var node: NodeName
        var group: String
        var verb: ResourceVerb
    }

    private(set) var lines: [Prediction.Line] = []
    /// Keys of groups of which a script ran that has never run here.
    private(set) var unknownGroups: Set<String> = []
    private(set) var notes: [String] = []
    private let configuration: Configuration
    private let learned: LearnedDurations
    /// Words of the scripts of a start or a stop that is under way.
    private var runs: [Run: [String]] = [:]
    /// Of these it is no news that they are silent.
    private var stopped: Set<NodeName> = []

    init(_ configuration: Configuration, _ learned: LearnedDurations) {
        self.configuration = configuration
        self.learned = learned
    }

    func begin(_ event: PairEvent, at time: Duration) {
        if case .stop(let node) = event { stopped.insert(node) }
        if case .boot(let node) = event { stopped.remove(node) }
        lines.append(
            Prediction.Line(at: time, node: event.node, kind: .event, what: event.line(configuration), knownFrom: ""))
    }

    func take(_ sight: PairSight, of node: NodeName, at time: Duration) {
        switch sight {
        case .told(let fact): tell(fact, node, time)
        case .replied(.refused(let reason)): add(time, node, "refuses: \(reason)", "core, live state")
        case .replied(.accepted), .replied(.acceptedWithCaution): break
        case .began(let action): noteUnknown(action)
        case .ended(let action, let result): ended(action, result, node, time)
        }
    }

    func noteGuardian(of node: NodeName, at time: Duration) {
        add(time, node, "its guardian removes the addresses", "guardian")
    }

    private func add(_ time: Duration, _ node: NodeName, _ what: String, _ ground: String) {
        let line = Prediction.Line(at: time, node: node, kind: .verdict, what: what, knownFrom: ground)
        // What a node says again says nothing more.
        if !lines.contains(where: { $0.node == node && $0.what == what }) { lines.append(line) }
    }

    // MARK: - Scripts

    private func noteUnknown(_ action: ResourceAction) {
        guard action.verb != .status, learned.known(action.step.resources[0].word, action.verb) == 0 else { return }
        unknownGroups.insert(action.groupKey)
        let word = action.step.resources[0].word
        let timeout = configuration.actionTimeouts.timeout(for: action.verb)
        let verb = learned.known(word, action.verb == .start ? .stop : .start) == 0 ? "" : " \(action.verb.rawValue)"
        let note = "\(word)\(verb): never run here; its timeout is \(timeout.whole)"
        if !notes.contains(where: { $0.hasPrefix("\(word):") || $0 == note }) { notes.append(note) }
    }

    private func ended(_ action: ResourceAction, _ result: ActionResult, _ node: NodeName, _ time: Duration) {
        guard action.verb != .status else { return }
        let run = Run(node: node, group: action.groupKey, verb: action.verb)
        guard case .exited(0, _) = result else {
            add(time, node, "\(action.step.word) does not \(action.verb.rawValue)", "it has failed there before")
            return
        }
        runs[run, default: []].append(action.step.word)
    }

    /// A group is up, or down: the scripts that were run for it are one line.
    private func finish(_ key: String, _ verb: ResourceVerb, _ node: NodeName, _ time: Duration) {
        guard let words = runs.removeValue(forKey: Run(node: node, group: key, verb: verb)), !words.isEmpty else {
            return
        }
        let isStart = verb == .start
        lines.append(
            Prediction.Line(
                at: time, node: node, kind: isStart ? .started : .stopped,
                what: "\(isStart ? "started" : "stopped") \(words.joined(separator: " "))",
                knownFrom: ground(key, verb), group: key, words: words))
    }

    private func ground(_ key: String, _ verb: ResourceVerb) -> String {
        let steps = configuration.groups.first { $0.key == key }?.steps ?? []
        let counts = steps.map { learned.known($0.resources[0].word, verb) }
        guard let least = counts.min(), let most = counts.max(), most > 0 else { return "never run here" }
        if least == 0 { return "partly never run here" }
        return "p95 of \(least) run\(least == 1 ? "" : "s")"
    }

    // MARK: - What the nodes say

    private func tell(_ fact: Fact, _ node: NodeName, _ time: Duration) {
        guard let event = FactEvent(rawValue: fact.event) else { return }
        if event == .groupRunning || event == .groupReleased {
            if let group = fact.value(.group) { finish(group, event == .groupRunning ? .start : .stop, node, time) }
        } else if let (what, ground) = words(event, fact) {
            add(time, node, what, ground)
        }
    }

    /// What a fact comes to, and what that follows from; `nil` where it says nothing that a reader needs.
    private func words(_ event: FactEvent, _ fact: Fact) -> (what: String, ground: String)? {
        let live = "core, live state"
        let other = fact.value(.peer) ?? ""
        switch event {
        case .interfaceLost, .pathLost, .pathGroupLost: return watched(fact, isLost: true)
        case .interfaceRecovered, .pathRecovered, .pathGroupRecovered: return watched(fact, isLost: false)
        case .nodeDead:
            if stopped.contains(NodeName(other)) { return nil }
            return ("\(other) counts as dead", "deadtime \(configuration.deadtime.whole)")
        case .quickDeath: return ("the kernel of \(other) answers nowhere", "quick_death, lease")
        case .healthMoving: return ("the other node is better off: hands over", live)
        case .healthStaying: return ("the other node is no better off: stays", live)
        case .healthCannotMove: return ("cannot hand over just now", live)
        case .mediaCut: return ("hears \(other) only beside the media", "veto")
        case .onlyKernelServes: return ("only the kernel of \(other) answers", "veto")
        case .blind: return ("has no carrier at all and waits", "veto blind=\(configuration.veto.blind.rawValue)")
        case .leaseDark: return ("answers for no address any more", "lease")
        case .bothHold: return ("both nodes hold groups", live)
        case .yielding: return ("yields", live)
        case .failbackWaits: return ("gives nothing back yet", "failback_delay")
        case .standbyRefused, .standbyFailed, .standbyUnanswered: return (fact.text, live)
        case .failedTooOften: return ("\(fact.value(.group) ?? "a group") failed too often here", "failure_limit")
        case .linkUp, .linkDead, .unknownNode, .notUnderstood, .replay, .namesake, .lockedOut, .unanswered,
            .packetsLost, .nothingMissing, .packetIrretrievable, .stalled, .localStatus, .statusUpdate, .lateHeartbeat,
            .returnedAfterPartition, .peerRestarted, .differentNodes, .differentGroups, .ownOnBoth, .differentFiles,
            .unlistedFile, .sameFiles, .peerKernelLives, .quickDeathUnsure, .quickDeathWasWrong, .mediaMended,
            .communicationUp, .reconfigured, .peerShutDown, .shuttingDown, .allReleased, .shutdownComplete,
            .shutdownUnfinished, .leaseHeld, .peerDark, .takingOverAll, .localResourcesAcquired, .remoteStable,
            .conflictEnded, .nobodyHolds, .adoptingGroup, .moveOrdered, .moveTakenBack, .acquiringFromLeaver,
            .startingUnstopped, .standbyOffered, .standbyIgnored, .standbyAccepted, .standbyGivingUp, .standbyAcquiring,
            .standbyTakenBack, .standbyTakerSilent, .standbyExpired, .interfaceOnTrial, .pathMissed, .pathStillLost,
            .pathRelapsed, .pathUnknown, .pathKnown, .partnerDenies, .partnerAgrees, .pairsApart, .maintenanceOn,
            .maintenanceOff, .groupAcquiring, .groupRunning, .groupReleasing, .groupReleased, .foundRunning,
            .leftoverAddress, .startFailed, .checkFailed, .checkNotRun, .addressRemoved, .failureForgotten, .stopRetry,
            .stopFailed, .stopFailureIgnored, .stopFailureReboots, .stopUnjustlyFailed, .groupAdded, .groupRemoved:
            return nil
        }
    }

    private func watched(_ fact: Fact, isLost: Bool) -> (what: String, ground: String) {
        let name = fact.value(.interface) ?? fact.value(.path) ?? ""
        let what = isLost ? "\(name) counts as lost" : "\(name) counts again"
        if let rule = configuration.interfaces.first(where: { $0.interface == name }) {
            return (what, isLost ? "debounce=\(rule.debounce.short)" : "up=\(rule.recovery.short)")
        }
        if let probe = configuration.probes.first(where: { $0.name == name }) {
            return (what, isLost ? "fall=\(probe.fall)" : "rise=\(probe.rise)")
        }
        return (what, "probe_group")
    }
}

extension Duration {
    /// As ha.cf has it: `100ms`, `5s`.
    fileprivate var short: String {
        let count = milliseconds
        return count % 1000 == 0 ? "\(count / 1000)s" : "\(count)ms"
    }
}
