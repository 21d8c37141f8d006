// Every way between the two nodes, each on a line of its own: over which medium, from whom to whom, and whether something stands in it.

import HeartbeatModel

/// One direction of one medium.
package struct Reach: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case open
        /// The medium brings something the other way, or has brought something this way before.
        case blocked
        /// Nothing has ever come this way.
        case never
        case unknown
    }

    package var medium: MediumName
    package var from: NodeName
    package var to: NodeName
    package var state: State
    /// For how long it has been blocked; for how long nothing has come, where it is open.
    package var age: Duration?
    /// Statuses of the last 24 h that did not come this way in time.
    package var lost: UInt64?
    /// Why it is unknown, where that is known.
    package var reason: String?

    /// `eth1  gw-a -> gw-b  blocked for 3:12, 768 lost in 24 h`.
    package var text: String {
        let what =
            switch state {
            case .open: "open" + (age.map { ", heard \($0.ageText) ago" } ?? "")
            case .blocked: "blocked" + (age.map { " for \($0.ageText)" } ?? "")
            case .never: "nothing has ever come"
            case .unknown: "unknown: \(reason ?? "\(to) does not tell")"
            }
        return "\(medium)  \(from) -> \(to)  \(what)" + (lost.map { $0 > 0 ? ", \($0) lost in 24 h" : "" } ?? "")
    }
}

extension PairStatus {
    /// Both directions of every medium, in the order of ha.cf; none without another node.
    package var reaches: [Reach] {
        guard let local = nodes.first(where: \.isLocal)?.name,
            let peer = self.peer?.name
        else { return [] }
        return media.flatMap { medium in
            [
                Reach(medium.name, from: peer, to: local, medium.hears),
                Reach(medium.name, from: local, to: peer, medium.isHeard),
            ]
        }
    }
}

extension Reach {
    fileprivate init(_ medium: MediumName, from: NodeName, to: NodeName, _ direction: PairStatus.Medium.Direction) {
        let (state, age): (State, Duration?) =
            switch direction.state {
            case .sound: (.open, direction.lastHeard)
            case .silent: (.blocked, direction.since?.duration)
            case .never: (.never, nil)
            case .unknown: (.unknown, nil)
            }
        self.init(medium: medium, from: from, to: to, state: state, age: age, lost: direction.lost)
    }
}
