// What must be true some time after everything has been healed: the cluster is settled and quiet, both nodes agree, and
// every group runs on exactly one of them.

import HeartbeatCore
import HeartbeatModel

/// The rules of liveness.
enum LivenessChecker {
    /// - Parameter quietSince: when the last script should have been called.
    static func problems(in world: World, quietSince: Instant) -> [String] {
        var problems: [String] = []
        // Moving a group to and fro looks settled at most instants.
        if world.lastScript > quietSince { problems.append("scripts are still called though nothing happens") }
        let snapshots = world.hosts.compactMap { $0.core?.snapshot }
        guard snapshots.count == world.hosts.count else { return ["a node is down although all were switched on"] }
        for snapshot in snapshots {
            for node in snapshot.nodes where !node.isPingNode && node.status != .active {
                problems.append("\(snapshot.localNode) sees \(node.name) as \(node.status.rawValue)")
            }
            // What does not stop is tried again for ever.
            if snapshot.isInTransition, !world.configuration.groups.contains(where: world.scripts.isStuck) {
                problems.append("\(snapshot.localNode) never settles")
            }
        }
        if snapshots[0].hold.seenByPeer != HoldSet.all.subtracting(snapshots[1].hold) {
            problems.append(
                "\(snapshots[0].localNode) holds \(snapshots[0].hold), \(snapshots[1].localNode) holds \(snapshots[1].hold)"
            )
        }
        for group in world.configuration.groups.indices where !world.scripts.isStuck(world.configuration.groups[group])
        {
            problems += ownershipProblems(of: group, in: world, snapshots)
        }
        // It takes messages with every key that stands in its file.
        for host in world.hosts where host.signingKey != host.currentKey {
            problems.append("\(host.name) signs with key \(host.signingKey), though the other node is one of ours")
        }
        for snapshot in snapshots {
            for file in snapshot.files where file.state != .same && !world.areOfOlderVersion {
                problems.append("\(snapshot.localNode) takes \(file.path ?? "a file") for \(file.state.rawValue)")
            }
        }
        for id in world.openRequests { problems.append("request \(id.number) was never answered") }
        return problems
    }

    /// What should be up on the other node, because `host` has been told to end some time ago: everything that stops and that
    /// can be started there, and that has nothing in common with what does not stop. What cannot is tried again when `host`
    /// falls silent, so it need not have failed at this very moment, nor be up again.
    static func missing(after host: Int, in world: World) -> [String] {
        let other = world.hosts[1 - host]
        // Who has no carrier takes nothing from one that is silent: nobody would be served.
        guard world.hosts[host].isUp || !world.isWithoutCarrier(1 - host) else { return [] }
        let stuck = world.configuration.groups.filter(world.scripts.isStuck)
        return world.configuration.groups.indices.compactMap { index in
            let group = world.configuration.groups[index]
            guard !stuck.contains(where: { $0.resources.contains { group.resources.map(\.word).contains($0.word) } }),
                world.scripts.canStart(group, on: other.name), let state = other.core?.snapshot.state(of: group.key),
                state != .failed, world.hosts[host].isUp || state != .acquiring
            else { return nil }
            let isUp = group.steps.indices.allSatisfy {
                other.running.contains(ResourcePlace(group: index, position: $0))
            }
            return isUp ? nil : "\(group.key) is not up on \(other.name), though \(world.hosts[host].name) leaves"
        }
    }

    private static func isBetter(_ host: Int, than owner: Host, in world: World) -> Bool {
        world.hosts.indices.contains {
            world.hosts[$0].name == owner.name && world.losses(of: host) < world.losses(of: $0)
        }
    }

    private static func ownershipProblems(of group: Int, in world: World, _ snapshots: [ClusterSnapshot]) -> [String] {
        let key = world.configuration.groups[group].key
        let count = world.configuration.groups[group].steps.count
        let owners = world.hosts.filter { $0.active.contains(group) }
        // A group that could not be started on either node is nobody's until an operator looks at it.
        if owners.isEmpty, snapshots.contains(where: { $0.state(of: key) == .failed }) { return [] }
        if owners.isEmpty, waitsForWhatIsStuck(group, in: world, snapshots) { return [] }
        guard owners.count == 1 else {
            return ["\(key) is active on \(owners.isEmpty ? "no node" : "both nodes")"]
        }
        if let better = world.hosts.indices.first(where: { isBetter($0, than: owners[0], in: world) }),
            snapshots[better].state(of: key) != .failed
        {
            return ["\(key) stays on \(owners[0].name) although \(world.hosts[better].name) is better off"]
        }
        let running = (0..<count).filter { owners[0].running.contains(ResourcePlace(group: group, position: $0)) }
        guard running.count == count else { return ["\(key) runs only in part on \(owners[0].name)"] }
        return unreachableAddresses(of: group, in: world) + mistakenFacts(of: key, runningOn: owners[0], in: world)
    }

    /// Whoever asks either node where a group runs must be told the truth. Beside what does not stop, a node is in transition for ever.
    private static func mistakenFacts(of key: String, runningOn owner: Host, in world: World) -> [String] {
        guard !world.configuration.groups.contains(where: world.scripts.isStuck) else { return [] }
        return world.hosts.compactMap { host in
            guard let facts = host.core?.facts(at: host.localTime(world.now)),
                let told = facts.groups.first(where: { $0.key == key })
            else { return "\(host.name) tells nothing of \(key)" }
            let isTrue =
                host.name == owner.name
                ? told.state == .running && (told.onPeer == .stopped || told.onPeer == .failed)
                : told.state != .running && told.onPeer == .running
            guard !isTrue || facts.flags.contains(.bothHold) else { return nil }
            return
                "\(host.name) tells that \(key) is \(told.state) here and \(told.onPeer) there, and it runs on \(owner.name)"
        }
    }

    /// A group that does not stop is to be, and something of it is up: what has a resource in common with it is started
    /// nowhere.
    private static func waitsForWhatIsStuck(_ group: Int, in world: World, _ snapshots: [ClusterSnapshot]) -> Bool {
        let words = Set(world.configuration.groups[group].resources.map(\.word))
        return world.configuration.groups.indices.contains { index in
            let other = world.configuration.groups[index]
            guard world.scripts.isStuck(other), other.resources.contains(where: { words.contains($0.word) }) else {
                return false
            }
            return zip(world.hosts, snapshots).contains { host, snapshot in
                let state = snapshot.state(of: other.key)
                return host.active.contains(index) && (state == .releasing || state == .stopFailed)
            }
        }
    }

    /// Whoever wants the service must find it: the last word the network has heard of an address is from where it runs.
    private static func unreachableAddresses(of group: Int, in world: World) -> [String] {
        world.hosts.indices.flatMap { host in
            world.addresses(of: group, runningOn: host).filter { world.neighbours.host(of: $0) != host }.map {
                let word = world.configuration.groups[group].steps[$0.position].word
                return "\(word) runs on \(world.hosts[host].name), but the network has last heard of it elsewhere"
            }
        }
    }
}

extension ClusterSnapshot {
    /// The lines have another order when one was taken anew.
    func state(of key: String) -> Group.State? { groups.first { $0.key == key }?.state }
}
