// Facts about who is there, and about this node's own life.

import HeartbeatModel

extension Fact {
    package static func localStatus(_ status: NodeStatus) -> Fact {
        Fact(.localStatus, "Local status now set to: '\(status.rawValue)'", [.status: status.rawValue])
    }

    package static func statusUpdate(node: NodeName, status: NodeStatus) -> Fact {
        Fact(
            .statusUpdate, "Status update for node \(node): status \(status.rawValue)",
            [.peer: node, .status: status.rawValue])
    }

    package static func lateHeartbeat(node: NodeName, silence: Duration) -> Fact {
        Fact(
            .lateHeartbeat, "Late heartbeat: Node \(node): interval \(silence.milliseconds) ms",
            [.peer: node, .latency: silence.milliseconds])
    }

    package static func returnedAfterPartition(node: NodeName) -> Fact {
        Fact(.returnedAfterPartition, "Cluster node \(node) returning after partition.", [.peer: node])
    }

    package static func peerRestarted(node: NodeName) -> Fact {
        Fact(.peerRestarted, "Heartbeat restart on node \(node)", [.peer: node])
    }

    package static func nodeDead(node: NodeName) -> Fact {
        Fact(.nodeDead, "node \(node): is dead", [.peer: node])
    }

    /// No keepalive of the peer's is heard, but its kernel has answered on one of this node's interfaces.
    package static func peerKernelLives(node: NodeName, interface: String) -> Fact {
        Fact(
            .peerKernelLives,
            "No keepalive of \(node) arrives, but its kernel answers on \(interface): it has its deadtime",
            [.peer: node, .interface: interface])
    }

    /// The peer is found dead before its deadtime, after so much silence.
    package static func quickDeath(node: NodeName, _ verdict: DeathVerdict, silence: Duration) -> Fact {
        let ground = verdict.cable.map { "the cable on \($0) has lost its carrier" } ?? "its lease is over"
        return Fact(
            .quickDeath,
            "node \(node) was silent for \(silence.milliseconds) ms, its kernel answers nowhere "
                + "(\(verdict.silentOn.joined(separator: ", "))) while others answer on "
                + "\(verdict.provedOn.joined(separator: ", ")), and \(ground): its deadtime is not waited for",
            [.peer: node, .latency: silence.milliseconds, .interface: verdict.silentOn.joined(separator: " ")])
    }

    /// Its kernel is silent, too, and that proves nothing.
    package static func quickDeathUnsure(node: NodeName, _ reason: DoubtReason) -> Fact {
        let text =
            switch reason {
            case .nothingProved: "nobody else has answered either: a \"reference\" on one of their networks would tell"
            case .ownInterface(let name): "\(name) has no carrier here"
            }
        return Fact(
            .quickDeathUnsure, "The kernel of \(node) answers nowhere, but \(text); it has its deadtime", [.peer: node])
    }

    /// The peer lived all the time; nobody is judged before its deadtime for so long.
    package static func quickDeathWasWrong(node: NodeName, suspension: Duration) -> Fact {
        Fact(
            .quickDeathWasWrong,
            "node \(node) was found dead before its deadtime, and was there: it stood still or was cut off. For the next "
                + "\(suspension.milliseconds / 60_000) minutes it has its deadtime whatever its kernel says",
            [.peer: node, .limit: suspension.milliseconds])
    }

    /// The peer is alive, and only the bypass shows it.
    package static func mediaCut(node: NodeName, over interfaces: [String]) -> Fact {
        let names = interfaces.joined(separator: ", ")
        return Fact(
            .mediaCut,
            "No medium of ha.cf brings a word of \(node) any more, but it answers over \(names): nothing is taken from it. Mend the "
                + "media: when \(names) fails, too, both nodes serve",
            [.peer: node, .interface: interfaces.joined(separator: " ")])
    }

    /// No word of the peer's arrives by any way, but its kernel answers for a service address.
    package static func onlyKernelServes(node: NodeName, address: IPAddress, interface: String, port: UInt16) -> Fact {
        Fact(
            .onlyKernelServes,
            "No word of \(node) arrives by any way, but its machine answers for \(address) on \(interface): it serves, and nothing is "
                + "taken from it. Mend the media, and let UDP port \(port) of \(node) in on \(interface)",
            [.peer: node, .neighbour: address, .interface: interface])
    }

    package static func mediaMended(node: NodeName) -> Fact {
        Fact(.mediaMended, "A medium of ha.cf brings the words of \(node) again", [.peer: node])
    }

    /// Nobody can be asked whether the peer lives.
    package static func blind(node: NodeName) -> Fact {
        Fact(
            .blind,
            "\(node) is silent, but no interface of this node has a carrier: nobody can be asked whether it lives, and nobody would be "
                + "served. Nothing is taken from it before a carrier has been back for deadtime (veto on blind=stay)",
            [.peer: node])
    }

    package static func differentNodes(node: NodeName, nodes: [NodeName]) -> Fact {
        let names = nodes.map(\.text).joined(separator: " ")
        return Fact(
            .differentNodes, "node \(node) knows other nodes than we do: \(names)", [.peer: node, .nodes: names])
    }

    /// haresources is not the same on both nodes; keys of the groups in question.
    package static func differentGroups(node: NodeName, keys: [String]) -> Fact {
        Fact(
            .differentGroups,
            "node \(node) has other lines in haresources for \(keys.joined(separator: ", ")); they are "
                + "not started, moved or changed before it has them too; make haresources the same on both nodes, then heartbeat -r",
            [.peer: node, .group: keys.joined(separator: " ")])
    }

    /// Each node has these lines of haresources under its own name; those of `first` count.
    package static func ownOnBoth(node: NodeName, keys: [String], first: NodeName) -> Fact {
        Fact(
            .ownOnBoth,
            "node \(node) has in haresources under its own name what this node has under its own: "
                + "\(keys.joined(separator: ", ")); both go by the file of \(first) (an older version does not, then nobody starts it); "
                + "a line begins with the same name on both nodes; make haresources the same, then heartbeat -r",
            [.peer: node, .group: keys.joined(separator: " ")])
    }

    package static var communicationUp: Fact { Fact(.communicationUp, "Comm_now_up(): updating status to active") }

    /// The configuration was read again and is in force.
    package static var reconfigured: Fact {
        Fact(.reconfigured, "The configuration was read again and is in force")
    }

    package static func peerShutDown(node: NodeName) -> Fact {
        Fact(.peerShutDown, "Received shutdown notice from '\(node)'.", [.peer: node])
    }

    package static var shuttingDown: Fact { Fact(.shuttingDown, "Heartbeat shutdown in progress.") }

    package static var allReleased: Fact { Fact(.allReleased, "All HA resources relinquished.") }

    package static var shutdownComplete: Fact { Fact(.shutdownComplete, "Heartbeat shutdown complete.") }

    /// The daemon ends although the group has not stopped.
    package static func shutdownUnfinished(_ group: ResourceGroup) -> Fact {
        Fact(
            .shutdownUnfinished,
            "Heartbeat ends although resource group \(group.key) has not stopped (shutdown_timeout): stop it by hand at once, for "
                + "the other node starts it when this one has been silent for deadtime",
            [.group: group.key])
    }
}
