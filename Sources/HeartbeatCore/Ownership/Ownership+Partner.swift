// What this node says to its partner, a node of another pair at the other end of a tunnel, and with what it compares the
// partner's word: where this pair serves, and since when.

import HeartbeatModel
import HeartbeatMonitors

/// On which nodes of this pair something is held, and since when that has been so as this node knows it.
struct PairPlace: Hashable, Codable, Sendable {
    fileprivate var isHere = false
    fileprivate var isThere = false
    fileprivate var since: Instant?
    /// The daemon has found out by now where the pair is.
    fileprivate var isFound = false
    fileprivate var wasServing = false
    /// A daemon that begins finds a pair that has been where it is, nobody can say how long: longer than a tie, and not so long
    /// that anybody's patience could be over.
    private static let foundAge = PartnerRule.tie * 4

    fileprivate func age(at now: Instant) -> Duration { since.map { now - $0 } ?? .zero }

    /// - Returns: whether the pair is not where it was.
    fileprivate mutating func note(here: Bool, there: Bool, at now: Instant) -> Bool {
        guard here != isHere || there != isThere || since == nil else { return false }
        // What a daemon takes while it begins has just come here, as the other node of the pair sees it as well.
        let hasCome = here && !isHere && since != nil
        since = isFound || hasCome ? now : now - Self.foundAge
        (isHere, isThere) = (here, there)
        return true
    }
}

extension Ownership {
    /// What came of a question of a probe; a partner's word is compared with where this pair is.
    ///
    /// - Returns: whether something may follow from it.
    mutating func heard(
        _ answer: PathAnswer, of probe: String, _ node: inout LocalNode, at now: Instant
    ) -> Bool {
        let stayed = node.health.partnerStays
        var answer = answer
        // A question that came back to this pair: sent to the wrong address, or turned round by somebody on the way.
        if case .told(let word) = answer, word.pair == pairName(node) {
            answer = .failed("a node of this pair has answered")
        }
        let isNews = hear(&node) { $0.take(answer, of: probe, at: now) }
        return judgePartners(&node, at: now) || isNews || node.health.partnerStays != stayed
    }

    private mutating func judgePartners(_ node: inout LocalNode, at now: Instant) -> Bool {
        guard node.health.hasPartners else { return false }
        let place = ownPlace(node, at: now)
        return hear(&node) { $0.judgePartners(place, at: now) }
    }

    /// Takes note of who holds something by now. A node that has no partners keeps nothing.
    ///
    /// - Returns: whether something may follow from it.
    mutating func notePlace(_ node: inout LocalNode, at now: Instant) -> Bool {
        guard node.health.hasPartners || node.configuration.partnerService != nil else { return false }
        let isMoved = place.note(here: !own.held.isEmpty, there: peer?.claimed.isEmpty == false, at: now)
        place.isFound = place.isFound || state == .stable
        let serves = servesHere(node)
        let isNews = isMoved || serves != place.wasServing
        place.wasServing = serves
        return isNews && judgePartners(&node, at: now)
    }

    /// Something runs here, and nothing is about to change.
    private func servesHere(_ node: LocalNode) -> Bool {
        guard state == .stable, isStable(node), !node.lease.isDark else { return false }
        let groups = node.groups.runners.filter { !$0.isRetired }
        return groups.isEmpty ? !own.held.isEmpty : groups.contains(where: \.isRunning)
    }

    private func ownPlace(_ node: LocalNode, at now: Instant) -> OwnPlace {
        OwnPlace(
            servesHere: servesHere(node), age: place.age(at: now), pair: pairName(node),
            otherIsWith: node.peerIsActive && peerHealth?.footing == .with)
    }

    func partnerWord(_ node: LocalNode, at now: Instant) -> PartnerWord {
        PartnerWord(
            partnerPlace(node), isBound: isBound(node), stays: !(failback.isWanted && hasForeignGroups(node)),
            age: place.age(at: now), pair: pairName(node))
    }

    /// Something is held that is the other node's by preference.
    private func hasForeignGroups(_ node: LocalNode) -> Bool {
        own.held.contains(.foreign) && node.groups.members(of: .foreign).contains { !$0.isRetired }
    }

    /// The other pair would not come along: giving groups back now would only mean to fetch them again.
    func partnerKeepsHere(_ node: LocalNode) -> Bool { node.health.partnerStays && hasForeignGroups(node) }

    private func partnerPlace(_ node: LocalNode) -> PartnerWord.Place {
        switch state {
        case .joining, .negotiating: .changing
        case .stable where servesHere(node): .serves
        // What it is about to start and the other node is about to stop is nowhere yet. A node that said that it stands by would be
        // followed back to where its pair comes from.
        case .stable: isStable(node) && !awaitsPeer(node) && !node.lease.isDark ? .standsBy : .changing
        // It does not serve much longer, and who asks later may get no answer.
        case .leaving, .lingering, .gone: .standsBy
        }
    }

    /// It has lost more than the other node of the pair, and what is on trial counts; or it could not start its groups, or is
    /// leaving. That the partner stands by does not count: two partners that wait for each other would never serve again.
    private func isBound(_ node: LocalNode) -> Bool {
        guard state == .stable else { return true }
        return node.health.lostCount > (peerHealth?.lost ?? 0)
            || node.groups.runners.contains { $0.phase == .failed && $0.gift == nil && !$0.isRetired }
    }

    /// The same on both nodes of a pair, and another one for every pair. Not longer than a packet carries.
    private func pairName(_ node: LocalNode) -> String {
        let names = node.configuration.nodes.map(\.text).sorted().joined(separator: ",").prefix(160)
        let uuid = [node.channel.uuid, node.channel.peerUUID].compactMap { $0?.hexadecimal }.min() ?? ""
        return "\(names) \(uuid)"
    }
}

extension NodeUUID {
    fileprivate var hexadecimal: String { bytes.map(\.hexadecimal).joined() }
}
