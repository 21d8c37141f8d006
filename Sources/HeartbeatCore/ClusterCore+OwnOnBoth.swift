// Lines that each node has in its haresources under its own name, a common misunderstanding of the file. As they stand there,
// each node would have to start its own while the other one runs the same: so nobody starts anything. Two of ours go by the file of
// the node whose name comes first; the other one concedes the line, as if its file had been mended and read again, and all that
// holds for files that are the same holds for the line from then on.
//
//                  first                                second
//   groups first/web        ──────▶
//                           ◀──────   groups second/web, hbown web
//   hbown web               ──────▶                                     both have told the operator
//                           ◀──────   groups first/web, hbown web       conceded

import HeartbeatModel

/// What stands in the file on this node, and what of it is taken otherwise.
struct OwnLines: Hashable, Sendable {
    /// haresources as it was read.
    var file: [ResourceGroup]
    /// Keys of lines that, as is known, each node has under its own name.
    var namedByEach: [String] = []
    /// Keys of those that begin with the peer's name for us, whatever our file says.
    var conceded: [String] = []
    /// Keys of those that the operator has been told of.
    var complainedOf: [String] = []
    /// The first report of ours that told the lines as they are taken now.
    var told: SequenceNumber?
}

extension ClusterCore {
    /// The file is this from now on.
    mutating func readLines(_ file: [ResourceGroup]) {
        ownLines.file = file
        ownLines.namedByEach = linesNamedByEach
        ownLines.conceded = concessions
        configuration.groups = linesAsTaken
        ownLines.told = nil
    }

    /// The peer has told its lines.
    mutating func compareOwnLines(at now: Instant) {
        ownLines.namedByEach = linesNamedByEach
        let conceded = concessions
        guard conceded != ownLines.conceded else { return }
        ownLines.conceded = conceded
        configuration.groups = linesAsTaken
        ownLines.told = nil
        forgetRetiredGroups()
        renameGroups(now: now)
        redefineGroups(now: now)
    }

    mutating func complainOfOwnLines() {
        guard let peer, ownLines.namedByEach != ownLines.complainedOf else { return }
        ownLines.complainedOf = ownLines.namedByEach
        guard !ownLines.complainedOf.isEmpty else { return }
        notify(.ownOnBoth(node: peer.name, keys: ownLines.complainedOf, first: min(localNode, peer.name)))
    }

    private var linesAsTaken: [ResourceGroup] {
        guard let peer else { return ownLines.file }
        return ownLines.file.map { ownLines.conceded.contains($0.key) ? $0.preferring(peer.name) : $0 }
    }

    /// The peer has the same line under its own name, or has had before it conceded it.
    private var linesNamedByEach: [String] {
        guard let peer, let claim = peerHoldings?.claim, let theirs = claim.groups else { return [] }
        return ownLines.file.filter { line in
            guard line.preferredNode == localNode else { return false }
            return theirs.contains(line.fingerprint)
                ? claim.ownOnBoth.contains(line.key) : theirs.contains(line.preferring(peer.name).fingerprint)
        }.map(\.key)
    }

    /// A peer that does not know of this would not count on it.
    private var concessions: [String] {
        guard let peer, peer.name < localNode, peerSpeaksClaims != false else { return [] }
        guard let claim = peerHoldings?.claim else {
            return ownLines.file.filter { $0.preferredNode == localNode }.map(\.key).filter(ownLines.conceded.contains)
        }
        return ownLines.namedByEach.filter { ownLines.conceded.contains($0) || claim.ownOnBoth.contains($0) }
    }

    /// What runs goes on under the other name where that leaves it ours to run; the rest is stopped before anybody starts it anew.
    private mutating func renameGroups(now: Instant) {
        let isOurs = phase != .stable || own.held == .all && transaction == .none
        for index in runners.indices where !runners[index].isOutdated && (isOurs || runners[index].phase == .stopped) {
            let key = runners[index].group.key
            guard runners.count(where: { $0.group.key == key }) == 1,
                let line = configuration.groups.first(where: { $0.key == key })
            else { continue }
            runners[index].redefine(line, now: now)
        }
    }

    // MARK: - Starting

    /// Each node must know how the other one takes such a line now, not how it did before either of them thought better of it.
    func isUnconfirmed(_ index: Int) -> Bool {
        guard peer?.isAlive == true, let claim = peerHoldings?.claim,
            ownLines.namedByEach.contains(runners[index].line.key)
        else { return false }
        return ownLines.told.map { !answers(claim, since: $0) } ?? true
    }

    mutating func confirmOwnLines() {
        guard phase == .stable, transaction == .none, challenge == nil, peer?.isActive == true,
            runners.indices.contains(where: isUnconfirmed)
        else { return }
        ask()
    }
}
