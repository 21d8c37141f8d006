// Facts about files that must be the same on both nodes.

import HeartbeatModel

extension Fact {
    package static func differentFile(
        _ path: String, here: SharedFile.Content?, there: SharedFile.Content?, node: NodeName
    ) -> Fact {
        let (ours, theirs) = (here?.word ?? "", there?.word ?? "")
        return Fact(
            .differentFiles,
            "file \(path) is not the same on both nodes: \(ours) here, \(theirs) on \(node); copy the right one to the other node",
            [.file: path, .peer: node, .cause: "\(ours) \(theirs)"])
    }

    /// Only one node lists it, or the other one is of a version that cannot.
    package static func unlistedFile(_ path: String, listedBy node: NodeName, notBy other: NodeName) -> Fact {
        Fact(
            .unlistedFile,
            "file \(path) is in a \"sync\" line of node \(node) and in none of node \(other), or that has a version without "
                + "them: it is not compared; list it on both nodes, then heartbeat -r",
            [.file: path, .nodes: node])
    }

    package static func sameFile(_ path: String, node: NodeName) -> Fact {
        Fact(.sameFiles, "file \(path) is the same on this node and on \(node) again", [.file: path, .peer: node])
    }

    /// `sync_mismatch hold`: the groups of the other node stay here for now.
    package static func failbackWaits(node: NodeName, paths: [String]) -> Fact {
        Fact(
            .failbackWaits,
            "the resources of node \(node) do not return to it before these files are the same on both nodes: "
                + "\(paths.joined(separator: ", ")); copy the right ones, or order it: hb_standby foreign",
            [.peer: node, .cause: paths.joined(separator: " ")])
    }

    /// `failback_delay`: they stay for so long yet.
    package static func failbackWaits(node: NodeName, for time: Duration) -> Fact {
        Fact(
            .failbackWaits,
            "the resources of node \(node) do not return to it before it has been well for long enough (failback_delay), in "
                + "\(max(1, (time.milliseconds + 500) / 1000)) s; wait, or order it: hb_standby foreign",
            [.peer: node, .cause: "failback_delay"])
    }
}
