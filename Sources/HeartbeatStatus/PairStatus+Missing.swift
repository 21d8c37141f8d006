// What is told of a pair whose daemon here gives no facts: why it gives none, what it has left, and what this machine's kernel has.
// Of the other node nothing is known then, and nothing is said.

import HeartbeatModel

extension PairStatus {
    /// Why there are no facts.
    enum Missing {
        case newer(Int)
        case down(LastWords)
        case silent(Duration, LastWords)
        case refused(String)
        case garbled
    }

    init(_ missing: Missing, of asking: NodeName, asked: UInt64, words: LastWords? = nil) {
        // A daemon knows best whose it was.
        let node = words?.facts?.node ?? asking
        let problem = LastWordsReading(words ?? LastWords(), node: node).problem(missing)
        self.init(
            source: Source(
                kind: words == nil ? .none : .lastWords, node: node, product: words?.facts?.product, asked: asked,
                age: words?.saved?.duration),
            verdict: Verdict(level: .unknown, sentence: problem.sentence), problems: [problem], nodes: [], media: [],
            watched: [], groups: [], files: [], lines: LineReport(),
            readiness: Readiness(kind: .unknown, node: nil, obstacles: []), lastChange: nil)
        guard let facts = words?.facts else { return }
        // Who there is, and nothing of how it is.
        nodes = facts.nodes.map { told in
            Node(
                name: told.name, isPing: told.kind == .ping, isLocal: told.name == node, speaks: .unknown,
                holds: .unknown, network: .unknown, files: .unknown, lease: .unknown, guardian: .unknown)
        }
        groups = facts.groups.map { told in
            Group(
                key: told.key, home: told.preferred, service: .unknown, age: nil, because: nil,
                resources: told.resources.map { .init(word: $0, isAddress: PairReading.isAddress($0)) },
                states: nodes.filter { !$0.isPing }.map { _ in .unknown }, lastMovement: nil, neighbours: .unknown)
        }
        media = facts.media.map { Medium(name: $0.name, state: .unknown, hears: .unknown, isHeard: .unknown) }
    }
}

/// Makes a problem of what a daemon has left.
private struct LastWordsReading {
    let words: LastWords
    let node: NodeName

    init(_ words: LastWords, node: NodeName) {
        self.words = words
        self.node = node
    }

    func problem(_ missing: PairStatus.Missing) -> PairStatus.Problem {
        switch missing {
        case .down: down
        case .silent(let time, _): silent(time)
        case .newer(let major):
            plain(
                .daemonNewer, "the daemon on \(node) tells facts of version \(major), which this program does not know",
                ["use the hbctl that came with that daemon"])
        case .refused(let path):
            plain(
                .noPermission, "no permission to ask heartbeat on \(node) (\(path))",
                ["be root, or a member of group haclient"])
        case .garbled:
            plain(
                .answerGarbled, "the answer of heartbeat on \(node) makes no sense",
                ["ask again", "heartbeat -s; journalctl -t heartbeat -n 50"])
        }
    }

    private func plain(
        _ code: ProblemCode, _ sentence: String, _ remedy: [String], notes: [PairStatus.Problem.Note] = []
    ) -> PairStatus.Problem {
        PairStatus.Problem(
            code: code, severity: code.entry.severity, objects: [.init(kind: "node", name: node.text)],
            sentence: sentence, notes: notes, remedy: remedy)
    }

    // MARK: - The daemon is not there

    private var down: PairStatus.Problem {
        if case .running(let pid) = words.end { return starting(pid) }
        if words.isConfigured == .no, words.facts == nil {
            return plain(
                .notConfigured, "heartbeat does not run on \(node), and there is no ha.cf",
                ["write ha.cf, haresources and authkeys; then heartbeat -t"], notes: held)
        }
        let ended = words.ended ?? words.lastKeepalive
        let time = ended.map { " for \($0.duration.ageText)" } ?? ""
        let isOrderly = words.end == .orderly
        var problem = plain(
            .daemonDown, "heartbeat does not run on \(node)\(time)\(how)",
            [(isOrderly ? "" : "journalctl -t heartbeat -n 50; then: ") + "systemctl start heartbeat"],
            notes: keepalive + guardian + before + held)
        problem.age = ended
        return problem
    }

    /// The socket is made after what an earlier daemon has left was looked at.
    private func starting(_ pid: Int32) -> PairStatus.Problem {
        plain(
            .daemonSilent, "heartbeat [pid \(pid)] runs on \(node) and cannot be asked yet, or not any more",
            ["ask again; journalctl -t heartbeat -n 50"], notes: before + held)
    }

    /// `: it was ended by signal 9`.
    private var how: String {
        switch words.end {
        case .orderly: ": it was stopped"
        case .signal(let number): ": it was ended by signal \(number)"
        case .exit(let code): ": it ended with \(code)"
        case .timeout: ": systemd ended it, because it took too long"
        case .watchdog: ": systemd's watchdog ended it"
        case .running, .unknown: words.facts == nil && words.lastKeepalive == nil ? "" : ": nobody knows how it ended"
        }
    }

    private var keepalive: [PairStatus.Problem.Note] {
        guard let last = words.lastKeepalive else { return [] }
        return [
            .init(
                at: last.since, text: "last keepalive sent" + (last.since == nil ? " \(last.duration.ageText) ago" : "")
            )
        ]
    }

    private var guardian: [PairStatus.Problem.Note] {
        words.guardian.map { [.init(at: nil, text: "the guardian has acted: \($0.printable(atMost: 120))")] } ?? []
    }

    /// What the last state said.
    private var before: [PairStatus.Problem.Note] {
        guard let facts = words.facts else { return [] }
        let reading = PairReading(facts, asked: 0)
        let own = facts.groups.count { reading.service(of: $0) == .on(facts.node) }
        let others = facts.groups.count { reading.service(of: $0) == .on(reading.peerName) }
        let clauses = ["\(facts.node) served \(own)"] + (reading.peerIsAlive ? ["\(reading.peerName) \(others)"] : [])
        let state = reading.peerIsAlive ? "" : "; \(reading.peerName) was not there"
        let time = words.saved?.since == nil ? "before that: " : ""
        return [
            .init(
                at: words.saved?.since,
                text: time + clauses.joined(separator: ", ") + " of \(facts.groups.count) groups\(state)")
        ]
    }

    /// What this machine's kernel has, and that the other node's is not known.
    private var held: [PairStatus.Problem.Note] {
        switch words.hasAddresses {
        case .unknown: return []
        case .no:
            return [.init(at: nil, text: "the kernel here has no address of haresources; the other node was not asked")]
        case .yes:
            let list = words.held.map { $0.word + ($0.interface.isEmpty ? "" : " on \($0.interface)") }
            return [.init(at: nil, text: "the kernel here still has \(list.joined(separator: ", "))")]
        }
    }

    // MARK: - It does not answer

    private func silent(_ time: Duration) -> PairStatus.Problem {
        let pid: String = if case .running(let pid) = words.end { " [pid \(pid)]" } else { "" }
        let last = words.lastKeepalive.map { "; its last keepalive left \($0.duration.ageText) ago" } ?? ""
        let kill = pid.isEmpty ? "" : "; without it: kill -9 \(pid.filter(\.isNumber))"
        var problem = plain(
            .daemonSilent, "heartbeat on \(node)\(pid) does not answer within \(time.components.seconds) s\(last)",
            ["under systemd the watchdog ends it within seconds\(kill)"], notes: before + held)
        problem.age = words.lastKeepalive
        return problem
    }
}
