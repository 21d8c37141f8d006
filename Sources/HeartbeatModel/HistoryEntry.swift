// One movement of a group as it is kept: its number, when it was over, who had the group and who got it, and where the time went. It is
// a line of the grammar of facts, so that programs of two versions read what both know.

/// A movement in the history of a node.
package struct HistoryEntry: Hashable, Sendable {
    /// From 1 on; a node counts on through its restarts.
    package var number: UInt64
    /// Number of the first movement of the same cause; its own where it is the first.
    package var chain: UInt64
    /// Wall clock of the moment when it was known to be over, in milliseconds since 1970.
    package var unixMilliseconds: UInt64
    /// The node whose history this is.
    package var node: NodeName
    package var generation: Generation?
    /// Who had the group, and who got it; `nil` for nobody, and where the node does not know.
    package var from: NodeName?
    package var to: NodeName?
    /// On the node's own clock; it counts anew at each boot of the machine.
    package var timeline: GroupTimeline

    package init(number: UInt64, unixMilliseconds: UInt64, node: NodeName, timeline: GroupTimeline) {
        self.number = number
        chain = number
        self.unixMilliseconds = unixMilliseconds
        self.node = node
        self.timeline = timeline
    }
}

extension HistoryEntry {
    private static let kind = "movement"

    /// The line without its end. Group, cause and outcome stand there for people who search for them; they are the timeline's.
    package var text: String {
        FactLine(
            Self.kind,
            [
                "number": "\(number)", "chain": "\(chain)", "unix": "\(unixMilliseconds)", "node": node.text,
                "generation": generation.map { "\($0.number)" }, "group": timeline.group, "from": from?.text,
                "to": to?.text, "cause": timeline.origin.word, "outcome": timeline.outcome.rawValue,
                "timeline": timeline.text,
            ]
        ).text
    }

    /// Reads what `text` has written, its times rounded as the timeline's are; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard let line = FactLine(text), line.kind == Self.kind, let number: UInt64 = line.number("number"),
            let unix: UInt64 = line.number("unix"), let node = line.node("node"),
            let timeline = line["timeline"].flatMap({ GroupTimeline($0) })
        else { return nil }
        self.init(number: number, unixMilliseconds: unix, node: node, timeline: timeline)
        chain = line.number("chain") ?? number
        generation = line.number("generation").map { Generation($0) }
        from = line.node("from")
        to = line.node("to")
    }

    /// The number of a line of any kind: lines of a later version count, too.
    package static func number(ofLine text: some StringProtocol) -> UInt64? { FactLine(text)?.number("number") }
}

extension GroupTimeline {
    /// Who had the group before this movement, and who got it, as `local` knows it: `nil` for nobody, and where that does not follow.
    package func ends(local: NodeName, peer: NodeName?, peerIsActive: Bool) -> (from: NodeName?, to: NodeName?) {
        switch outcome {
        case .running: (origin.giver(peer: peer), local)
        case .released: (local, origin.isHandover || origin.leavesItToThePeer && peerIsActive ? peer : nil)
        case .failed, .stuck: (local, nil)
        }
    }
}

extension GroupTimeline.Origin {
    /// Who had what comes here; `nil` for nobody, and where that does not follow.
    package func giver(peer: NodeName?) -> NodeName? {
        switch self {
        case .lastHeard(let node): node
        case .offer, .peerStopped, .request, .loss, .failback: peer
        case .stop, .failure, .decision: nil
        }
    }

    /// What is released goes to the other node.
    fileprivate var isHandover: Bool {
        switch self {
        case .request, .loss, .failback: true
        case .lastHeard, .offer, .stop, .peerStopped, .failure, .decision: false
        }
    }

    /// What is released is started by the other node, if that is there.
    fileprivate var leavesItToThePeer: Bool {
        switch self {
        case .stop, .failure: true
        case .lastHeard, .request, .loss, .failback, .offer, .peerStopped, .decision: false
        }
    }
}
