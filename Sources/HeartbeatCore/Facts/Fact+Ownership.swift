// Facts about who holds which set of groups. Sets are named from the local node's point of view.

import HeartbeatModel

extension Fact {
    /// From a dead node; `nil` when there is no other node at all.
    package static func takingOverAll(from node: NodeName?) -> Fact {
        var fact = Fact(
            .takingOverAll, node.map { "Resources being acquired from \($0)." } ?? "Acquiring all resource groups")
        if let node { fact.fields.append(Field(.from, node)) }
        fact.fields.append(Field(.set, HoldSet.all))
        return fact
    }

    package static func localResourcesAcquired(_ set: HoldSet) -> Fact {
        Fact(.localResourcesAcquired, "Local Resource acquisition completed. (\(set))", [.set: set])
    }

    package static func remoteStable(node: NodeName) -> Fact {
        Fact(.remoteStable, "remote resource transition completed. (\(node))", [.peer: node])
    }

    package static func bothHold(_ set: HoldSet) -> Fact {
        Fact(.bothHold, "Both machines own our \(set) resources!", [.set: set])
    }

    package static func yielding(_ set: HoldSet) -> Fact {
        Fact(
            .yielding, "Giving up our \(set) resources: the other node has the better claim to them", [.set: set])
    }

    package static func conflictEnded(_ set: HoldSet) -> Fact {
        Fact(.conflictEnded, "Only one machine owns our resources again; this node holds \(set)", [.set: set])
    }

    package static func nobodyHolds(_ set: HoldSet) -> Fact {
        Fact(.nobodyHolds, "No one owns our \(set) resources!", [.set: set])
    }

    package static func adoptingGroup(_ group: ResourceGroup, isMoved: Bool) -> Fact {
        let reason = isMoved ? "was moved away from" : "failed to start on"
        return Fact(
            .adoptingGroup, "Acquiring resource group \(group.key), which \(reason) the other node",
            [.group: group.key])
    }

    package static func moveOrdered(_ group: ResourceGroup) -> Fact {
        Fact(
            .moveOrdered, "Resource group \(group.key) is moved to the other node, alone of its set",
            [.group: group.key])
    }

    package static func moveTakenBack(_ group: ResourceGroup) -> Fact {
        Fact(
            .moveTakenBack,
            "The other node does not run resource group \(group.key), which was moved to it: taking it back",
            [.group: group.key])
    }

    /// The peer is shutting down and lets us have each group as it stops.
    package static func acquiringFromLeaver(node: NodeName) -> Fact {
        Fact(
            .acquiringFromLeaver,
            "Node \(node) is shutting down: acquiring its resource groups as they stop there", [.peer: node])
    }

    /// The peer is gone and had not stopped it.
    package static func startingUnstopped(_ group: ResourceGroup, node: NodeName) -> Fact {
        Fact(
            .startingUnstopped,
            "Node \(node) is gone and had not stopped resource group \(group.key), which is acquired here now: make sure that "
                + "it does not run there",
            [.group: group.key, .peer: node])
    }
}
