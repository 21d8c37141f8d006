// A set on its way from one node to the other with the consent of both, seen from this node, and when it is given back. Each
// state has its data and its deadline; which messages lead from one to the next is told in Ownership+Handover.

import HeartbeatModel

/// The giveup of a set. Sets are named as *we* name them.
package enum Handover: Hashable, Codable, Sendable {
    case idle
    /// We offered and wait for the peer's word. `offer` is the sequence of our offer.
    case offered(HoldSet, offer: SequenceNumber, isFailback: Bool, until: Instant)
    /// The peer agreed and takes the set as a whole; our scripts are stopping.
    case releasing(Giveup, until: Instant?)
    /// The peer knows that it may have the set, apart from the groups that we name to it; it is starting.
    case handedOver(Giveup, until: Instant?)
    /// The peer offered (`offer`) and we agreed; its scripts are stopping.
    case promised(HoldSet, offer: SequenceNumber, until: Instant)
    /// The peer has let go of it; our scripts are starting.
    case acquiring(HoldSet, until: Instant?)

    /// When patience with the other side, or with our own scripts, is over.
    var deadline: Instant? {
        switch self {
        case .idle: nil
        case .offered(_, _, _, let until), .promised(_, _, let until): until
        case .releasing(_, let until), .handedOver(_, let until), .acquiring(_, let until): until
        }
    }

    /// For people.
    var word: String {
        switch self {
        case .idle: "idle"
        case .offered(let set, _, _, _): "offered \(set)"
        case .releasing(let giveup, _): "releasing \(giveup.set)"
        case .handedOver(let giveup, _): "handed-over \(giveup.set)"
        case .promised(let set, _, _): "promised \(set)"
        case .acquiring(let set, _): "acquiring \(set)"
        }
    }

    /// Our own scripts take as long as they take: their deadline passes once.
    mutating func forgetDeadline() {
        switch self {
        case .releasing(let giveup, _): self = .releasing(giveup, until: nil)
        case .handedOver(let giveup, _): self = .handedOver(giveup, until: nil)
        case .acquiring(let set, _): self = .acquiring(set, until: nil)
        case .idle, .offered, .promised: break
        }
    }
}

/// What is given to the peer.
package struct Giveup: Hashable, Codable, Sendable {
    /// As it was offered.
    package var set: HoldSet
    /// What of it was ours to give, and is ours again if nothing comes of it.
    package var given: HoldSet
    /// Sequence of the message in which the peer agreed.
    package var answer: SequenceNumber
}

/// Why the peer is to get back what is its own by preference.
package struct Failback: Hashable, Codable, Sendable {
    /// It came back, or began anew, and `auto_failback` says so.
    package var isDue = false
    /// It gave us its groups because it was worse off, and is to have them when it is not.
    var isOwed = false
    /// It was worse off when it offered them. When it has stopped everything it may not be any more: what it was to follow is where it
    /// goes itself by then.
    var wasPromisedToWorse = false
    /// An offer that was not answered is repeated then.
    package var retry: Instant?
    /// Only files that are not the same on both nodes stand in its way, which has been told.
    package var waitsForFiles = false
    /// What it has to wait for else.
    package var patience = FailbackPatience()

    var isWanted: Bool { isDue || isOwed }

    /// It is offered, or there is nothing to give back.
    mutating func isDone() {
        isDue = false
        isOwed = false
        waitsForFiles = false
        patience.waitsUntil = nil
    }
}
