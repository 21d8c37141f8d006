// What the original's ipfail does, for nodes that do not have it: as a client of that name it compares with its like on the
// other node how many ping nodes each reaches, and the node that reaches fewer gives its groups away. Two nodes that are
// equally blind keep what they have.
//
//     a ping node comes or goes here,                       asked: how many do I reach?
//     an ipfail signs on there        ── num_ping_nodes ──▶   more:  you_are_dead ──▶ the asker gives up after a pause
//                                                             fewer: gives up itself after a pause
//                                                             equal: abort_giveup ──▶ the asker's pause ends without
//
// With auto_failback, whoever was asked and is equal gives back what belongs to the other. All of it is observed behaviour of
// the original, whose ipfail may be on the other node.

import HeartbeatModel

/// One node's ipfail, as a value.
package struct IPFail: Hashable, Sendable {
    /// One thing to be done.
    package enum Effect: Hashable, Sendable {
        /// Send a message to the daemon, as a client that has signed on.
        case send([Message.Field])
        /// Call ``pauseIsOver(_:)`` after so long, instead of what was asked for before.
        case pause(Duration)
        /// Do not call it any more.
        case endPause
        /// A sentence for the log.
        case note(String)
    }

    package static let name = "ipfail"

    /// Between the decision to give up and giving up; the other may take it back meanwhile.
    private let pause: Duration
    private let returnsGroups: Bool
    private var isPausing = false
    /// Nodes are equal, but groups were moving when that was found.
    private var owesGroups = false

    package init(_ configuration: Configuration) {
        pause = max(.seconds(1), configuration.keepalive * 2)
        returnsGroups = configuration.autoFailback != .off
    }

    /// The first message to the daemon.
    package static func signOn(_ peer: PeerCredentials) -> [Message.Field] {
        [Message.Field](texts: [
            "t": "hbapi-req", "reqtype": "signon", "pid": "\(peer.pid)", "from_id": name, "uid": "\(peer.user)",
            "gid": "\(peer.group)",
        ])
    }

    /// Takes a message as the daemon gives it to a client; the snapshot is the cluster's at this moment.
    package mutating func hear(_ fields: [Message.Field], _ snapshot: ClusterSnapshot) -> [Effect] {
        guard let type = fields.text("t"), let other = snapshot.peer else { return [] }
        let isOthers = fields.text("src").map { NodeName($0) } == other.name
        switch type {
        // A ping node's link goes together with the node.
        case "ifstat" where fields.text("st") == "dead" && snapshot.isPingNode(fields.text("node")):
            return askForCount(other, snapshot)
        case "NS_st" where snapshot.isPingNode(fields.text("src")): return askForCount(other, snapshot)
        case "hbapi-clstat" where isOthers && fields.text("st") == "join" && fields.text("from_id") == Self.name:
            return askForCount(other, snapshot)
        case "num_ping_nodes" where isOthers:
            guard let count = fields.text("num_ping").flatMap({ Int($0) }) else { return [] }
            return compare(count, other, snapshot)
        case "you_are_dead" where isOthers:
            return giveUpAfterPause("Giving up because we were told that we have less ping nodes.")
        case "abort_giveup" where isOthers: return stay()
        case "resource" where owesGroups && !snapshot.isInTransition: return returnGroups(snapshot)
        default: return []
        }
    }

    /// Nobody has taken it back.
    package mutating func pauseIsOver(_ snapshot: ClusterSnapshot) -> [Effect] {
        guard isPausing else { return [] }
        isPausing = false
        return snapshot.hold.isEmpty ? [] : [.note("Giving up all resources"), giveUp(.all, snapshot)]
    }

    // MARK: - Counting

    private mutating func askForCount(_ other: ClusterSnapshot.Node, _ snapshot: ClusterSnapshot) -> [Effect] {
        owesGroups = false
        return [
            .note("Asking other side for ping node count."),
            Self.send([
                "t": "num_ping_nodes", "src": snapshot.localNode.text, "num_ping": "\(snapshot.reachedPingNodes)",
                "dest": other.name.text,
            ]),
        ]
    }

    private mutating func compare(
        _ count: Int, _ other: ClusterSnapshot.Node, _ snapshot: ClusterSnapshot
    ) -> [Effect] {
        let own = snapshot.reachedPingNodes
        owesGroups = false
        if own > count {
            return [
                .note("Telling other node that we have more visible ping nodes."),
                Self.send(["t": "you_are_dead", "dest": other.name.text]),
            ]
        }
        guard own == count else { return giveUpAfterPause("Giving up because we have less visible ping nodes.") }
        owesGroups = returnsGroups
        return [
            .note("Ping node count is balanced."),
            Self.send(["t": "abort_giveup", "src": snapshot.localNode.text, "dest": other.name.text]),
        ] + returnGroups(snapshot)
    }

    // MARK: - Giving groups away

    private mutating func giveUpAfterPause(_ reason: String) -> [Effect] {
        isPausing = true
        return [.note(reason), .pause(pause)]
    }

    private mutating func stay() -> [Effect] {
        guard isPausing else { return [] }
        isPausing = false
        return [.note("Aborted delayed giveup"), .endPause]
    }

    private mutating func returnGroups(_ snapshot: ClusterSnapshot) -> [Effect] {
        guard owesGroups, !snapshot.isInTransition else { return [] }
        owesGroups = false
        guard snapshot.hold.contains(.foreign) else { return [] }
        return [.note("Giving up foreign resources (auto_failback)."), giveUp(.foreign, snapshot)]
    }

    private func giveUp(_ groups: HoldSet, _ snapshot: ClusterSnapshot) -> Effect {
        Self.send([
            "t": "ask_resources", "rsc_hold": "\(groups)", "src": snapshot.localNode.text, "info": "me",
        ])
    }

    private static func send(_ texts: KeyValuePairs<String, String>) -> Effect {
        .send([Message.Field](texts: texts))
    }
}

extension ClusterSnapshot {
    fileprivate var peer: Node? { nodes.first { !$0.isPingNode && $0.name != localNode } }

    fileprivate var reachedPingNodes: Int { nodes.count { $0.isPingNode && $0.status == .ping } }

    fileprivate func isPingNode(_ name: String?) -> Bool {
        nodes.contains { $0.isPingNode && $0.name.text == name }
    }
}
