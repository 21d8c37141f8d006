// What is wrong with a pair, from the facts of one node: collected, sorted, and those that are over. What the daemon has logged
// gives a problem its beginning, its reason and its end; whether it is one is seen from the state wherever the state shows it.

import HeartbeatModel

extension PairReading {
    typealias Problem = PairStatus.Problem

    /// So long a problem that is over is still told.
    static let memory = Duration.seconds(3600)

    /// The worst first, healed ones at the end.
    func problems(isOlder: Bool) -> [Problem] {
        var found = problemsOfGroups + problemsOfPeer + problemsOfNetwork + problemsOfMedia + problemsOfFiles
        found += problemsOfMachine + problemsOfMaintenance + loggedProblems
        if isOlder {
            found.append(
                problem(
                    .daemonOlder, [.init(kind: "node", name: local.text)],
                    "the daemon on \(local) is of an older version, which does not tell everything",
                    ["restart heartbeat on \(local) when it suits"]))
        }
        let sorted = found.enumerated().sorted { left, right in
            (right.element.severity, left.offset) < (left.element.severity, right.offset)
        }
        return sorted.map(\.element) + healedProblems(beside: found)
    }

    /// One of the usual severity of its kind.
    func problem(
        _ code: ProblemCode, _ objects: [Problem.Object], _ sentence: String, _ remedy: [String] = [],
        age: PairStatus.Age? = nil
    ) -> Problem {
        problem(code, code.entry.severity, objects, sentence, remedy, age: age)
    }

    func problem(
        _ code: ProblemCode, _ severity: ProblemCode.Severity, _ objects: [Problem.Object], _ sentence: String,
        _ remedy: [String] = [], age: PairStatus.Age? = nil
    ) -> Problem {
        Problem(
            code: code, severity: severity, objects: objects, sentence: sentence, remedy: remedy, age: age)
    }

    /// ` for 3:12`, or nothing.
    func lasting(_ age: PairStatus.Age?) -> String { age.map { " for \($0.duration.ageText)" } ?? "" }

    func object(group: String) -> Problem.Object { .init(kind: "group", name: group) }
    func object(node: NodeName) -> Problem.Object { .init(kind: "node", name: node.text) }

    /// What is searched for in the journal: a group that needs no quotes has none.
    func journal(_ field: String, _ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || Array("./:_-,@+".utf8).contains(byte)
        }
        return "journalctl -t heartbeat HA_\(field)=" + (isPlain ? value : "'\(value)'")
    }

    // MARK: - What the log says

    /// The newest line of this kind that is not over, about all of these.
    func trouble(_ code: ProblemCode, _ names: String...) -> NodeFacts.Trouble? {
        facts.troubles.first { trouble in
            trouble.code == code.rawValue && trouble.healed == nil
                && names.allSatisfy { name in trouble.objects.contains { $0.name == name } }
        }
    }

    /// What no state shows: it counts for some time after its last line.
    private var loggedProblems: [Problem] {
        facts.troubles.compactMap { trouble in
            guard let code = ProblemCode(rawValue: trouble.code), let lasting = code.lasting, trouble.healed == nil,
                trouble.age < lasting
            else { return nil }
            var result = problem(
                code, trouble.objects, sentence(code, trouble), remedy(code, trouble), age: age(trouble.first))
            result.count = trouble.count
            return result
        }
    }

    private func sentence(_ code: ProblemCode, _ trouble: NodeFacts.Trouble) -> String {
        let times = trouble.count > 1 ? ", \(trouble.count) times" : ""
        guard let template = Self.logged[code] else { return Self.told(trouble.text) }
        return fill(template, trouble, more: ["times": times, "ago": "\(trouble.age.ageText) ago"])
    }

    private static let logged: [ProblemCode: String] = [
        .stalled: "{node} stood still{times}; last {ago}",
        .packetRefused: "packets on {medium} are refused{times}; last {ago}",
        .replay: "packets of an earlier life of {peer} arrive{times}; last {ago}",
        .namesake: "another machine calls itself {peer} too{times}; last {ago}",
        .reloadRefused: "the files of {node} had mistakes {ago} and were not read again",
        .differentNodes: "{peer} has other \"node\" lines in ha.cf",
        .pairsApart: "the two pairs serve at different tunnels",
        .leaseUnavailable: "{node} has no lease: addresses of a daemon that dies there go on answering",
    ]

    /// Puts names in the place of what stands in braces.
    private func fill(_ template: String, _ trouble: NodeFacts.Trouble, more: [String: String] = [:]) -> String {
        var names = more
        for object in trouble.objects { names[object.kind] = object.name }
        names["node"] = local.text
        names["resource"] = names["resource"].map(Self.name)
        var result = ""
        for (place, part) in template.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard place > 0, let end = part.firstIndex(of: "}") else {
                result += part
                continue
            }
            let name = String(part[..<end])
            result += names[name] ?? "a \(name)"
            result += part[part.index(after: end)...]
        }
        return result
    }

    private func remedy(_ code: ProblemCode, _ trouble: NodeFacts.Trouble) -> [String] {
        Self.remedies[code] ?? ["journalctl -t heartbeat HA_EVENT=\(code.rawValue)"]
    }

    private static let remedies: [ProblemCode: [String]] = [
        .reloadRefused: ["heartbeat -t; then heartbeat -r"],
        .historyNotKept: ["free some space below the state directory, or look at its disk"],
        .stalled: ["find what stopped the machine: swap, snapshots, a suspended guest"],
        .packetRefused: ["compare authkeys of both nodes", "journalctl -t heartbeat HA_EVENT=packet-refused"],
    ]

    /// A line of the log as a sentence: its first one, of sane length.
    static func told(_ text: String) -> String {
        let line = text.printable(atMost: 160)
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }

    // MARK: - What is over

    /// Problems of the last hour that have ended, unless they are back.
    private func healedProblems(beside found: [Problem]) -> [Problem] {
        facts.troubles.compactMap { trouble in
            guard let code = ProblemCode(rawValue: trouble.code), let healed = trouble.healed, healed < Self.memory,
                !found.contains(where: { $0.code == code && $0.objects == trouble.objects })
            else { return nil }
            var result = problem(code, trouble.objects, healedSentence(code, trouble), age: age(trouble.first))
            result.healed = age(healed)
            result.count = trouble.count
            return result
        }
    }

    private func healedSentence(_ code: ProblemCode, _ trouble: NodeFacts.Trouble) -> String {
        Self.over[code].map { fill($0, trouble) } ?? Self.told(trouble.text)
    }

    private static let over: [ProblemCode: String] = [
        .linkDead: "{node} heard nothing of {peer} over {medium}",
        .interfaceLost: "interface {interface} of {node} was lost",
        .pathLost: "path {path} of {node} was lost",
        .pathGroupLost: "paths {path} of {node} were lost",
        .startFailed: "{resource} of {group} failed to start on {node}",
        .failedTooOften: "{resource} of {group} failed too often on {node}",
        .stopFailed: "{resource} of {group} would not stop on {node}",
        .nodeDead: "{peer} was dead",
        .lateHeartbeat: "{peer} was late",
        .mediumFailed: "{medium} did not work on {node}",
        .mediaCut: "no medium brought a word of {peer}",
        .bothHold: "both nodes claimed the same groups",
        .leaseDark: "{node} answered for no service address",
        .differentFiles: "{file} was not the same on both nodes",
        .historyNotKept: "the history of {node} was not kept",
    ]
}
