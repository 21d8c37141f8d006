// The calls that two pairs made of the same scripts in the same scenes: what one did and the other did not.

/// What the scripts of one pair saw.
struct PairCalls: Sendable {
    /// Scene by scene, node by node.
    private(set) var scenes: [(scene: LifeScene, nodes: [[ScriptCall]])] = []

    mutating func add(_ scene: LifeScene, _ nodes: [[ScriptCall]]) {
        scenes.append((scene, nodes))
    }

    var all: [ScriptCall] { scenes.flatMap { $0.nodes.joined() } }

    /// Scene by scene, node by node: the starts and stops that changed something, group by group. The original also stops
    /// what does not run.
    var changes: [[String]] {
        var running: [Set<String>] = [[], []]
        return scenes.map { scene, nodes in
            if case .powerLoss(let node) = scene { running[node] = [] }
            return nodes.enumerated().map { node, calls in Self.changes(calls, &running[node]) }
        }
    }

    /// Groups move side by side; within a group the order counts.
    private static func changes(_ calls: [ScriptCall], _ running: inout Set<String>) -> String {
        var words: [[String]] = [[], []]
        for call in calls where !call.isHook {
            let group = call.script == "back" ? 1 : 0
            switch call.verb {
            case "start": if running.insert(call.script).inserted { words[group].append(call.words) }
            case "stop": if running.remove(call.script) != nil { words[group].append(call.words) }
            default: break
            }
        }
        return words.map { $0.joined(separator: ", ") }.filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

/// One row of the comparison.
struct CallRow: Hashable, Sendable {
    var subject: String
    /// Empty when nothing differs but what is declared.
    var problems: [String]
    /// Declared differences that were seen, with their reasons.
    var declared: [String] = []

    var verdict: String { problems.isEmpty ? (declared.isEmpty ? "same" : "declared") : "WRONG" }
}

/// Compares the calls of a pair of originals with those of a pair of ours.
struct CallComparison: Sendable {
    var original: PairCalls
    var own: PairCalls
    var failback = Failback.on

    /// Variables that differ, and why.
    static let declared: [String: String] = {
        var reasons = [
            "PATH": "the same; our programs lie elsewhere in the laboratory",
            "HA_RSCTMP": "notes of our scripts are in /run/swift-heartbeat, where only root may write",
            "HA_ACTION_ID": "ours alone: by it what a script has left behind is found",
            "HA_DONTASK": "here for each start without the other node; there only for a node's own groups",
            "HA_NICEFAILBACK": "here for each start; there not in a handover",
            "HA_COMPRESSION": "messages are not compressed",
            "HA_DEBUGLOG": "a file that is not wanted is not called /dev/null",
            "HA_LOGFACILITY": "without one it is not set, there it is empty",
            "HA_DIR": "one path, with one slash or two",
            "HA_RCDIR": "one path, with one slash or two",
            "HA_RESOURCEDIR": "one path, with one slash or two",
        ]
        for name in OwnText.additions { reasons["HA_\(name)"] = "a directive of ours" }
        for name in fieldsOfMessages {
            reasons["HA_\(name)"] = "of the message that has led to the call: there in some calls, by chance"
        }
        return reasons
    }()

    private static let fieldsOfMessages = [
        "t", "src", "st", "dt", "protocol", "seq", "hg", "ts", "ld", "ttl", "auth", "dest", "ipaddr", "ok", "weown",
        "info", "rsc_hold", "rtype", "isstable", "OSTATUS",
    ]

    var rows: [CallRow] {
        var rows: [CallRow] = []
        let changes = (original.changes, own.changes)
        for (index, (there, here)) in zip(original.scenes, own.scenes).enumerated() {
            for node in there.nodes.indices {
                let subject = "\(mode)\(there.scene.name), node \(node + 1)"
                rows.append(difference(subject, [changes.0[index][node]], [changes.1[index][node]]))
                rows.append(hooks("\(subject), hooks", there.nodes[node], here.nodes[node]))
            }
        }
        for verb in ["status", "start", "stop"] {
            let (there, here) = (scripts(verb, original), scripts(verb, own))
            rows.append(words("\(mode)words of \(verb)", there, here))
            rows.append(directories("\(mode)working directory of \(verb)", there, here))
            rows += environment("\(mode)environment of \(verb)", there, here)
        }
        return rows
    }

    private var mode: String { failback == .on ? "" : "\(failback.rawValue): " }

    private func scripts(_ verb: String, _ pair: PairCalls) -> [ScriptCall] {
        pair.all.filter { !$0.isHook && $0.verb == verb }
    }

    // MARK: Rows

    /// Which events ran a hook; how often depends on how often each node says the same.
    private func hooks(_ subject: String, _ there: [ScriptCall], _ here: [ScriptCall]) -> CallRow {
        let (one, other) = (Self.events(there), Self.events(here))
        return CallRow(
            subject: subject,
            problems: one.subtracting(other).sorted().map { "only there: \($0)" }
                + other.subtracting(one).sorted().map { "only here: \($0)" })
    }

    /// Which of the other's first statuses a node hears while both start is chance.
    private static func events(_ calls: [ScriptCall]) -> Set<String> {
        let hooks = calls.filter { $0.isHook && !["init", "up"].contains($0.environment["HA_st"]) }
        return Set(
            hooks.map { call in
                let names = ["HA_t", "HA_src", "HA_st", "HA_dest"]
                let facts = names.compactMap { name in call.environment[name].map { "\(name)=\($0)" } }
                return ([call.words] + facts).joined(separator: " ")
            })
    }

    private func words(_ subject: String, _ there: [ScriptCall], _ here: [ScriptCall]) -> CallRow {
        difference(subject, Set(there.map(\.words)), Set(here.map(\.words)))
    }

    private func directories(_ subject: String, _ there: [ScriptCall], _ here: [ScriptCall]) -> CallRow {
        difference(subject, Set(there.map(\.directory)), Set(here.map(\.directory)))
    }

    private func difference(_ subject: String, _ there: Set<String>, _ here: Set<String>) -> CallRow {
        CallRow(
            subject: subject,
            problems: there == here
                ? []
                : [
                    "there: \(there.sorted().joined(separator: ", "))",
                    "here: \(here.sorted().joined(separator: ", "))",
                ])
    }

    /// A row for each variable.
    private func environment(_ subject: String, _ there: [ScriptCall], _ here: [ScriptCall]) -> [CallRow] {
        let names = Set((there + here).flatMap(\.environment.keys)).subtracting(Self.ofTheShell).sorted()
        return names.map { name in
            let (one, other) = (Self.values(name, there), Self.values(name, here))
            var row = CallRow(subject: "\(subject): \(name)", problems: [])
            guard one != other else { return row }
            if let reason = Self.declared[name] {
                row.declared = [reason]
            } else {
                row.problems = [
                    "there: \(one.sorted().joined(separator: " or "))",
                    "here: \(other.sorted().joined(separator: " or "))",
                ]
            }
            return row
        }
    }

    private static let ofTheShell: Set = ["_", "PWD", "OLDPWD", "SHLVL"]

    /// Values of a variable; `nothing` where it is not set.
    private static func values(_ name: String, _ calls: [ScriptCall]) -> Set<String> {
        Set(calls.map { $0.environment[name] ?? "nothing" })
    }
}
