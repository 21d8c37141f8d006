// How the other node hears this one, and what it is like, as it told last; and what the two ways over one medium mean together.

import HeartbeatModel

extension MediumName {
    /// Serial lines are called by their devices.
    var isDevice: Bool { text.hasPrefix("/") }
}

extension PairReading {
    /// What the other node said longer ago says nothing of how it is now.
    static let patience = Duration.seconds(90)

    /// `nil` as well of a node that is not there.
    var recentView: NodeFacts.View? {
        guard peerIsAlive, let view = facts.peer?.view, view.age <= Self.patience else { return nil }
        return view
    }

    /// What the other node has lost, if it is what its last report counts.
    var peersLostNames: [String]? {
        guard let told = recentView?.told, let health = peersHealth, told.lost.count + told.moreLost == health.lost
        else { return nil }
        return told.lost + (told.moreLost > 0 ? ["+\(told.moreLost)"] : [])
    }

    // MARK: - Media

    /// The other node's media by the names of this one's: the same name, else the next of the same kind that is left.
    private var pairs: [(own: MediumName?, told: PeerView.Medium)] {
        guard let told = recentView?.told.media else { return [] }
        var own: [MediumName] = []
        for name in facts.media.map(\.name) + facts.links.map(\.medium) where !own.contains(name) { own.append(name) }
        var left = own.filter { name in !told.contains { $0.name == name } }
        var result: [(MediumName?, PeerView.Medium)] = []
        for medium in told {
            if own.contains(medium.name) {
                result.append((medium.name, medium))
            } else if let place = left.firstIndex(where: { $0.isDevice == medium.name.isDevice }) {
                result.append((left.remove(at: place), medium))
            } else {
                result.append((nil, medium))
            }
        }
        return result
    }

    func isHeard(_ medium: MediumName) -> PairStatus.Medium.Direction {
        pairs.first { $0.own == medium }.map { isHeard($0.told) } ?? .unknown
    }

    /// Media of the other node to which this one has none.
    var mediaOfPeerAlone: [PairStatus.Medium] {
        pairs.filter { $0.own == nil }.map {
            PairStatus.Medium(name: $0.told.name, state: .unknown, hears: .unknown, isHeard: isHeard($0.told))
        }
    }

    /// A link is dead after this node's own deadtime, which the other one goes by.
    private func isHeard(_ told: PeerView.Medium) -> PairStatus.Medium.Direction {
        var direction = PairStatus.Medium.Direction(state: .never)
        (direction.jitter, direction.lost, direction.lane) = (told.jitter, told.lost, told.lane ?? "")
        guard let age = told.age else { return direction }
        let isSilent = age > (facts.timings?.deadtime ?? .seconds(30))
        direction.state = isSilent ? .silent : .sound
        direction.lastHeard = age
        if isSilent { direction.since = self.age(age + (recentView?.age ?? .zero)) }
        return direction
    }

    // MARK: - Problems

    /// One of the two nodes hears the other one over this medium, which does not hear it.
    func oneWay(_ link: NodeFacts.Link) -> Problem? {
        let there = isHeard(link.medium)
        switch (link.state, there.state) {
        case (.up, .silent): return oneWay(link, deaf: peerName, heard: local, age: there.since)
        case (.up, .never): return haveBegun ? oneWay(link, deaf: peerName, heard: local, age: nil) : nil
        case (.dead, .sound): return oneWay(link, deaf: local, heard: peerName, age: age(link.since))
        case (.up, .sound), (.up, .unknown), (.dead, .silent), (.dead, .never), (.dead, .unknown), (.awaited, _):
            return nil
        }
    }

    /// One that has only just begun has not heard everything yet.
    private var haveBegun: Bool {
        guard let timings = facts.timings, let own = facts.age, let theirs = recentView?.told.up else { return false }
        return min(own, theirs) > timings.deadtime
    }

    private func oneWay(
        _ link: NodeFacts.Link, deaf: NodeName, heard: NodeName, age: PairStatus.Age?
    ) -> Problem {
        let isSerial = facts.media.first { $0.name == link.medium }?.kind == .serial
        let firewall =
            "a firewall on \(deaf) (what \(heard) sends to udpport on \(link.medium)), or one wire of the cable"
        return problem(
            .linkOneWay, [.init(kind: "peer", name: link.node.text), .init(kind: "medium", name: link.medium.text)],
            "over \(link.medium) \(deaf) hears nothing of \(heard)\(lasting(age)); \(heard) hears \(deaf)",
            [isSerial ? "one wire of the cable" : firewall], age: age)
    }

    /// Of those that no group and no `sync` line shows.
    var differingFiles: [String] {
        guard peerIsAlive, let own = facts.marks, let theirs = facts.peer?.view?.told.marks else { return [] }
        return [(own.haCf == theirs.haCf, "ha.cf"), (own.authkeys == theirs.authkeys, "authkeys")].filter { !$0.0 }.map(
            \.1)
    }

    var differentConfiguration: Problem? {
        let names = differingFiles
        guard !names.isEmpty else { return nil }
        return problem(
            .differentConfiguration, names.map { .init(kind: "file", name: $0) },
            "\(names.joined(separator: " and ")) \(names.count == 1 ? "is" : "are") not the same on both nodes",
            ["hb_site diff, or compare /etc/ha.d of both nodes; then heartbeat -r"])
    }
}
