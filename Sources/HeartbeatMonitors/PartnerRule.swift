// Where the word of a partner, a node of another pair at the other end of a tunnel, leaves this node. Following is one-sided: if
// both pairs followed each other, two that start apart would swap places for ever. The pair that has stayed longer follows the
// one that moved last; if that cannot be, the other one does.

import HeartbeatModel

/// Where the pair of this node serves, as far as its partner's word is to be compared with it.
package struct OwnPlace: Hashable, Sendable {
    /// Groups run on this node, and nothing is about to change.
    package var servesHere: Bool
    /// So long the pair has been where it is.
    package var age: Duration
    /// The pair's name.
    package var pair: String
    /// The other node of the pair has told that its partner serves.
    package var otherIsWith: Bool

    package init(servesHere: Bool, age: Duration, pair: String, otherIsWith: Bool) {
        self.servesHere = servesHere
        self.age = age
        self.pair = pair
        self.otherIsWith = otherIsWith
    }
}

package enum PartnerRule {
    /// Two pairs that moved within so little of each other have moved at once: their ages are measured on four machines, and
    /// a handover lies between the views of two nodes of a pair.
    package static let tie = Duration.seconds(1)
    /// Two pairs that have been apart for so long wait for each other: the one that is to follow cannot.
    package static let patience = Duration.seconds(5)

    /// - Parameter age: how long the other pair has been where it is, by now.
    package static func footing(of word: PartnerWord, age: Duration, own: OwnPlace) -> PartnerFooting {
        switch word.place {
        case .serves: return .with
        case .changing: return .unsure
        case .standsBy: break
        }
        // It cannot come here, whoever moved last.
        if word.isBound { return .apart }
        // A partner that stands by as this node does would follow it.
        guard own.servesHere else { return .unsure }
        return follows(age: age, of: word.pair, own: own) ? .apart : .unsure
    }

    private static func follows(age: Duration, of pair: String, own: OwnPlace) -> Bool {
        if min(age, own.age) > patience { return true }
        let lead = own.age - age
        return own.pair > pair ? lead >= .zero - tie : lead > tie
    }
}
