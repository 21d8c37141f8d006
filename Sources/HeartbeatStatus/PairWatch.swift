// Whether an order has been carried out, judged by a row of looks at one node's facts, which tell of both nodes. It asks nobody and reads
// no clock.

import HeartbeatModel

/// An order while it is waited for.
package struct PairWatch: Sendable {
    /// How the pair is to be.
    package struct Goal: Hashable, Sendable {
        /// By group: who is to serve it.
        package var places: [String: NodeName]
        /// Whether the local node is to be out of service; `nil` where that does not matter.
        package var isMaintained: Bool?

        package init(places: [String: NodeName], isMaintained: Bool? = nil) {
            self.places = places
            self.isMaintained = isMaintained
        }
    }

    package enum Verdict: Hashable, Sendable {
        case goesOn
        /// Both nodes have told it, several looks in a row.
        case done
        /// It is over, and this is why the groups are not where they should be.
        case undone(String)
        /// This node has done it, and the other one is not there to tell.
        case alone
    }

    /// How long an order may go without visible effect: the other node has 10 s to answer an offer.
    static let patience = Duration.seconds(15)
    /// So many looks in a row must say the same: a node is settled for a moment between two steps.
    static let looks = 3

    private let goal: Goal
    private let before: [NodeFacts.Group]
    private var hasBegun = false
    private var successes = 0
    private var failures = 0
    private var lonelyLooks = 0

    /// - Parameter before: the facts before the order, by which a move is noticed that was over between two looks.
    package init(_ goal: Goal, before: NodeFacts) {
        self.goal = goal
        self.before = before.groups.map(Self.essence)
    }

    /// `elapsed`: since the order was accepted.
    package mutating func judge(_ facts: NodeFacts, after elapsed: Duration) -> Verdict {
        let missing = missing(in: facts)
        successes = missing.isEmpty ? successes + 1 : 0
        if successes >= Self.looks { return .done }
        lonelyLooks = missing == [Self.unheard(PairReading(facts, asked: 0).peerName)] ? lonelyLooks + 1 : 0
        if lonelyLooks >= Self.looks { return .alone }
        if isMoving(facts) || facts.groups.map(Self.essence) != before { hasBegun = true }
        // What is over but for a word of the other node is not undone, and neither is an order that stands on the disk.
        guard !missing.isEmpty, goal.isMaintained == nil, !isMoving(facts), let failure = failure(facts) else {
            failures = 0
            return .goesOn
        }
        guard hasBegun || elapsed > Self.patience else { return .goesOn }
        failures += 1
        return failures < Self.looks ? .goesOn : .undone(failure)
    }

    /// Ages change from look to look.
    private static func essence(_ group: NodeFacts.Group) -> NodeFacts.Group {
        NodeFacts.Group(key: group.key, preferred: group.preferred, state: group.state, onPeer: group.onPeer)
    }

    private func isMoving(_ facts: NodeFacts) -> Bool {
        facts.phase != .stable || facts.peer?.isStable == false || (facts.handover ?? "idle") != "idle"
    }

    // MARK: - What is missing

    /// What both nodes have not told yet.
    package func missing(in facts: NodeFacts) -> [String] {
        let reading = PairReading(facts, asked: 0)
        var result = facts.groups.compactMap { group in
            goal.places[group.key].flatMap { missing(group, on: $0, reading) }
        }
        if let isMaintained = goal.isMaintained, isMaintained != (facts.maintenance != nil) {
            result.append("\(reading.local) is \(isMaintained ? "still in" : "not yet back in") service")
        }
        guard reading.peerIsAlive else { return result + [Self.unheard(reading.peerName)] }
        if isMoving(facts) { result.append("the nodes have not come to rest") }
        if facts.peer?.isStable == nil { result.append("\(reading.peerName) has not told what it holds") }
        if facts.peer?.hasHeard == false {
            result.append("\(reading.peerName) has not heard how \(reading.local) is now")
        }
        return result
    }

    private static func unheard(_ peer: NodeName) -> String { "\(peer) is not heard" }

    private func missing(_ group: NodeFacts.Group, on node: NodeName, _ reading: PairReading) -> String? {
        let service = reading.service(of: group)
        switch service {
        case .on(node): return nil
        case .on(let other): return "\(group.key) runs on \(other)"
        case .moving: return "\(group.key) is on its way"
        case .nobody: return "\(group.key) is served by nobody"
        case .both: return "\(group.key) runs on both nodes"
        case .unknown: return "who serves \(group.key) is not known on \(reading.local)"
        }
    }

    // MARK: - Why it came to nothing

    private func failure(_ facts: NodeFacts) -> String? {
        let reading = PairReading(facts, asked: 0)
        let astray = facts.groups.filter { group in
            goal.places[group.key].map { missing(group, on: $0, reading) != nil } ?? false
        }
        guard let first = astray.first else { return nil }
        for group in astray {
            if let reason = failure(of: group, reading) { return reason }
        }
        guard hasBegun else {
            return "\(reading.peerName) did not answer, or has refused it; its log says why: "
                + "journalctl -t heartbeat HA_EVENT=standby-refused"
        }
        return "the move was given up: "
            + (goal.places[first.key].flatMap { missing(first, on: $0, reading) } ?? first.key)
    }

    private func failure(of group: NodeFacts.Group, _ reading: PairReading) -> String? {
        let what = group.failing.map { "\($0) of \(group.key)" } ?? group.key
        let end = if case .on(let node) = reading.service(of: group) { "; it runs on \(node)" } else { "" }
        switch (group.state, group.onPeer) {
        case (.stopFailed, _): return "\(what) would not stop on \(reading.local)"
        case (_, .stopFailed): return "\(group.key) would not stop on \(reading.peerName)"
        case (.failed, _) where goal.places[group.key] == reading.local:
            return "\(what) could not be started on \(reading.local)\(end)"
        case (_, .failed) where goal.places[group.key] != reading.local:
            return "\(group.key) could not be started on \(reading.peerName)\(end)"
        default: return nil
        }
    }
}
