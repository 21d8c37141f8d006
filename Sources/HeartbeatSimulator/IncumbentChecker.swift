// Who may stop a service for the sake of the other node's claim: never the one that has served with the other's knowledge all
// along – before the nodes were parted, and meanwhile – unless it cannot make itself heard.

import HeartbeatCore
import HeartbeatModel

/// The rule for what goes on after a partition.
struct IncumbentChecker {
    private struct Server: Hashable {
        var host: Int
        var incarnation: Int
    }

    private let configuration: Configuration
    /// By group: who runs it while both nodes are well and of one mind, and since when.
    private var agreed: [Int: (server: Server, since: Instant)] = [:]
    /// By group: who has run it ever since that had lasted long enough for both to know.
    private var incumbents: [Int: Server] = [:]
    private var nextLook = Instant.zero
    /// When the words of a host last reached nobody although it heard the other.
    private var unheardAt: [Int: Instant] = [:]

    init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// After every step.
    mutating func check(_ world: World) {
        if let deaf = world.network.deafSender { unheardAt[1 - deaf] = world.now }
        for (group, server) in agreed where !serves(server.server, group: group, in: world) { agreed[group] = nil }
        for (group, server) in incumbents where !serves(server, group: group, in: world) { incumbents[group] = nil }
        // What a node thinks of itself is asked once a keepalive; that is often enough and takes time.
        guard world.now >= nextLook, world.network.isHonest else { return }
        nextLook = world.now + configuration.keepalive
        look(world)
    }

    private mutating func look(_ world: World) {
        guard isQuiet(world) else {
            agreed = [:]
            return
        }
        for group in configuration.groups.indices {
            let owners = world.hosts.indices.filter { world.hosts[$0].active.contains(group) }
            guard owners.count == 1, isMeantToServe(owners[0], group, in: world) else { continue }
            let server = Server(host: owners[0], incarnation: world.hosts[owners[0]].incarnation)
            let since = agreed[group]?.since ?? world.now
            agreed[group] = (server, since)
            if world.now - since > configuration.keepalive * 40 { incumbents[group] = server }
        }
    }

    /// It runs the group by right, or in place of the other, where that has failed. What goes on only because it did not stop
    /// when it was given away is the other's as soon as it does.
    private func isMeantToServe(_ owner: Int, _ group: Int, in world: World) -> Bool {
        let line = configuration.groups[group]
        let set: HoldSet = line.preferredNode == world.hosts[owner].name ? .local : .foreign
        return world.hosts[owner].core?.ownership.own.held.contains(set) == true
            || world.hosts[1 - owner].core?.snapshot.state(of: line.key) == .failed
    }

    /// `host` releases a group of its own accord: it is handing it over, or cannot keep it up.
    mutating func released(_ key: String, by host: Int) {
        guard let index = configuration.groups.firstIndex(where: { $0.key == key }) else { return }
        if agreed[index]?.server.host == host { agreed[index] = nil }
        if incumbents[index]?.host == host { incumbents[index] = nil }
    }

    private func serves(_ server: Server, group: Int, in world: World) -> Bool {
        let machine = world.hosts[server.host]
        return machine.incarnation == server.incarnation && machine.active.contains(group)
    }

    /// Both are members, settled, hear each other and share the sets.
    private func isQuiet(_ world: World) -> Bool {
        let snapshots = world.hosts.compactMap { $0.stalledUntil == nil ? $0.core?.snapshot : nil }
        return snapshots.count == world.hosts.count
            && snapshots[0].hold.seenByPeer == HoldSet.all.subtracting(snapshots[1].hold)
            && snapshots.allSatisfy { snapshot in
                !snapshot.isInTransition && snapshot.nodes.allSatisfy { $0.isPingNode || $0.status == .active }
            }
    }

    /// What is wrong with `host`'s giving up `set` because the other has the better claim.
    func problem(with set: HoldSet, of host: Int, in world: World) -> String? {
        if let unheard = unheardAt[host], world.now - unheard < configuration.deadtime { return nil }
        guard world.network.isHonest else { return nil }
        let name = world.hosts[host].name
        let snapshot = world.hosts[host].core?.snapshot
        let given = configuration.groups.indices.first { group in
            set.contains(configuration.groups[group].preferredNode == name ? .local : .foreign)
                // It goes on as an exception where it has failed on the other.
                && snapshot?.state(of: configuration.groups[group].key) != .running
                && incumbents[group] == Server(host: host, incarnation: world.hosts[host].incarnation)
        }
        return given.map { "\(name) gives up \(configuration.groups[$0].key), which it has served throughout" }
    }
}
