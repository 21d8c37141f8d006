// What a daemon that does not tell facts yet says in answer to `cl_status`, put together as facts. What those answers do not say stays
// unknown: how long anything has been so, and who runs a group on the other node.

import HeartbeatModel

struct OlderAnswers {
    private(set) var facts: NodeFacts

    /// `nil` without a `local` and a `hold` line, or when a line that is known makes no sense.
    init?(snapshot lines: [String]) {
        let rows = lines.map(Self.words)
        guard let local = rows.first(where: { $0.count == 2 && $0[0] == "local" })?[1],
            let hold = rows.first(where: { $0.count == 3 && $0[0] == "hold" }), let set = HoldSet(word: hold[1])
        else { return nil }
        facts = NodeFacts(node: NodeName(local))
        facts.hold = set
        facts.phase = hold[2] == "transition" ? .transition : .stable
        for row in rows {
            switch (row[0], row.count) {
            case ("node", 4):
                guard let status = NodeStatus(rawValue: row[3]) else { return nil }
                facts.nodes.append(
                    NodeFacts.Node(name: NodeName(row[1]), kind: row[2] == "ping" ? .ping : .normal, status: status))
            case ("link", 4):
                facts.links.append(
                    NodeFacts.Link(
                        node: NodeName(row[1]), medium: MediumName(row[2]), state: row[3] == "up" ? .up : .dead))
            case ("group", 4):
                guard let state = ClusterSnapshot.Group.State(rawValue: row[3]) else { return nil }
                facts.groups.append(NodeFacts.Group(key: row[1], preferred: NodeName(row[2]), state: state))
            default: break
            }
        }
        beginJoining()
    }

    /// It is told nowhere but by the node's own status.
    private mutating func beginJoining() {
        guard let own = facts.nodes.first(where: { $0.name == facts.node }) else { return }
        if own.status == .initializing || own.status == .up { facts.phase = .joining(left: nil) }
    }

    /// `NAME KIND STATE`, and `PEER node N lost, M doubtful`.
    mutating func take(network lines: [String]) {
        for row in lines.map(Self.words) where row.count == 3 {
            if row[1] == "node" {
                let numbers = row[2].split { !$0.isNumber }.compactMap { Int($0) }
                guard numbers.count == 2 else { continue }
                var word = facts.peer ?? NodeFacts.PeerWord()
                word.health = NodeHealth(lost: numbers[0], unproven: numbers[0] + numbers[1])
                facts.peer = word
            } else if let kind = ClusterSnapshot.Watched.Kind(rawValue: row[1]),
                let state = ClusterSnapshot.Watched.State(rawValue: row[2])
            {
                facts.watched.append(NodeFacts.Watched(name: row[0], kind: kind, state: state))
            }
        }
    }

    /// `PATH STATE HERE THERE`, `-` for what there is not.
    mutating func take(files lines: [String]) {
        for row in lines.map(Self.words) where row.count == 4 {
            guard let state = ClusterSnapshot.File.State(rawValue: row[1]) else { continue }
            facts.files.append(
                ClusterSnapshot.File(
                    path: row[0] == "-" ? nil : row[0], state: state, here: Self.content(row[2]),
                    there: Self.content(row[3])))
        }
    }

    mutating func take(timelines lines: [String]) {
        for timeline in lines.compactMap({ GroupTimeline($0) }) {
            guard let place = facts.groups.firstIndex(where: { $0.key == timeline.group }) else { continue }
            facts.groups[place].timeline = timeline.text
        }
    }

    /// `3.0.6 (swift-heartbeat 0.1.0)`.
    mutating func take(version lines: [String]) {
        guard let word = lines.first?.split(separator: " ").last, word.hasSuffix(")") else { return }
        facts.product = String(word.dropLast())
    }

    private static func words(_ line: String) -> [String] {
        line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }

    private static func content(_ word: String) -> SharedFile.Content? {
        let known: [SharedFile.Content] = [.unread, .missing, .unreadable, .tooLarge]
        return known.first { $0.word == word } ?? UInt32(word, radix: 16).map { .hash($0) }
    }
}
