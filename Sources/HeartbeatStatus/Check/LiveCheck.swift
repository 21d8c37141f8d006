// Over which media something passes between the two nodes, and which way: seen from two looks some keepalives apart. What a node has heard
// between them came over. Whoever looks waits in between; nothing here does.

import HeartbeatModel

/// Both directions of every medium, as they were found.
package struct LiveCheck: Hashable, Sendable {
    /// None where nothing is known.
    package let reaches: [Reach]
    /// Between the two looks; `nil` where nothing is known.
    package let watched: Duration?
    /// Why nothing is known; `nil` where something is.
    package let reason: String?
    package let findings: [Finding]

    /// - Parameters:
    ///   - apart: between the looks, for a daemon that does not tell its age.
    ///   - configuration: of this node's files, for what can be said of ports and speeds.
    package init(
        _ first: StatusSource, _ second: StatusSource, apart: Duration, of node: NodeName,
        by configuration: Configuration?
    ) {
        let status = PairStatus(second, of: node, asked: 0)
        guard case .answered(let before) = first, case .answered(let now) = second, !status.reaches.isEmpty else {
            let reason = Self.reason(second, status)
            (reaches, watched, self.reason) = ([], nil, reason)
            findings = [
                Finding(
                    .mediumUnknown, "node", status.source.node.text,
                    "what passes over the media is not known: \(reason)",
                    remedy: status.problems.first?.remedy ?? FindingCode.mediumUnknown.entry.remedy)
            ]
            return
        }
        let looks = TwoLooks(before, now, apart: apart, status)
        (reaches, watched, reason) = (looks.reaches, looks.elapsed, nil)
        findings = LiveFindings(status, looks.reaches, configuration).findings
    }

    private static func reason(_ source: StatusSource, _ status: PairStatus) -> String {
        switch source {
        case .answered: "ha.cf names no other node, or no medium"
        case .answeredByOlder: "the daemon on \(status.source.node) is of an older version, which does not tell"
        case .newer, .down, .silent, .refused, .garbled: status.verdict.sentence
        }
    }

    /// `something came over 5 of 6 ways within 2.10 s`, without a full stop.
    package var sentence: String {
        guard let watched else { return "what passes over the media is not known" }
        let open = reaches.count { $0.state == .open }
        let ways = open == reaches.count ? "all \(open) ways" : "\(open) of \(reaches.count) ways"
        return "something came over \(ways) within \(watched.ageText)"
    }
}

/// One pair, looked at twice.
private struct TwoLooks {
    private let before: NodeFacts
    private let now: NodeFacts
    private let apart: Duration
    private let status: PairStatus

    init(_ before: NodeFacts, _ now: NodeFacts, apart: Duration, _ status: PairStatus) {
        (self.before, self.now, self.apart, self.status) = (before, now, apart, status)
    }

    /// By the daemon's own clock. One that was started in between has heard everything since.
    var elapsed: Duration {
        guard let then = before.age, let age = now.age else { return apart }
        return age >= then ? age - then : age
    }

    /// How far back the other node's last word reaches beyond the first look; `nil` where it has said nothing new, or too little of the
    /// time lies between its words for a keepalive to come.
    private var peersElapsed: Duration? {
        guard let told = now.peer?.view?.told else { return nil }
        guard let then = before.peer?.view?.told.at else { return elapsed }
        guard told.at != then else { return nil }
        // Its clock began anew: it is another life, and all of it lies in between.
        guard told.at > then else { return elapsed }
        let between = min(elapsed, Duration.microseconds(Int64(clamping: told.at - then)))
        let keepalive = now.timings?.keepalive ?? .zero
        return between * 2 >= keepalive * 3 ? between : nil
    }

    var reaches: [Reach] {
        let directions = status.media.flatMap { [($0.hears, elapsed as Duration?), ($0.isHeard, peersElapsed)] }
        return zip(status.reaches, directions).map { reach, direction in judged(reach, direction.0, direction.1) }
    }

    /// `window`: what was heard no longer ago came between the looks.
    private func judged(_ reach: Reach, _ direction: PairStatus.Medium.Direction, _ window: Duration?) -> Reach {
        var result = reach
        if let window, let heard = direction.lastHeard {
            result.state = heard < window ? .open : .blocked
            result.age = result.state == .open ? heard : max(heard, reach.age ?? .zero)
        } else if reach.state == .open {
            // It was so once; whether it is so now nobody has told.
            (result.state, result.age) = (.unknown, nil)
        }
        guard result.state == .unknown else { return result }
        let peer = status.peer
        if reach.to == peer?.name, now.flags.contains(.deaf) {
            result.state = .blocked
        } else if reach.to == peer?.name {
            result.reason = reason(peer)
        }
        return result
    }

    private func reason(_ peer: PairStatus.Node?) -> String? {
        guard let peer else { return nil }
        if peer.speaks == .original { return "\(peer.name) runs heartbeat 3, which does not tell" }
        return now.peer?.view == nil ? nil : "\(peer.name) has not told it anew"
    }
}
