// What follows when files that must be the same on both nodes are not: both nodes say so, and with `sync_mismatch hold` groups
// wait before they return by themselves. Whatever cannot wait – a node that has died, one that has lost its network, an
// operator's order – does not.

import HeartbeatModel

extension Ownership {
    /// An original tells nothing, and neither does a version that does not know of this.
    func compareFiles(_ node: LocalNode) -> FileComparison {
        let tells = node.peerIsAlive && peer?.claim != nil
        return FileComparison(node.files, tells ? peer?.claim?.files ?? [] : nil)
    }

    /// What this node tells of its files. The peer is told the path of what it does not list, so that it can name it.
    func fileFingerprints(_ node: LocalNode) -> [SharedFileFingerprint]? {
        guard !node.files.isEmpty else { return nil }
        let theirs = peer?.claim.map { claim in Set((claim.files ?? []).map(\.identity)) }
        return node.files.map { file in
            var told = file.fingerprint
            if let theirs, !theirs.contains(told.identity) { told.path = file.path }
            return told
        }
    }

    /// Tells which files differ, when that has changed.
    mutating func tellOfFiles(_ node: inout LocalNode) {
        guard let name = node.peer?.name, node.peerIsAlive, peer?.claim != nil else { return }
        let comparison = compareFiles(node)
        // The name of what only the peer lists comes with its next report.
        let differences = comparison.differences.filter { $0.path != nil }
        for file in differences where !toldFiles.contains(file.told) {
            tell(of: file, name, &node)
        }
        for file in comparison.files where file.state == .same {
            guard toldFiles.contains(where: { $0.path == file.path }), let path = file.path else { continue }
            node.effects.notify(.sameFile(path, node: name))
        }
        // A node that begins anew has yet to read them: until it has, what was told stands.
        let undecided = comparison.files.filter { $0.state == .pending || $0.state == .unknown }.map(\.path)
        toldFiles = differences.map(\.told) + toldFiles.filter { undecided.contains($0.path) }
    }

    private func tell(of file: ClusterSnapshot.File, _ peer: NodeName, _ node: inout LocalNode) {
        guard let path = file.path else { return }
        switch file.state {
        case .different:
            node.effects.notify(.differentFile(path, here: file.here, there: file.there, node: peer))
        case .onlyHere: node.effects.notify(.unlistedFile(path, listedBy: node.name, notBy: peer))
        case .onlyThere: node.effects.notify(.unlistedFile(path, listedBy: peer, notBy: node.name))
        case .same, .pending, .unknown: break
        }
    }

    /// Groups are to return by themselves, and the files are not the same: told once.
    mutating func waitsForFiles(_ node: inout LocalNode) -> Bool {
        let comparison = compareFiles(node)
        guard node.configuration.syncMismatch == .hold, comparison.holds else {
            failback.waitsForFiles = false
            return false
        }
        if !failback.waitsForFiles, let name = node.peer?.name {
            failback.waitsForFiles = true
            node.effects.notify(.failbackWaits(node: name, paths: comparison.holding.compactMap(\.path)))
        }
        return true
    }

    /// What an operator who moves groups should know.
    func cautionOfFiles(_ node: LocalNode) -> String? {
        let paths = compareFiles(node).files.filter { $0.state == .different }.compactMap(\.path)
        guard !paths.isEmpty else { return nil }
        return "\(paths.joined(separator: ", ")) \(paths.count == 1 ? "is" : "are") not the same on both nodes; "
            + "see cl_status files"
    }
}

extension ClusterSnapshot.File {
    /// That one node does not list it is told once, whatever becomes of it.
    fileprivate var told: ClusterSnapshot.File {
        state == .different ? self : ClusterSnapshot.File(path: path, state: state, here: nil, there: nil)
    }
}
