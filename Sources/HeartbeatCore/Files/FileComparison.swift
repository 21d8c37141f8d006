// This node's files of `sync` lines beside what the other node tells of its own: which are the same, which are not, and which only
// one of them lists. It refuses to know who reads files and what follows from a difference.

import HeartbeatModel

/// What comes of comparing two lists.
struct FileComparison: Hashable, Sendable {
    /// This node's list in its order, then what only the other node lists.
    private(set) var files: [ClusterSnapshot.File] = []

    /// - Parameter theirs: what the other node tells; `nil` when it tells nothing.
    init(_ ours: [SharedFile], _ theirs: [SharedFileFingerprint]?) {
        files = ours.map { file in
            let there = theirs?.first { $0.identity == SharedFile.identity(of: file.path) }
            return ClusterSnapshot.File(
                path: file.path, state: theirs == nil ? .unknown : Self.state(file.content, there?.content),
                here: file.content, there: there?.content)
        }
        let known = Set(ours.map { SharedFile.identity(of: $0.path) })
        for file in theirs ?? [] where !known.contains(file.identity) {
            files.append(ClusterSnapshot.File(path: file.path, state: .onlyThere, here: nil, there: file.content))
        }
    }

    /// Some file is not known to be the same although both nodes can say it, or soon will: groups that return by themselves
    /// have time until then. What cannot be compared holds nothing back, or it would do so for ever.
    var holds: Bool { !holding.isEmpty }

    /// Those files.
    var holding: [ClusterSnapshot.File] {
        files.filter { file in
            switch file.state {
            case .different, .pending: true
            case .same, .onlyHere, .onlyThere, .unknown: false
            }
        }
    }

    /// What an operator is to put right.
    var differences: [ClusterSnapshot.File] { files.filter(\.isDifference) }

    private static func state(
        _ here: SharedFile.Content, _ there: SharedFile.Content?
    ) -> ClusterSnapshot.File.State {
        guard let there else { return .onlyHere }
        if here.isKnown, there.isKnown { return here == there ? .same : .different }
        return here == .unread || there == .unread ? .pending : .unknown
    }
}

extension ClusterSnapshot.File {
    fileprivate var isDifference: Bool {
        switch state {
        case .different, .onlyHere, .onlyThere: true
        case .same, .pending, .unknown: false
        }
    }
}
