// What tells two states of the exploration apart. Sequences are only ever compared, so states in which they stand in the same
// order are the same state, however many messages led there; deadlines are due when the explorer says so, so only that there
// is one counts.

import HeartbeatCore
import HeartbeatModel

/// The identity of a state.
struct PairKey: Hashable {
    /// A hash of 64 bits: of a million states two are taken for one in one of 10^7 explorations.
    private let hash: Int

    init(_ pair: ExploredPair) {
        var ranks = [SequenceRanks(), SequenceRanks()]
        var describer = Describer(ranks: ranks, hasher: Hasher())
        describer.describe(pair)
        ranks = describer.ranks.map(\.sorted)
        var ranked = Describer(ranks: ranks, hasher: Hasher())
        ranked.describe(pair)
        hash = ranked.hasher.finalize()
    }
}

/// The sequences of one node's messages that a state knows of: collected first, in order then.
private struct SequenceRanks {
    private var numbers: [UInt64] = []
    private var isSorted = false

    /// The place of `sequence` among all, once they are sorted.
    mutating func rank(_ sequence: SequenceNumber) -> Int {
        guard isSorted else {
            numbers.append(sequence.number)
            return 0
        }
        return numbers.firstIndex(of: sequence.number) ?? -1
    }

    var sorted: SequenceRanks {
        var result = self
        result.numbers = Set(numbers).sorted()
        result.isSorted = true
        return result
    }
}

private struct Describer {
    /// By the node that sent the messages.
    var ranks: [SequenceRanks]
    var hasher: Hasher

    mutating func describe(_ pair: ExploredPair) {
        hasher.combine(pair.isCut)
        hasher.combine(pair.deaf)
        hasher.combine(pair.hasSpokenInVain)
        hasher.combine(pair.leftovers)
        hasher.combine(pair.versions)
        hasher.combine(pair.incumbents)
        hasher.combine(pair.areEstranged)
        hasher.combine(pair.budget)
        hasher.combine(pair.running)
        hasher.combine(pair.announced)
        for number in 0...1 {
            guard let side = pair.sides[number] else {
                hasher.combine(0)
                continue
            }
            describe(side, number)
        }
        describe(pair.letters)
    }

    /// They arrive in any order, so theirs does not matter.
    private mutating func describe(_ letters: [ExploredPair.Letter]) {
        let outer = hasher
        var hashes: [Int] = []
        for letter in letters {
            hasher = Hasher()
            hasher.combine(letter.receiver)
            hasher.combine(letter.isMissed)
            hasher.combine(letter.message.generation)
            if let sequence = letter.message.sequence { describe(sequence, of: 1 - letter.receiver) }
            describe(letter.message.content, of: 1 - letter.receiver)
            hashes.append(hasher.finalize())
        }
        hasher = outer
        hasher.combine(hashes.sorted())
    }

    private mutating func describe(_ side: ExploredPair.Side, _ number: Int) {
        let node = side.core.node
        hasher.combine(node.channel.generation)
        hasher.combine(node.channel.lives?.believed)
        hasher.combine(node.channel.doubts.later)
        if let heard = node.channel.heardOfPeer { describe(heard, of: 1 - number) }
        hasher.combine(node.membership.status)
        hasher.combine(node.membership.joining)
        hasher.combine(node.membership.peer?.standing)
        hasher.combine(node.membership.peer?.status)
        hasher.combine(node.membership.peerSpeaksClaims)
        for runner in node.groups.runners {
            hasher.combine(runner.phase)
            hasher.combine(runner.isWanted)
            hasher.combine(runner.isBusy)
            hasher.combine(runner.gift)
        }
        for call in side.pending {
            hasher.combine(call.action.verb)
            hasher.combine(call.action.groupKey)
        }
        describe(side.core.ownership, number)
    }

