// What an operator can order of a pair, and what it comes to as far as one node's facts tell before it is given: which groups go where, by
// which scripts in which order, and what he should know.

import HeartbeatModel

/// An order, as seen from the local node.
package enum PairOrder: Hashable, Sendable {
    case standby(HoldSet)
    case takeover(HoldSet)
    /// Every group to the node that haresources names.
    case failback
    /// One group to the other node, without the rest of its set.
    case move(String)
    /// The local node out of service, or in service again.
    case maintenance(Maintenance?)

    /// The word of the command line.
    package var word: String {
        switch self {
        case .standby: "standby"
        case .takeover: "takeover"
        case .failback: "failback"
        case .move: "move"
        case .maintenance: "maintenance"
        }
    }
}

/// What an order comes to.
package struct OrderPlan: Hashable, Sendable {
    /// What the daemon is asked for.
    package enum Deed: Hashable, Sendable {
        case operation(OperatorRequest)
        case maintenance(Maintenance?)
    }

    /// A deed, and how the pair is when it has been carried out.
    package struct Step: Hashable, Sendable {
        package var deed: Deed
        package var goal: PairWatch.Goal
    }

    /// The way of one group.
    package struct Move: Hashable, Sendable {
        package var key: String
        /// `nil`: nobody serves it.
        package var from: NodeName?
        package var to: NodeName
        /// Words of haresources in the order in which they are stopped and started.
        package var stops: [String]
        package var starts: [String]
    }

    package let order: PairOrder
    package let local: NodeName
    package let peer: NodeName
    package private(set) var moves: [Move] = []
    /// One after the other; none when everything is as it should be.
    package private(set) var steps: [Step] = []
    /// Why this node cannot do it.
    package private(set) var obstacle: String?
    /// What does not stand in the way, and should be known.
    package private(set) var notes: [String] = []

    package init(_ order: PairOrder, _ facts: NodeFacts) {
        let reading = PairReading(facts, asked: facts.unixMilliseconds ?? 0)
        self.order = order
        (local, peer) = (reading.local, reading.peerName)
        switch order {
        case .standby(let set): plan(.standby(set), Self.moves(of: set, to: peer, reading))
        case .takeover(let set): plan(.takeover(set), Self.moves(of: set, to: local, reading))
        case .failback:
            plan(.standby(.foreign), Self.moves(of: .foreign, to: peer, reading).filter { $0.from == local })
            plan(.takeover(.local), Self.moves(of: .local, to: local, reading).filter { $0.from == peer })
        case .move(let key): planMove(of: key, reading)
        case .maintenance(let maintenance): plan(maintenance, reading)
        }
        warn(reading)
    }

    private mutating func plan(_ request: OperatorRequest, _ moves: [Move]) {
        guard !moves.isEmpty else { return }
        self.moves += moves
        steps.append(Step(deed: .operation(request), goal: PairWatch.Goal(moves)))
    }

    private mutating func planMove(of key: String, _ reading: PairReading) {
        guard let group = reading.facts.groups.first(where: { $0.key == key }) else {
            let keys = reading.facts.groups.map(\.key).joined(separator: ", ")
            obstacle = "there is no group \(key) in haresources" + (keys.isEmpty ? "" : ", which has \(keys)")
            return
        }
        switch reading.service(of: group) {
        case .on(local): planToGive(group, reading)
        case .on(peer): planToGet(group, reading)
        case .on, .moving, .nobody, .both, .unknown: obstacle = "\(key) does not run on \(local)"
        }
    }

    /// The group alone where its set is this node's; where it is here in place of the other node, with all that are.
    private mutating func planToGive(_ group: NodeFacts.Group, _ reading: PairReading) {
        let set = set(of: group)
        let all = Self.moves(of: set, to: peer, reading).filter { $0.from == local }
        if reading.facts.hold?.contains(set) == false {
            plan(.standby(set), all)
        } else {
            plan(.move(group.key), all.filter { $0.key == group.key })
        }
    }

    /// A node can ask its peer for sets only. That is the group, where its set has no other; and what this node has given away of a set that
    /// is its own.
    private mutating func planToGet(_ group: NodeFacts.Group, _ reading: PairReading) {
        let set = set(of: group)
        guard reading.peer?.speaks != .original else {
            obstacle =
                "\(group.key) runs on \(peer), whose heartbeat 3 gives whole sets only; "
                + "on \(local): hbctl takeover \(set)"
            return
        }
        let isAlone = !reading.facts.groups.contains { $0.key != group.key && self.set(of: $0) == set }
        guard isAlone || reading.facts.hold?.contains(set) == true else {
            obstacle =
                "\(group.key) runs on \(peer), and \(local) can ask only for all \(set) groups; "
                + "on \(peer): hbctl move \(group.key)"
            return
        }
        plan(.takeover(set), Self.moves(of: set, to: local, reading).filter { $0.from == peer })
    }

    private func set(of group: NodeFacts.Group) -> HoldSet { group.preferred == local ? .local : .foreign }

    private mutating func plan(_ maintenance: Maintenance?, _ reading: PairReading) {
        guard maintenance != nil || reading.facts.maintenance != nil else { return }
        if maintenance == nil {
            noteReturn(reading)
        } else if let obstacle = obstacleToLeave(reading) {
            notes.append("\(local) goes on serving what it serves: \(obstacle)")
        } else {
            moves = Self.moves(of: .all, to: peer, reading).filter { $0.from == local }
        }
        var goal = PairWatch.Goal(moves)
        goal.isMaintained = maintenance != nil
        steps = [Step(deed: .maintenance(maintenance), goal: goal)]
    }

    /// Why a node that is taken out of service keeps its groups.
    private func obstacleToLeave(_ reading: PairReading) -> String? {
        if reading.peersHealth?.isMaintained == true { return "\(peer) is in maintenance, too" }
        return reading.peerIsMember ? nil : "\(peer) is not there"
    }

    private mutating func noteReturn(_ reading: PairReading) {
        let away = reading.facts.groups.filter { $0.preferred == local && reading.service(of: $0) == .on(peer) }
        guard !away.isEmpty else { return }
        let isOne = away.count == 1
        let what = isOne ? away[0].key : "\(away.count) groups"
        notes.append(
            reading.facts.timings?.autoFailback == .off
                ? "\(what) of \(local) \(isOne ? "stays" : "stay") on \(peer) (auto_failback off); then: hbctl failback"
                : "\(what) of \(local) \(isOne ? "returns by itself" : "return by themselves"), after failback_delay if there is one"
        )
    }

    private static func moves(of set: HoldSet, to node: NodeName, _ reading: PairReading) -> [Move] {
        reading.facts.groups.compactMap { group in
            let service = reading.service(of: group)
            guard set.contains(group.preferred == reading.local ? .local : .foreign), service != .on(node) else {
                return nil
            }
            let from: NodeName? = if case .on(let node) = service { node } else { nil }
            return Move(
                key: group.key, from: from, to: node, stops: from == nil ? [] : group.resources.reversed(),
                starts: group.resources)
        }
    }

    /// What makes the receiver a doubtful one.
    private mutating func warn(_ reading: PairReading) {
        guard !moves.isEmpty else { return }
        let obstacles = Set(moves.map(\.to)).flatMap(reading.obstacles) + [.differentFiles]
        notes += reading.problems(isOlder: false).filter { $0.healed == nil && obstacles.contains($0.code) }
            .map(\.sentence)
    }
}

