// Lines that each node has in its haresources under its own name, a common misunderstanding of the file. As they stand there,
// each node would have to start its own while the other one runs the same: so nobody starts anything. Two of ours go by the
// file of the node whose name comes first; the other one concedes the line, as if its file had been mended and read again,
// and all that holds for files that are the same holds for the line from then on.
//
//                  first                                second
//   groups first/web        ──────▶
//                           ◀──────   groups second/web, hbown web
//   hbown web               ──────▶                                     both have told the operator
//                           ◀──────   groups first/web, hbown web       conceded

import HeartbeatModel

/// What stands in the file on this node, and what of it is taken otherwise.
struct OwnLines: Hashable, Codable, Sendable {
    /// haresources as it was read.
    var file: [ResourceGroup]
    /// Keys of lines that, as is known, each node has under its own name.
    var namedByEach: [String] = []
    /// Keys of those that begin with the peer's name for us, whatever our file says.
    var conceded: [String] = []
    /// Keys of those that the operator has been told of.
    var complainedOf: [String] = []
    /// Keys of the groups whose line in haresources was last known to be another one on the peer.
    var differing: [String] = []
    /// The first report of ours that told the lines as they are taken now.
    private(set) var told: SequenceNumber?

    init(file: [ResourceGroup]) {
        self.file = file
    }

    /// The lines are taken otherwise from now on; nobody has been told yet.
    mutating func changed() { told = nil }

    mutating func wereTold(in sequence: SequenceNumber) { told = told ?? sequence }
}

extension Ownership {
    /// The file is this from now on.
    mutating func readLines(_ file: [ResourceGroup], _ node: inout LocalNode) {
        lines.file = file
        lines.namedByEach = linesNamedByEach(node)
        lines.conceded = concessions(node)
        node.configuration.groups = linesAsTaken(node)
        lines.changed()
    }

    /// The peer has told its lines.
    mutating func compareOwnLines(_ node: inout LocalNode, at now: Instant) {
        lines.namedByEach = linesNamedByEach(node)
        let conceded = concessions(node)
        guard conceded != lines.conceded else { return }
        lines.conceded = conceded
        node.configuration.groups = linesAsTaken(node)
        lines.changed()
        forgetRetiredGroups(&node)
        renameGroups(&node, at: now)
        redefineGroups(&node, at: now)
    }

    mutating func complainOfOwnLines(_ node: inout LocalNode) {
        guard lines.namedByEach != lines.complainedOf, let name = node.peer?.name else { return }
        lines.complainedOf = lines.namedByEach
        guard !lines.complainedOf.isEmpty else { return }
        node.effects.notify(.ownOnBoth(node: name, keys: lines.complainedOf, first: min(node.name, name)))
    }

    private func linesAsTaken(_ node: LocalNode) -> [ResourceGroup] {
        guard let name = node.peer?.name else { return lines.file }
        return lines.file.map { lines.conceded.contains($0.key) ? $0.preferring(name) : $0 }
    }

    /// The peer has the same line under its own name, or has had before it conceded it.
    private func linesNamedByEach(_ node: LocalNode) -> [String] {
        guard let name = node.peer?.name, let claim = peer?.claim, let theirs = claim.groups else { return [] }
        return lines.file.filter { line in
            guard line.preferredNode == node.name else { return false }
            return theirs.contains(line.fingerprint)
                ? claim.ownOnBoth.contains(line.key) : theirs.contains(line.preferring(name).fingerprint)
        }.map(\.key)
    }

    /// A peer that does not know of this would not count on it.
    private func concessions(_ node: LocalNode) -> [String] {
        guard let name = node.peer?.name, name < node.name, node.membership.peerSpeaksClaims != false else { return [] }
        guard let claim = peer?.claim else {
            return lines.file.filter { $0.preferredNode == node.name }.map(\.key).filter(lines.conceded.contains)
        }
        return lines.namedByEach.filter { lines.conceded.contains($0) || claim.ownOnBoth.contains($0) }
    }

    /// What runs goes on under the other name where that leaves it ours to run; the rest is stopped before anybody starts it
    /// anew.
    private func renameGroups(_ node: inout LocalNode, at now: Instant) {
        let isOurs = state != .stable || own.held == .all && handover == .idle
        for runner in node.groups.runners where !runner.isOutdated && (isOurs || runner.phase == .stopped) {
            let key = runner.group.key
            guard node.groups.runners.count(where: { $0.group.key == key }) == 1,
                let line = node.configuration.groups.first(where: { $0.key == key })
            else { continue }
            node.groups.rename(runner.id, to: line, at: now)
        }
    }

    // MARK: - Starting

    /// Each node must know how the other one takes such a line now, not how it did before either of them thought better of it.
    func isUnconfirmed(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        guard !lines.namedByEach.isEmpty, node.peerIsAlive, let claim = peer?.claim,
            lines.namedByEach.contains(runner.line.key)
        else { return false }
        return lines.told.map { !answers(claim, since: $0, node) } ?? true
    }

    mutating func confirmOwnLines(_ node: inout LocalNode) {
        guard state == .stable, !lines.namedByEach.isEmpty, handover == .idle, !dispute.isAsked, node.peerIsActive,
            node.groups.runners.contains(where: { isUnconfirmed($0, node) })
        else { return }
        ask(&node)
    }
}
