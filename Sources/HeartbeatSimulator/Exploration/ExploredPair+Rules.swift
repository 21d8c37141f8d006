// What must be true of two nodes: when something is started or stopped, when a node becomes a member, and when nothing more
// happens by itself.

import HeartbeatCore
import HeartbeatModel

extension ExploredPair {
    // MARK: - When a script is called

    /// What is wrong with a call that begins.
    func objection(to action: ResourceAction, by number: Int) -> String? {
        let key = action.groupKey
        switch action.verb {
        case .status: return nil
        case .start:
            if leftovers[number].contains(key) { return "\(name(number)) starts \(key), left up by an earlier daemon" }
            if isActive(key, on: 1 - number), !leftovers[1 - number].contains(key), !areEstranged {
                return "\(name(number)) starts \(key), which is active on \(name(1 - number))"
            }
            guard knowsOfClaim(to: key, number) else { return nil }
            return "\(name(number)) starts \(key), which the other node has told that it claims"
        case .stop:
            guard incumbents[key] == number else { return nil }
            return "\(name(number)) stops \(key), which it has served throughout"
        }
    }

    /// The other node is heard, claims the group's set by its last word, and has not told that the group failed there.
    private func knowsOfClaim(to key: String, _ number: Int) -> Bool {
        guard let core = sides[number]?.core, core.node.peerIsAlive, let peer = core.ownership.peer,
            let group = core.snapshot.groups.first(where: { $0.key == key })
        else { return false }
        let set = group.preferredNode == name(number) ? HoldSet.local : .foreign
        return peer.claimed.contains(set) && peer.claim?.failed.contains(key) != true
    }

    func isActive(_ key: String, on number: Int) -> Bool {
        running[number].contains(key)
            || sides[number]?.pending.contains { $0.action.groupKey == key && $0.action.verb == .start } ?? false
    }

    // MARK: - After every step

    /// What is wrong with a node, whatever else is under way.
    func problem(of number: Int) -> String? {
        guard let core = sides[number]?.core, core.node.membership.status == .active else { return nil }
        return leftovers[number].first.map { "\(name(number)) is active with \($0) left up" }
    }

    /// A node that has spoken in vain for long enough wants nothing any more of what the other one has told that it has taken.
    func objectionToDeaf(_ number: Int) -> String? {
        guard let core = sides[number]?.core, core.ownership.state == .stable, core.ownership.handover == .idle,
            let peer = core.ownership.peer, !core.ownership.own.held.isDisjoint(with: peer.wanted)
        else { return nil }
        return "\(name(number)) does not yield to a deaf peer"
    }

    /// Both are of one mind about every set.
    var areOfOneMind: Bool {
        guard let one = sides[0]?.core, let other = sides[1]?.core, one.node.peerIsAlive, other.node.peerIsAlive else {
            return false
        }
        return [one, other].allSatisfy { $0.ownership.state == .stable && $0.ownership.dispute == .none }
            && one.ownership.own.held.seenByPeer == HoldSet.all.subtracting(other.ownership.own.held)
    }

    /// Some group is active on both machines.
    var isDouble: Bool { keys.contains { isActive($0, on: 0) && isActive($0, on: 1) } }

    /// By key: the node that runs it while both are settled, agree, and nobody wants it elsewhere.
    var agreedServers: [String: Int] {
        guard areOfOneMind, sides.allSatisfy({ $0?.pending.isEmpty == true }) else { return [:] }
        var servers: [String: Int] = [:]
        for number in 0...1 {
            guard let held = sides[number]?.core.ownership.own.held else { return [:] }
            for group in configuration(number).groups
            where running[number].contains(group.key) && held.contains(set(of: group, number)) {
                servers[group.key] = number
            }
        }
        return servers
    }

    private func set(of group: ResourceGroup, _ number: Int) -> HoldSet {
        group.preferredNode == name(number) ? .local : .foreign
    }

    // MARK: - At rest

    /// What is wrong with a state in which nothing more happens by itself.
    var problemAtRest: String? {
        guard isQuiet else { return nil }
        if let problem = problemBesideLeaver { return problem }
        guard sides.allSatisfy({ $0?.core.timer == nil }) else { return nil }
        let cores = sides.compactMap { $0?.core }
        guard !cores.isEmpty else { return nil }
        if let odd = cores.first(where: { $0.ownership.state != .stable }) {
            return "\(odd.node.name) is \(odd.ownership.state)"
        }
        for key in keys {
            if let problem = problem(with: key, cores) { return problem }
        }
        if cores.count == 2, let doubtful = cores.first(where: { !$0.ownership.own.isAgreed }) {
            return "\(doubtful.node.name) does not know whether the other node agrees"
        }
        return cores.count == 2 && !areOfOneMind ? "the nodes are not of one mind" : nil
    }

    private func problem(with key: String, _ cores: [ClusterCore]) -> String? {
        // What a daemon that has died has left up is nobody's.
        let owners = (0...1).filter { running[$0].contains(key) && !leftovers[$0].contains(key) }
        // What could not be started anywhere waits for an operator, and so does a line that is not the same in both files. One that
        // is in neither is nobody's.
        let mayRest = isUnlike(key) || !isInFile(key) || cores.contains { $0.snapshot.state(of: key) == .failed }
        guard owners.count == 1 || owners.isEmpty && mayRest else {
            return "\(key) is active on \(owners.isEmpty ? "no node" : "both nodes")"
        }
        guard let owner = owners.first, announced[key] != owner else { return nil }
        return "\(key) runs on \(name(owner)), and the other node was the last to announce it"
    }

    /// Something does not stop on a node that leaves: everything else is up on the other one before that has given up.
    private var problemBesideLeaver: String? {
        for number in 0...1 {
            guard case .leaving? = sides[number]?.core.ownership.state,
                let peer = sides[1 - number]?.core, peer.ownership.state == .stable
            else { continue }
            for key in keys where !stuck[number].contains(key) && !running[1 - number].contains(key) {
                return "\(key) is not up on \(name(1 - number)), though \(name(number)) leaves"
            }
        }
        return nil
    }
}
