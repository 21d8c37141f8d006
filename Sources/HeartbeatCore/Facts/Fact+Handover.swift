// Facts about handing groups over with the peer's consent. Sets are named from the local node's point of view.

import HeartbeatModel

extension Fact {
    package static func standbyOffered(_ set: HoldSet, isFailback: Bool) -> Fact {
        Fact(
            .standbyOffered,
            isFailback ? "Failing back: other node may have our \(set) resources." : "Going standby [\(set)].",
            [.set: set, .cause: isFailback ? "failback" : "standby"])
    }

    package static var standbyIgnored: Fact {
        Fact(.standbyIgnored, "Standby request ignored.  Resources are in flux.")
    }

    package static var standbyUnanswered: Fact {
        Fact(.standbyUnanswered, "No reply to standby request.  Standby request cancelled.")
    }

    package static func standbyAccepted(_ set: HoldSet) -> Fact {
        // As everywhere in the original: the set as its giver calls it.
        Fact(
            .standbyAccepted,
            "standby: acquire [\(set.seenByPeer)] resources from the other node when it has stopped them", [.set: set])
    }

    package static func standbyGivingUp(_ set: HoldSet) -> Fact {
        Fact(.standbyGivingUp, "give up \(set) HA resources (standby).", [.set: set])
    }

    package static func standbyAcquiring(_ set: HoldSet) -> Fact {
        Fact(.standbyAcquiring, "acquire \(set) HA resources (standby).", [.set: set])
    }

    package static func standbyTakenBack(_ set: HoldSet) -> Fact {
        Fact(
            .standbyTakenBack, "The other node did not acquire our \(set) resources: taking them back", [.set: set])
    }

    package static func standbyTakerSilent(_ set: HoldSet) -> Fact {
        Fact(
            .standbyTakerSilent, "The other node does not say whether it acquired our \(set) resources", [.set: set])
    }

    package static var standbyExpired: Fact {
        Fact(.standbyExpired, "The other node never gave up what it offered. Standby request cancelled.")
    }

    package static func standbyRefused(_ reason: String) -> Fact {
        Fact(.standbyRefused, "Standby request refused: \(reason).", [.cause: reason])
    }

    package static func standbyFailed(_ group: ResourceGroup) -> Fact {
        Fact(
            .standbyFailed, "Standby failed for resource group \(group.key): it will not stop here, so it stays",
            [.group: group.key])
    }
}
