// Groups, why each is where it is, and the last movement.

import HeartbeatModel

extension PairReading {
    func group(_ group: NodeFacts.Group) -> PairStatus.Group {
        let service = service(of: group)
        let timeline = group.timeline.flatMap { GroupTimeline($0) }
        return PairStatus.Group(
            key: group.key, home: group.preferred, service: service, age: age(of: group, service),
            because: because(group, service, timeline),
            resources: group.resources.map { .init(word: $0, isAddress: Self.isAddress($0)) },
            states: facts.nodes.filter { $0.kind == .normal }.map {
                $0.name == local ? own(group.state) : onPeer(group)
            },
            lastMovement: timeline.map { $0.end - $0.zero }, neighbours: neighbours(group.neighbours))
    }

    private func own(_ state: ClusterSnapshot.Group.State) -> NodeFacts.PeerState {
        switch state {
        case .unknown: .unknown
        case .stopped, .withheld: .stopped
        case .acquiring, .releasing: .moving
        case .running: .running
        case .failed: .failed
        case .stopFailed: .stopFailed
        }
    }

    private func neighbours(_ neighbours: NodeFacts.Group.Neighbours) -> PairStatus.Answer {
        switch neighbours {
        case .agree: .yes
        case .disagree: .no
        case .unknown: .unknown
        }
    }

    /// A bare address, or the script of one.
    static func isAddress(_ word: String) -> Bool {
        let name = word.split(separator: ":", maxSplits: 1).first.map(String.init) ?? word
        if ["IPaddr", "IPaddr2", "IPv6addr"].contains(name) { return true }
        let written = word.split(separator: "/").first.map(String.init) ?? word
        return IPAddress(ipv4: written) != nil || IPAddress(ipv6: written) != nil
    }

    // MARK: - Why

    private func because(
        _ group: NodeFacts.Group, _ service: PairStatus.Group.Service, _ timeline: GroupTimeline?
    ) -> PairStatus.Cause? {
        if let failing = group.failing, group.state == .failed || group.state == .stopFailed {
            return .init(word: "failure", text: "\(Self.name(failing)) failed")
        }
        guard let timeline else { return nil }
        // The line tells of a movement that is over; what runs there now may have come later.
        switch (service, timeline.outcome) {
        case (.on(local), .running), (.on(peerName), .released): return cause(timeline.origin)
        default: return nil
        }
    }

    /// What made a group move.
    func cause(_ origin: GroupTimeline.Origin) -> PairStatus.Cause {
        let text =
            switch origin {
            case .lastHeard(let node): "\(node) died"
            case .request: "handover asked"
            case .loss: "network lost"
            case .failback: "failback"
            case .offer: "\(peerName) gave it"
            case .stop: "stop asked"
            case .peerStopped: "\(peerName) stopped"
            case .failure: "failure"
            case .decision: "start"
            }
        return .init(word: origin.word, text: text)
    }

    /// The script's name without its arguments; an address whole.
    static func name(_ word: String) -> String {
        isAddress(word) ? word : word.split(separator: ":", maxSplits: 1).first.map(String.init) ?? word
    }

    // MARK: - The last movement

    var lastChange: PairStatus.Change? {
        let moved = facts.groups.compactMap { group -> (NodeFacts.Group, GroupTimeline)? in
            group.timeline.flatMap { GroupTimeline($0) }.map { (group, $0) }
        }
        guard let (group, last) = moved.max(by: { $0.1.end < $1.1.end }) else { return nil }
        let together = moved.filter {
            $0.1.origin == last.origin && $0.1.zero == last.zero && $0.1.outcome == last.outcome
        }
        let (from, to) = ends(of: last, group)
        return PairStatus.Change(
            number: together.compactMap(\.0.number).max(), groups: together.map(\.0.key), from: from, to: to,
            took: last.end - last.zero,
            age: age(together.compactMap(\.0.since).min()), cause: cause(last.origin), outcome: last.outcome)
    }

    private func ends(of timeline: GroupTimeline, _ group: NodeFacts.Group) -> (NodeName?, NodeName?) {
        switch timeline.outcome {
        case .running: (timeline.origin.giver(peer: peerName), local)
        case .released: (local, service(of: group) == .on(peerName) ? peerName : nil)
        case .failed, .stuck: (local, nil)
        }
    }
}
