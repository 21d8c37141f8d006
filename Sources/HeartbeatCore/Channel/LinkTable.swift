// Which nodes are heard over which media. Losing one of several media is a fact to report and nothing else: no decision
// reads this table.

import HeartbeatModel

/// The state of every link (node × medium).
struct LinkTable: Hashable, Codable, Sendable {
    struct Change: Hashable {
        var node: NodeName
        var medium: MediumName
        var isUp: Bool
    }

    private struct Link: Hashable, Codable, Sendable {
        var node: NodeName
        var medium: MediumName
        var isUp = false
        var deadline: Instant
        /// When a packet last came.
        var heardAt: Instant?
        /// A link that never came up is reported once, at initdead.
        var isReported = false
    }

    private var links: [Link] = []
    /// Of the peer.
    private var beats: BeatLedger

    /// All links start as not yet heard; those still silent after `initdead` are reported dead.
    ///
    /// Links of the local node itself come up where its own packets loop back; elsewhere their silence is no news.
    init(local: NodeName, nodes: [NodeName], media: [MediumName], initdead: Duration, now: Instant) {
        beats = BeatLedger(media, now: now)
        redefine(local: local, nodes: nodes, media: media, initdead: initdead, now: now)
    }

    /// Forgets the links of media that are no more; new ones start as not yet heard.
    mutating func redefine(local: NodeName, nodes: [NodeName], media: [MediumName], initdead: Duration, now: Instant) {
        beats.redefine(media)
        let old = links
        links = []
        for node in nodes {
            for medium in media where !links.contains(where: { $0.node == node && $0.medium == medium }) {
                links.append(
                    old.first { $0.node == node && $0.medium == medium }
                        ?? Link(node: node, medium: medium, deadline: now + initdead, isReported: node == local))
            }
        }
    }

    /// A packet of `node` came over `medium`; tells when that brought the link up.
    mutating func heard(_ node: NodeName, over medium: MediumName, deadtime: Duration, now: Instant) -> Change? {
        guard let index = links.firstIndex(where: { $0.node == node && $0.medium == medium }) else { return nil }
        links[index].deadline = now + deadtime
        links[index].heardAt = now
        guard !links[index].isUp else { return nil }
        links[index].isUp = true
        links[index].isReported = true
        return Change(node: node, medium: medium, isUp: true)
    }

    /// A message of the peer's present life has come over `medium`; `verdict`: whether its sequence is news.
    mutating func count(
        _ sequence: SequenceNumber, isStatus: Bool, _ verdict: SequenceTracker.Verdict, over medium: MediumName,
        now: Instant
    ) {
        beats.heard(sequence, isStatus: isStatus, verdict, over: medium, at: now)
    }

    /// The peer is another life from now on.
    mutating func peerBeganAnew() { beats.beginAnew() }

    /// The links that have been silent for too long, each told once.
    mutating func expire(now: Instant) -> [Change] {
        var changes: [Change] = []
        for index in links.indices where links[index].deadline <= now && isPending(links[index]) {
            links[index].isUp = false
            links[index].isReported = true
            changes.append(Change(node: links[index].node, medium: links[index].medium, isUp: false))
        }
        return changes
    }

    /// We stood still ourselves: no link is judged before `grace` has passed.
    mutating func forgiveStall(grace: Duration, now: Instant) {
        for index in links.indices where links[index].isUp {
            links[index].deadline = max(links[index].deadline, now + grace)
        }
    }

    /// When `expire` next has something to say.
    var deadline: Instant? {
        links.lazy.filter(isPending).map(\.deadline).min()
    }

    func links(of node: NodeName) -> [ClusterSnapshot.Link] {
        links.filter { $0.node == node }.map { ClusterSnapshot.Link(medium: $0.medium, isUp: $0.isUp) }
    }

    /// The same of the peer for programs, with the age of the last packet and how regular they are.
    func facts(of node: NodeName, at now: Instant) -> [NodeFacts.Link] {
        links.filter { $0.node == node }.map { link in
            var fact = NodeFacts.Link(
                node: node, medium: link.medium, state: link.isUp ? .up : link.isReported ? .dead : .awaited)
            fact.lastHeard = link.heardAt.map { now - $0 }
            fact.beats = beats.figures(of: link.medium, at: now)
            return fact
        }
    }

    /// How the peer's statuses came, for curves.
    func intervals(of node: NodeName) -> [NodeFacts.Histogram] { beats.intervals(of: node) }

    private func isPending(_ link: Link) -> Bool {
        link.isUp || !link.isReported
    }
}
