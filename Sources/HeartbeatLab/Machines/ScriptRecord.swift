// What the recording scripts wrote down, and whether the order was right. The scripts of all nodes append to one file,
// so its order is the order in which they ran.

/// One call of a resource script.
package struct ScriptRecord: Hashable, Sendable {
    package var node: String
    package var script: String
    package var verb: String

    /// The verb of a line that a laboratory writes itself when it cuts a node's power.
    package static let powerCut = "cut"

    package init(node: String, script: String, verb: String) {
        self.node = node
        self.script = script
        self.verb = verb
    }

    /// Reads `<uptime> <node> <script> <verb>`; `nil` for a line that is not whole.
    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count == 4 else { return nil }
        self.init(node: String(words[1]), script: String(words[2]), verb: String(words[3]))
    }
}

/// The calls of a scene, judged.
package struct ScriptHistory: Hashable, Sendable {
    package var records: [ScriptRecord]

    package init(_ records: [ScriptRecord]) {
        self.records = records
    }

    /// Scripts to which a node said `verb`, in order.
    package func scripts(_ verb: String, on node: String) -> [String] {
        records.filter { $0.node == node && $0.verb == verb }.map(\.script)
    }

    /// Scripts that run on a node: started and not stopped since, nor lost with its power.
    package func running(on node: String) -> [String] {
        var result: [String] = []
        for record in records where record.node == node && record.verb != "status" {
            if record.verb == ScriptRecord.powerCut { result = [] }
            result.removeAll { $0 == record.script }
            if record.verb == "start" { result.append(record.script) }
        }
        return result
    }

    /// Calls that change something, as a person reads them: `cluster1 stop bgpd zebra, cluster2 start IPaddr`.
    package var summary: String {
        var parts: [(head: String, scripts: [String])] = []
        for record in records where record.verb != "status" {
            let head = "\(record.node) \(record.verb)"
            if parts.last?.head == head {
                parts[parts.count - 1].scripts.append(record.script)
            } else {
                parts.append((head, [record.script]))
            }
        }
        return parts.map { "\($0.head) \($0.scripts.joined(separator: " "))" }.joined(separator: ", ")
    }

    /// What is wrong with a move of the whole `group` from `giver` (`nil` when it is dead or nobody had it) to `taker`:
    /// the giver must stop right to left, then the taker start left to right, each script once, and nothing else.
    package func problems(moving group: [String], from giver: String?, to taker: String?) -> [String] {
        problems(moving: group, [(giver, taker)])
    }

    /// The same of several moves, one after another.
    func problems(moving group: [String], _ moves: [(from: String?, to: String?)]) -> [String] {
        let expected = moves.flatMap { giver, taker in
            (giver.map { node in group.reversed().map { ScriptRecord(node: node, script: $0, verb: "stop") } } ?? [])
                + (taker.map { node in group.map { ScriptRecord(node: node, script: $0, verb: "start") } } ?? [])
        }
        let actual = records.filter { $0.verb != "status" }
        guard actual != expected else { return [] }
        let wanted = ScriptHistory(expected).summary
        return ["scripts ran as [\(summary)], expected [\(wanted)]"]
    }
}
