// What an operator hears of a gateway service: one sentence a fact, in the words of the configuration. Nobody acts on them.

import HeartbeatModel

/// Why a backup wants to take over.
package enum GatewayCause: Hashable, Sendable {
    /// Nobody serves, and this host is the best.
    case vacant
    /// Whoever served does not any more, or is about to end, and this host is the best.
    case closed(by: NodeName)
    /// A host of lower priority serves.
    case better(than: NodeName)
    case serviceSilent
    case hostSilent
    /// The host in service says itself that it is not well.
    case hostUnwell
}

extension GatewayCause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .vacant: "nobody serves, and this is the best host"
        case .closed(let name): "\(name) stops serving, and this is the best host"
        case .better(let name): "its priority is higher than that of \(name), which serves"
        case .serviceSilent: "remoteSvcCheck does not see the service"
        case .hostSilent: "the service answers, and its host does not"
        case .hostUnwell: "the host in service is not well"
        }
    }
}

/// Why a host stops serving.
package enum GatewayLeave: Hashable, Sendable {
    case asked
    case failed(GatewayProcedure)
    /// A host of higher priority is ready.
    case yields(to: NodeName)
}

extension GatewayLeave: CustomStringConvertible {
    package var description: String {
        switch self {
        case .asked: "it was asked to"
        case .failed(let procedure): "\(procedure.rawValue) has failed"
        case .yields(let name): "\(name) takes over, its priority is higher"
        }
    }
}

/// What people should hear of.
package enum GatewayFact: Hashable, Sendable {
    case backup(of: NodeName?)
    /// Somebody has the roving address and the service works, and no host answers for it (the endless loop of the paper's `init`).
    case nobodyAnswers(since: Duration)
    case candidate(GatewayCause)
    /// Announced, for a veto to come.
    case announced(isLast: Bool, waiting: Duration)
    case denied(by: NodeName, over: GatewaySide)
    /// Whoever serves is there, and will say whether it stays.
    case pending(NodeName, waiting: Duration)
    case interrupted(by: NodeName)
    case serves
    /// This host has said no to another one.
    case vetoed(NodeName, over: GatewaySide)
    /// It has said no because the time was up, and the service is still here.
    case vetoedUnreleased(NodeName, over: GatewaySide)
    case leaves(GatewayLeave)
    /// It is asked to stop, and serves until a backup is ready.
    case handsOver(waiting: Duration)
    case left
    /// Another host serves, too.
    case secondMaster(NodeName, yields: Bool)
    /// This host counts as a priority, instead of the one that it has.
    case counts(UInt16, of: UInt16, GatewayBurden)
    case joined(NodeName, priority: UInt16)
    /// A backup was not heard for so long, and is none any more.
    case gone(NodeName, after: Duration)
    case noRoom(NodeName)
    case failed(GatewayProcedure)
    /// Nothing was heard of a procedure at all.
    case unanswered(GatewayProcedure, after: Duration)
}

extension GatewayFact: CustomStringConvertible {
    package var description: String {
        switch self {
        case .backup(let master?): "Backup: \(master) serves"
        case .backup(nil): "Backup: nobody serves yet"
        case .nobodyAnswers(let time):
            "The service answers, and no host has answered for it for \(time.decimalSeconds) s: its daemon is dead, or the "
                + "keys differ. This host stays a backup until the service is gone; look who has the roving address"
        case .candidate(let cause): "Wants to take over: \(cause)"
        case .announced(let isLast, let time):
            (isLast ? "The uplink works; takes over" : "Announces a takeover; activates the uplink")
                + " in \(time.decimalSeconds) s at most, unless somebody serves"
        case .denied(let name, let side):
            "\(name) says no on the \(side.rawValue) side: this host stays a backup"
        case .pending(let name, let time):
            "\(name) serves, and checks itself: its answer is waited for, \(time.decimalSeconds) s at most"
        case .handsOver(let time):
            "Is to stop: serves until a backup is ready, \(time.decimalSeconds) s at most"
        case .interrupted(let name): "\(name) takes over, its priority is higher: this host stays a backup"
        case .serves: "Serves"
        case .vetoed(let name, let side): "Says no to \(name) on the \(side.rawValue) side: the service is well here"
        case .vetoedUnreleased(let name, let side):
            "Says no to \(name) on the \(side.rawValue) side: the service is still here, well or not"
        case .leaves(let why): "Stops serving: \(why)"
        case .left: "Does not serve any more"
        case .secondMaster(let name, let yields):
            "\(name) serves, too: both sides between the two were cut. "
                + (yields
                    ? "Its priority is higher: this host yields"
                    : "This host's priority is higher: the other one yields")
        case .counts(let priority, let whole, let burden):
            "Counts as priority \(priority)"
                + (priority == whole ? " again" : ", \(whole - priority) less than it has, because \(burden)")
        case .joined(let name, let priority): "\(name) is a backup now, with priority \(priority)"
        case .gone(let name, let time): "\(name) has not asked for \(time.decimalSeconds) s and is no backup any more"
        case .noRoom(let name): "\(name) cannot be a backup: there are \(StatusTable.mostHosts) hosts already"
        case .failed(let procedure): "\(procedure.rawValue) has failed"
        case .unanswered(let procedure, let time):
            "\(procedure.rawValue) has not ended after \(time.decimalSeconds) s and counts as failed"
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .nobodyAnswers, .candidate, .denied, .secondMaster, .gone, .noRoom, .failed, .unanswered, .vetoed,
            .vetoedUnreleased:
            true
        case .counts(_, _, let burden): burden.isUnwell
        case .leaves(.failed): true
        case .leaves(.asked), .leaves(.yields): false
        case .backup, .announced, .pending, .interrupted, .serves, .handsOver, .left, .joined: false
        }
    }
}