    private mutating func describe(_ ownership: Ownership, _ number: Int) {
        switch ownership.state {
        case .joining: hasher.combine(1)
        case .negotiating(let negotiation):
            hasher.combine(2)
            describe(negotiation.starting, of: number)
        case .stable: hasher.combine(3)
        case .leaving: hasher.combine(4)
        case .lingering: hasher.combine(5)
        case .gone: hasher.combine(6)
        }
        hasher.combine(ownership.own)
        hasher.combine(ownership.keptByPeer)
        hasher.combine(ownership.failback.isDue)
        hasher.combine(ownership.failback.retry != nil)
        hasher.combine(ownership.mayBeMistaken)
        hasher.combine(ownership.orphanDue != nil)
        hasher.combine(ownership.tellDeadDue != nil)
        if let question = ownership.stayQuestion { describe(question.sequence, of: number) }
        if let told = ownership.told {
            describe(told.sequence, of: number)
            describe(told.report, of: number)
        }
        describe(ownership.handover, number)
        hasher.combine(ownership.dispute.overlapSince != nil)
        if let question = ownership.dispute.question { describe(question.sequence, of: number) }
        if let peer = ownership.peer { describe(peer, of: 1 - number) }
    }

    private mutating func describe(_ handover: Handover, _ number: Int) {
        switch handover {
        case .idle: hasher.combine(0)
        case .offered(let set, let offer, let isFailback, _):
            hasher.combine(1)
            hasher.combine(set)
            hasher.combine(isFailback)
            describe(offer, of: number)
        case .releasing(let giveup, let until), .handedOver(let giveup, let until):
            if case .releasing = handover { hasher.combine(4) } else { hasher.combine(5) }
            hasher.combine(giveup.set)
            hasher.combine(giveup.given)
            hasher.combine(until != nil)
            describe(giveup.answer, of: 1 - number)
        case .promised(let set, let offer, _):
            hasher.combine(2)
            hasher.combine(set)
            describe(offer, of: 1 - number)
        case .acquiring(let set, let until):
            hasher.combine(3)
            hasher.combine(set)
            hasher.combine(until != nil)
        }
    }

    private mutating func describe(_ peer: PeerHoldings, of sender: Int) {
        hasher.combine(peer.claimed)
        hasher.combine(peer.wanted)
        hasher.combine(peer.isStable)
        for sequence in [peer.reportSequence, peer.stableSequence, peer.settledSequence] {
            if let sequence { describe(sequence, of: sender) } else { hasher.combine(-1) }
        }
        if let claim = peer.claim { describe(claim, of: sender) }
    }

    private mutating func describe(_ content: Message.Content, of sender: Int) {
        switch content {
        case .resource(let report): describe(report, of: sender)
        case .other(let type, _): hasher.combine(type)
        case .status, .starting, .askResources, .takeoverRequest, .shutdownDone, .fencingReport, .requestNodes, .nodes,
            .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply, .unreadable:
            hasher.combine(content)
        }
    }

    private mutating func describe(_ report: ResourceReport, of sender: Int) {
        hasher.combine(report.hold)
        hasher.combine(report.isStable)
        hasher.combine(report.info)
        if let claim = report.claim { describe(claim, of: sender) }
    }

    private mutating func describe(_ claim: ResourceClaim, of sender: Int) {
        hasher.combine(claim.local)
        hasher.combine(claim.foreign)
        hasher.combine(claim.wantsAnswer)
        hasher.combine(claim.grantsLease)
        hasher.combine(claim.failed)
        hasher.combine(claim.moved)
        hasher.combine(claim.adopted)
        hasher.combine(claim.kept)
        hasher.combine(claim.awaited)
        hasher.combine(claim.ownOnBoth)
        hasher.combine(claim.groups)
        hasher.combine(claim.busy)
        hasher.combine(claim.files)
        if let heard = claim.heard { describe(heard, of: 1 - sender) }
    }

    private mutating func describe(_ identity: MessageIdentity, of sender: Int) {
        hasher.combine(identity.generation)
        describe(identity.sequence, of: sender)
    }

    private mutating func describe(_ sequence: SequenceNumber, of sender: Int) {
        hasher.combine(ranks[sender].rank(sequence))
    }
}
