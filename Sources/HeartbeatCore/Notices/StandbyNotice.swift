// Facts about handing groups over with the peer's consent.

import HeartbeatModel

/// What happened to a giveup. Sets are named from the local node's point of view.
public enum StandbyNotice: Hashable, Sendable {
    case offering(HoldSet, isFailback: Bool)
    case offerIgnored
    case offerUnanswered
    case willAcquire(HoldSet)
    case givingUp(HoldSet)
    case acquiring(HoldSet)
    case takenBack(HoldSet)
    case takerSilent(HoldSet)
    case promiseExpired
    case standbyRefused(String)
    case standbyFailed(ResourceGroup)

    public var level: Notice.Level {
        switch self {
        case .offering, .willAcquire, .givingUp, .acquiring, .takenBack: .info
        case .offerIgnored, .offerUnanswered, .takerSilent, .promiseExpired, .standbyRefused: .warning
        case .standbyFailed: .error
        }
    }

    public var text: String {
        switch self {
        case .offering(let set, let isFailback):
            isFailback ? "Failing back: other node may have our \(set) resources." : "Going standby [\(set)]."
        case .offerIgnored: "Standby request ignored.  Resources are in flux."
        case .offerUnanswered: "No reply to standby request.  Standby request cancelled."
        case .willAcquire(let set):
            // As everywhere in the original: the set as its giver calls it.
            "standby: acquire [\(set.seenByPeer)] resources from the other node when it has stopped them"
        case .givingUp(let set): "give up \(set) HA resources (standby)."
        case .acquiring(let set): "acquire \(set) HA resources (standby)."
        case .takenBack(let set): "The other node did not acquire our \(set) resources: taking them back"
        case .takerSilent(let set): "The other node does not say whether it acquired our \(set) resources"
        case .promiseExpired: "The other node never gave up what it offered. Standby request cancelled."
        case .standbyRefused(let reason): "Standby request refused: \(reason)."
        case .standbyFailed(let group):
            "Standby failed for resource group \(group.key): it will not stop here, so it stays"
        }
    }
}
