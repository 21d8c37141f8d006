// The answer to `snapshot` as a program reads it: what the tools that wait need of it. Lines it does not know are left to
// those who do.

import HeartbeatModel

/// What the local node holds and does, read from a `snapshot`.
package struct ClusterFacts: Hashable, Sendable {
    package var localNode: NodeName
    package var hold: HoldSet
    package var isInTransition: Bool
    /// haresources in the order of the file.
    package var groups: [ClusterSnapshot.Group]

    package init(localNode: NodeName, hold: HoldSet, isInTransition: Bool, groups: [ClusterSnapshot.Group]) {
        self.localNode = localNode
        self.hold = hold
        self.isInTransition = isInTransition
        self.groups = groups
    }

    /// Reads the lines of `ClusterSnapshot.facts`; `nil` without a `local` and a `hold` line.
    package init?(lines: [String]) {
        var localNode: NodeName?
        var hold: HoldSet?
        self.init(localNode: NodeName(""), hold: [], isInTransition: false, groups: [])
        for line in lines {
            let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch (words[0], words.count) {
            case ("local", 2): localNode = NodeName(words[1])
            case ("hold", 3):
                hold = HoldSet(word: words[1])
                isInTransition = words[2] == "transition"
            case ("group", 4):
                guard let state = ClusterSnapshot.Group.State(rawValue: words[3]) else { return nil }
                groups.append(.init(key: words[1], preferredNode: NodeName(words[2]), state: state))
            default: break
            }
        }
        guard let localNode, let hold else { return nil }
        (self.localNode, self.hold) = (localNode, hold)
    }

    /// What a daemon that was told to stop has still to do, for an operator who waits.
    package var unfinished: String {
        let words = groups.compactMap { group -> String? in
            switch group.state {
            case .stopped, .withheld, .failed: nil
            case .unknown: "\(group.key) is being looked for"
            case .acquiring: "\(group.key) is being started"
            case .running: "\(group.key) is to be stopped"
            case .releasing: "\(group.key) is being stopped"
            case .stopFailed: "\(group.key) would not stop"
            }
        }
        return words.isEmpty ? "all groups are stopped" : words.joined(separator: ", ")
    }

    /// The groups of a set, as seen from the local node.
    func groups(in set: HoldSet) -> [ClusterSnapshot.Group] {
        groups.filter { set.contains($0.preferredNode == localNode ? .local : .foreign) }
    }
}
