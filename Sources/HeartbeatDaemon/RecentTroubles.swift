// The last warnings of the log and which of them are over, so that nobody has to search the log for them. It only listens: what is
// logged, and how often, is not decided here.

import HeartbeatCore
import HeartbeatModel

/// The last facts that were warnings or worse, each once.
struct RecentTroubles {
    static let most = 32

    private struct Trouble {
        var fact: Fact
        var first: Instant
        var last: Instant
        var count = 1
        var healed: Instant?
    }

    /// The one that was logged longest ago first.
    private var troubles: [Trouble] = []

    /// Takes a line of the log.
    mutating func note(_ fact: Fact, at now: Instant) {
        heal(by: fact, at: now)
        guard fact.level >= .warning else { return }
        var new = Trouble(fact: fact, first: now, last: now)
        let old = troubles.firstIndex { $0.fact.event == fact.event && $0.fact.identifying == fact.identifying }
        if let old {
            let known = troubles.remove(at: old)
            if known.healed == nil { (new.first, new.count) = (known.first, known.count + 1) }
        } else if troubles.count >= Self.most {
            // What is over is missed least.
            troubles.remove(at: troubles.firstIndex { $0.healed != nil } ?? 0)
        }
        troubles.append(new)
    }

    private mutating func heal(by fact: Fact, at now: Instant) {
        guard let healed = Self.healed(by: fact) else { return }
        for index in troubles.indices where troubles[index].healed == nil {
            let trouble = troubles[index].fact
            guard healed.contains(trouble.event), Self.areAboutTheSame(trouble, fact) else { continue }
            troubles[index].healed = now
        }
    }

    /// Where both name something of a kind, it is the same. Sets are not compared: what both nodes claimed need not be what one has now.
    private static func areAboutTheSame(_ trouble: Fact, _ fact: Fact) -> Bool {
        fact.identifying.allSatisfy { field in
            field.name == .set
                || trouble.identifying.allSatisfy { $0.name != field.name || $0.value == field.value }
        }
    }

    /// The events that end with this one; `nil` for most.
    private static func healed(by fact: Fact) -> [String]? {
        if fact.event == FactEvent.statusUpdate.rawValue {
            let isDead = fact.fields.contains { $0.name == .status && $0.value == NodeStatus.dead.rawValue }
            return isDead ? nil : [FactEvent.nodeDead.rawValue, FactEvent.blind.rawValue]
        }
        return healedByEvent[fact.event]
    }

    private static let healedByEvent: [String: [String]] = {
        let core: [(FactEvent, [FactEvent])] = [
            (.linkUp, [.linkDead]), (.interfaceRecovered, [.interfaceLost]),
            (.pathRecovered, [.pathLost, .pathStillLost, .pathRelapsed, .pathMissed]), (.pathKnown, [.pathUnknown]),
            (.pathGroupRecovered, [.pathGroupLost]), (.partnerAgrees, [.partnerDenies]),
            (.groupRunning, [.startFailed, .checkFailed, .failedTooOften, .addressRemoved, .stopFailed, .stopRetry]),
            (.groupReleased, [.stopFailed, .stopRetry]), (.sameFiles, [.differentFiles, .unlistedFile]),
            (.mediaMended, [.mediaCut, .onlyKernelServes]), (.leaseHeld, [.leaseDark]),
            (.conflictEnded, [.bothHold, .yielding]), (.maintenanceOff, [.maintenanceOn]),
        ]
        let shell: [(ShellEvent, [ShellEvent])] = [
            (.mediumOpen, [.mediumFailed]), (.mediumRecovered, [.mediumFailed]),
            (.neighboursAgree, [.neighbourDisagrees]), (.leaseComplete, [.leaseProblem]), (.lineUp, [.lineDown]),
            (.historyKept, [.historyNotKept]), (.lineProbeGood, [.lineProbeLost]),
            (.lanBack, [.lanLost, .lanUnreachable]),
        ]
        var table: [String: [String]] = [:]
        for (end, troubles) in core { table[end.rawValue] = troubles.map(\.rawValue) }
        for (end, troubles) in shell { table[end.rawValue] = troubles.map(\.rawValue) }
        return table
    }()

    /// What kind of thing a field of the journal names: `HA_GROUP` a `group`.
    static func kind(of name: Fact.Field.Name) -> String { name.rawValue.dropFirst(3).lowercased() }

    /// For whoever asks; the newest first.
    func facts(at now: Instant) -> [NodeFacts.Trouble] {
        troubles.reversed().map { trouble in
            let level: NodeFacts.Trouble.Level =
                switch trouble.fact.level {
                case .info, .warning: .warning
                case .error: .error
                case .critical: .critical
                }
            let objects = trouble.fact.identifying.map { field in
                NodeFacts.Trouble.Object(kind: Self.kind(of: field.name), name: field.value)
            }
            var fact = NodeFacts.Trouble(
                code: trouble.fact.event, level: level, objects: objects, text: trouble.fact.text,
                age: now - trouble.last)
            fact.first = now - trouble.first
            fact.count = trouble.count
            fact.healed = trouble.healed.map { now - $0 }
            return fact
        }
    }
}
