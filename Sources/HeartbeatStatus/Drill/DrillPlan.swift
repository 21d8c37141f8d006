// What a drill comes to before it is given: which groups go to the other node and come back, and when it must not begin. A drill shows
// that the pair is well; where it is not, it would only make matters worse.

import HeartbeatModel

/// A rehearsed failover of the groups that one node serves.
package struct DrillPlan: Hashable, Sendable {
    package enum Judgement: Hashable, Sendable {
        case plan(DrillPlan)
        /// Why it must not begin, and what helps.
        case refused(String, remedy: [String])
    }

    package struct Group: Hashable, Sendable {
        package var key: String
        /// Words of haresources.
        package var resources: [String]
    }

    package let local: NodeName
    /// Who serves the groups, and who is to serve them for a while. One of them is the local node.
    package let giver: NodeName
    package let taker: NodeName
    package let groups: [Group]
    /// The groups as the local node names them.
    private let set: HoldSet
    private let moves: [OrderPlan.Move]
    /// What should be known beforehand.
    package let notes: [String]

    /// - Parameter status: what the same facts come to.
    package static func judge(_ set: HoldSet, _ facts: NodeFacts, _ status: PairStatus) -> Judgement {
        let reading = PairReading(facts, asked: 0)
        guard let peer = reading.peer else {
            return .refused("there is no other node in ha.cf", remedy: ["hbctl status"])
        }
        guard peer.speaks != .original else {
            return .refused("\(peer.name) runs heartbeat 3, which does not tell what it has done", remedy: [])
        }
        guard status.verdict.level == .ok else {
            return .refused(
                "the pair is \(status.verdict.level.rawValue) before the drill: \(status.verdict.sentence)",
                remedy: ["hbctl status"])
        }
        let wanted = facts.groups.filter { set.contains(Self.side(of: $0, reading)) }
        let own = wanted.filter { reading.service(of: $0) == .on(reading.local) }
        let chosen = own.isEmpty ? wanted.filter { reading.service(of: $0) == .on(peer.name) } : own
        guard !chosen.isEmpty else {
            return .refused("neither node serves a group of \"\(set)\"", remedy: ["hbctl status"])
        }
        let giver = own.isEmpty ? peer.name : reading.local
        let moved = chosen.reduce(into: HoldSet()) { $0.insert(Self.side(of: $1, reading)) }
        let astray = wanted.first { moved.contains(Self.side(of: $0, reading)) && !chosen.contains($0) }
        if let astray {
            return .refused(
                "\(giver) does not serve all groups of \"\(moved)\": \(astray.key) runs elsewhere",
                remedy: ["hbctl failback"])
        }
        let taker = giver == reading.local ? peer.name : reading.local
        guard reading.obstacles(of: taker).isEmpty else {
            return .refused("\(taker) could not take over", remedy: ["hbctl status"])
        }
        return .plan(DrillPlan(chosen, of: moved, from: giver, to: taker, facts))
    }

    private static func side(of group: NodeFacts.Group, _ reading: PairReading) -> HoldSet {
        group.preferred == reading.local ? .local : .foreign
    }

    private init(
        _ chosen: [NodeFacts.Group], of set: HoldSet, from giver: NodeName, to taker: NodeName, _ facts: NodeFacts
    ) {
        local = facts.node
        (self.set, self.giver, self.taker) = (set, giver, taker)
        groups = chosen.map { Group(key: $0.key, resources: $0.resources) }
        let plan = OrderPlan(giver == facts.node ? .standby(set) : .takeover(set), facts)
        (moves, notes) = (plan.moves, plan.notes)
    }

    package var away: PairOrder { isFromHere ? .standby(set) : .takeover(set) }
    package var home: PairOrder { isFromHere ? .takeover(set) : .standby(set) }
    package var isFromHere: Bool { giver == local }
    /// The node at the other end.
    package var peer: NodeName { isFromHere ? taker : giver }

    /// Groups that are not, or not yet again, where they were before.
    package func strays(in facts: NodeFacts) -> [String] {
        let reading = PairReading(facts, asked: 0)
        return groups.map(\.key).filter { key in
            facts.groups.first { $0.key == key }.map(reading.service) != .on(giver)
        }
    }

    /// The other node is there to give or to get something.
    package func hasPeer(in facts: NodeFacts) -> Bool { PairReading(facts, asked: 0).peerIsMember }

    /// What will happen, for whoever is asked whether it shall.
    package func lines(holding hold: Duration) -> [String] {
        let count = groups.count == 1 ? "1 group goes" : "\(groups.count) groups go"
        let back = groups.count == 1 ? "comes back" : "come back"
        var result = [
            "hbctl drill on \(local): \(count) to \(taker) and \(back) after \(hold.components.seconds) s", "",
        ]
        for move in moves {
            result.append("  \(move.key)  \(giver) -> \(taker) -> \(giver)")
            result.append("    \(giver) stops   \(move.stops.joined(separator: " "))")
            result.append("    \(taker) starts  \(move.starts.joined(separator: " "))")
        }
        result.append("")
        for note in notes { result.append("!  \(note)") }
        if !notes.isEmpty { result.append("") }
        return result
    }
}
