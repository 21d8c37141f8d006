// Who holds which groups, as this node knows it: its own claims with their rank, and what the peer last reported. Only
// facts and their arithmetic; what is done about them is Ownership's.

import HeartbeatModel

/// This node's claims on the two sets of groups, and the groups that are exceptions.
package struct OwnHoldings: Hashable, Codable, Sendable {
    package private(set) var held: HoldSet = []
    private var localRank = ClaimRank.none
    private var foreignRank = ClaimRank.none
    /// Groups outside `held` that we run because they failed on the peer. Ascending.
    private(set) var adopted: [GroupID] = []
    /// Groups that were adopted and are being released. The peer must not start them yet. Ascending.
    private(set) var leaving: [GroupID] = []
    /// Sets given to a peer that takes single groups: what of them has not stopped here yet is an exception.
    private(set) var parted: HoldSet = []
    /// Groups of such a set that will not stop, and therefore run on here. Ascending.
    private(set) var staying: [GroupID] = []
    /// Groups that were adopted when the peer fell silent, and have run on since. Ascending.
    private(set) var served: [GroupID] = []

    /// Claims `set`; a set already held keeps its rank.
    mutating func acquire(_ set: HoldSet, rank: ClaimRank) {
        for part in set.subtracting(held).parts { self[rankOf: part] = rank }
        held.formUnion(set)
        parted.subtract(set)
    }

    /// Gives `set` up, group by group or as a whole. The rank stays until `released` says that nothing of it runs any more.
    mutating func giveUp(_ set: HoldSet, singly: Bool = false) {
        held.subtract(set)
        if singly { parted.formUnion(set) }
    }

    /// Nothing of `part` runs here any more.
    mutating func released(_ part: HoldSet) {
        guard !held.contains(part) else { return }
        self[rankOf: part] = .none
        parted.subtract(part)
    }

    /// The peer knows what we hold and does not object.
    mutating func agree() {
        for part in held.parts { self[rankOf: part] = .agreed }
        served = []
    }

    /// The peer knows of everything we hold.
    package var isAgreed: Bool { held.parts.allSatisfy { self[rankOf: $0] == .agreed } }

    mutating func adopt(_ id: GroupID) {
        adopted.include(id)
    }

    /// Stops wanting an adopted group; it counts as ours until `forgetException`.
    mutating func abandon(_ id: GroupID) {
        guard adopted.contains(id) else { return }
        adopted.exclude(id)
        leaving.include(id)
    }

    /// Lets a group of a set given away run on here.
    mutating func stay(_ id: GroupID) {
        leaving.exclude(id)
        staying.include(id)
    }

    /// Everything is ours from now on, `groups` because they were exceptions before.
    mutating func serve(_ groups: [GroupID]) {
        served = Set(groups).sorted()
    }

    /// Groups that run on here are not wanted any more.
    mutating func endStaying() {
        staying = []
    }

    /// The group is released, or part of a set that we hold.
    mutating func forgetException(_ id: GroupID) {
        changeExceptions { $0.exclude(id) }
    }

    /// The other groups are gone.
    mutating func keepExceptions(among ids: [GroupID]) {
        changeExceptions { $0.removeAll { !ids.contains($0) } }
    }

    private mutating func changeExceptions(_ change: (inout [GroupID]) -> Void) {
        change(&adopted)
        change(&leaving)
        change(&staying)
        change(&served)
    }

    func rank(of part: HoldSet) -> ClaimRank { self[rankOf: part] }

    private subscript(rankOf part: HoldSet) -> ClaimRank {
        get { part == .local ? localRank : foreignRank }
        set {
            if part == .local {
                localRank = newValue
            } else {
                foreignRank = newValue
            }
        }
    }
}

extension [GroupID] {
    /// Each group is there once, and the list stays ascending.
    fileprivate mutating func include(_ id: GroupID) {
        guard !contains(id) else { return }
        append(id)
        sort()
    }

    fileprivate mutating func exclude(_ id: GroupID) {
        removeAll { $0 == id }
    }
}

/// What the peer last told about its resources.
package struct PeerHoldings: Hashable, Codable, Sendable {
    /// What it claims, as *we* name the sets.
    package var claimed: HoldSet = []
    /// What of that it means to keep: the rest it is about to stop.
    package var wanted: HoldSet = []
    package var isStable = false
    /// `nil` from an original, which does not tell.
    package var claim: ResourceClaim?
    /// Of the newest report that said stable.
    package var stableSequence: SequenceNumber?
    /// Of the newest report; an older one that arrives later is history.
    package var reportSequence: SequenceNumber?
    /// Of the newest report that was an answer to a question and left nothing in dispute.
    package private(set) var settledSequence: SequenceNumber?

    /// Its newest report leaves nothing in dispute.
    mutating func settle() { settledSequence = reportSequence }

    /// Its newest report is younger than message `sequence` and claims some of `set`.
    func hasClaimed(_ set: HoldSet, after sequence: SequenceNumber) -> Bool {
        guard let reportSequence, reportSequence > sequence else { return false }
        return !claimed.isDisjoint(with: set)
    }

    /// It said with message `sequence` that it has released `set`. A report made after that tells more.
    mutating func released(_ set: HoldSet, at sequence: SequenceNumber) {
        guard outdate(before: sequence) else { return }
        claimed.subtract(set)
        wanted.subtract(set)
        // What it had adopted is ours by preference, so it was released with our local groups and with no others.
        if set.contains(.local) { claim?.adopted = [] }
    }

    /// Reports made before message `sequence` no longer count, nor does what the last of them called failed. Tells whether
    /// the report at hand is such a one.
    @discardableResult
    mutating func outdate(before sequence: SequenceNumber) -> Bool {
        if let reportSequence, reportSequence > sequence { return false }
        reportSequence = sequence
        claim?.failed = []
        return true
    }

    /// Whether it neither claims anything of `set` nor runs one of its groups, which have `keys`, in our place: what of them it
    /// has not stopped yet, it names.
    func hasLetGo(of set: HoldSet, keys: [String]) -> Bool {
        guard let claim else { return false }
        return claimed.isDisjoint(with: set) && !claim.adopted.contains(where: keys.contains)
    }

    /// Its rank for the set that we name `part`.
    func rank(of part: HoldSet) -> ClaimRank {
        guard let claim else { return claimed.contains(part) ? .agreed : .none }
        return part == .local ? claim.foreign : claim.local
    }
}

extension HoldSet {
    /// The single sets in it.
    var parts: [HoldSet] {
        [HoldSet.local, .foreign].filter(contains)
    }
}

extension ResourceClaim {
    /// What the claim covers, from the claimant's point of view.
    var held: HoldSet {
        var set: HoldSet = []
        if local > .none { set.insert(.local) }
        if foreign > .none { set.insert(.foreign) }
        return set
    }
}
