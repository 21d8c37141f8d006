// Since when what people see has been as it is. It is shown the picture when there are news, and keeps instants and nothing else.

import HeartbeatModel

/// How long each node, link, watched thing and group has been what it is.
struct SnapshotChanges {
    /// States of one kind of thing, by name.
    private struct Since<Key: Hashable, State: Equatable> {
        private var known: [Key: (state: State, since: Instant)] = [:]

        /// Takes what there is now; what is not named is forgotten.
        mutating func note(_ things: [(Key, State)], at now: Instant) {
            var new: [Key: (state: State, since: Instant)] = [:]
            for (key, state) in things {
                let old = known[key]
                new[key] = (state, old.map { $0.state == state ? $0.since : now } ?? now)
            }
            known = new
        }

        subscript(key: Key) -> Instant? { known[key]?.since }
    }

    private struct LinkKey: Hashable {
        var node: NodeName
        var medium: MediumName
    }

    private struct WatchedKey: Hashable {
        var name: String
        var kind: ClusterSnapshot.Watched.Kind
    }

    private var nodes = Since<NodeName, NodeStatus>()
    private var links = Since<LinkKey, Bool>()
    private var watched = Since<WatchedKey, ClusterSnapshot.Watched.State>()
    private var groups = Since<String, ClusterSnapshot.Group.State>()

    mutating func note(_ snapshot: ClusterSnapshot, at now: Instant) {
        nodes.note(snapshot.nodes.map { ($0.name, $0.status) }, at: now)
        links.note(
            snapshot.nodes.flatMap { node in
                node.links.map { (LinkKey(node: node.name, medium: $0.medium), $0.isUp) }
            }, at: now)
        watched.note(snapshot.watched.map { (WatchedKey(name: $0.name, kind: $0.kind), $0.state) }, at: now)
        groups.note(snapshot.groups.map { ($0.key, $0.state) }, at: now)
    }

    /// Completes what is told.
    func date(_ facts: inout NodeFacts, at now: Instant) {
        for index in facts.nodes.indices { facts.nodes[index].since = nodes[facts.nodes[index].name].map { now - $0 } }
        for index in facts.links.indices {
            let key = LinkKey(node: facts.links[index].node, medium: facts.links[index].medium)
            facts.links[index].since = links[key].map { now - $0 }
        }
        for index in facts.watched.indices {
            let key = WatchedKey(name: facts.watched[index].name, kind: facts.watched[index].kind)
            facts.watched[index].since = watched[key].map { now - $0 }
        }
        for index in facts.groups.indices {
            facts.groups[index].since = groups[facts.groups[index].key].map { now - $0 }
        }
    }
}