extension PairWatch.Goal {
    init(_ moves: [OrderPlan.Move]) {
        self.init(places: Dictionary(moves.map { ($0.key, $0.to) }, uniquingKeysWith: { $1 }))
    }
}

// MARK: - For people

extension OrderPlan {
    /// What will happen, for whoever is asked whether it shall.
    package var lines: [String] {
        var result = ["hbctl \(order.word) on \(local): \(headline)", ""]
        for move in moves {
            result.append("  \(move.key)  \(move.from.map { "\($0)" } ?? "nobody") -> \(move.to)")
            if let from = move.from { result.append("    \(from) stops   \(move.stops.joined(separator: " "))") }
            result.append("    \(move.to) starts  \(move.starts.joined(separator: " "))")
        }
        if !moves.isEmpty { result.append("") }
        for note in notes { result.append("!  \(note)") }
        if !notes.isEmpty { result.append("") }
        return result
    }

    private var headline: String {
        let count = moves.isEmpty ? "no group moves" : moves.count == 1 ? "1 group moves" : "\(moves.count) groups move"
        switch order {
        case .standby, .takeover, .failback, .move: return count
        case .maintenance(let maintenance?): return "\(local) is taken out of service (\(maintenance.reason)); \(count)"
        case .maintenance(nil): return "\(local) is put back into service; \(count) at once"
        }
    }
}
