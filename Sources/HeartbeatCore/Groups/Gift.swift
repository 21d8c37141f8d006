// A group that an operator gives to the peer alone, without the rest of its set. It stops here and is offered like one that failed here,
// which the peer runs in our place; but it has not failed, and comes back as soon as the peer does not run it any more.

import HeartbeatModel

/// How far it has come.
package enum Gift: Hashable, Codable, Sendable {
    /// The peer has not said that it runs it.
    case offered
    case taken

    /// A peer that does not take it in this time does not want it.
    static let patience = Duration.seconds(60)
}
