// What is said of ways over which nothing comes: one finding a medium, or one for the other node where nothing of it comes at all, and
// at which end to look.

import HeartbeatModel

struct LiveFindings {
    private let status: PairStatus
    private let reaches: [Reach]
    private let configuration: Configuration?

    init(_ status: PairStatus, _ reaches: [Reach], _ configuration: Configuration?) {
        (self.status, self.reaches, self.configuration) = (status, reaches, configuration)
    }

    private var local: NodeName { status.source.node }

    var findings: [Finding] {
        guard let peer = status.peer?.name else { return [] }
        let inward = reaches.filter { $0.to == local }
        if inward.allSatisfy({ $0.state != .open }), inward.contains(where: { Self.isShut($0) }) {
            return [unheard(peer)] + status.media.compactMap(failed)
        }
        var findings = status.media.compactMap { finding($0, peer) }
        let unknown = reaches.filter { $0.to == peer && $0.state == .unknown }
        if let first = unknown.first {
            // One that never tells cannot be asked again.
            let neverTells = first.reason == nil || status.nodes.contains { $0.name == peer && $0.speaks == .original }
            findings.append(
                Finding(
                    .mediumUnknown, neverTells ? .note : .unknown, "node", peer.text,
                    "what \(peer) hears of \(local) is not known: \(first.reason ?? "\(peer) does not tell")",
                    remedy: neverTells ? [] : FindingCode.mediumUnknown.entry.remedy))
        }
        return findings
    }

    private static func isShut(_ reach: Reach) -> Bool {
        switch reach.state {
        case .blocked, .never: true
        case .open, .unknown: false
        }
    }

    private func unheard(_ peer: NodeName) -> Finding {
        let causes: Set<ProblemCode> = [.mediaCut, .onlyKernelServes, .peerShutDown, .nodeDead]
        let cause = status.problems.first { $0.healed == nil && causes.contains($0.code) }
        return Finding(
            .peerUnheard, "node", peer.text,
            "no medium brings anything of \(peer)" + (cause.map { "; \($0.sentence)" } ?? ""),
            remedy: cause?.remedy ?? ["look after \(peer); there: hbctl check --live"])
    }

    // MARK: - One medium

    private func finding(_ medium: PairStatus.Medium, _ peer: NodeName) -> Finding? {
        let shut = reaches.filter { $0.medium == medium.name && Self.isShut($0) }
        guard let first = shut.first else { return nil }
        if let failed = failed(medium) { return failed }
        if medium.hears.state == .unknown {
            return blocked(
                medium, "\(peer) has the medium \(medium.name), and \(local) has none that goes with it",
                ["write its line into ha.cf of \(local), or remove it from that of \(peer)"])
        }
        if shut.count > 1 {
            return blocked(
                medium, "over \(medium.name) nothing passes between \(local) and \(peer)\(Self.lasting(shut))",
                [adviceForBoth(medium.name)])
        }
        let what = first.state == .never ? "has ever reached" : "reaches"
        return blocked(
            medium, "over \(medium.name) nothing of \(first.from) \(what) \(first.to)\(Self.lasting(shut))",
            adviceForOne(first))
    }

    private func failed(_ medium: PairStatus.Medium) -> Finding? {
        guard case .failing(let reason) = medium.state else { return nil }
        return blocked(
            medium, "\(medium.name) does not work on \(local): \(reason)",
            ["as it says; it is tried again every second"])
    }

    private func blocked(_ medium: PairStatus.Medium, _ sentence: String, _ remedy: [String]) -> Finding {
        Finding(.mediumBlocked, "medium", medium.name.text, sentence, remedy: remedy)
    }

    private static func lasting(_ shut: [Reach]) -> String {
        shut.compactMap(\.age).min().map { " for \($0.ageText)" } ?? ""
    }

    private func adviceForBoth(_ medium: MediumName) -> String {
        if medium.isDevice { return "look at the cable at both ends; \(speed(medium))" }
        return "look at the cable and the switch's ports at both ends, and let \(port(medium)) in on both nodes"
    }

    private func adviceForOne(_ reach: Reach) -> [String] {
        if reach.medium.isDevice {
            return ["one wire of the cable, from \(reach.from) to \(reach.to); \(speed(reach.medium))"]
        }
        return [
            "on \(reach.to): tcpdump -ni \(reach.medium) \(port(reach.medium))",
            "packets of \(reach.from) there: a firewall of \(reach.to) keeps them out; none: look at \(reach.from) and the switch",
        ]
    }

    private func line(_ medium: MediumName) -> MediumConfiguration? {
        configuration?.media.first { $0.name == medium }
    }

    private func speed(_ medium: MediumName) -> String {
        guard case .serial(_, let baud)? = line(medium) else { return "baud must be the same on both nodes" }
        return "\(local) has \(baud) baud, and the other node must have the same"
    }

    private func port(_ medium: MediumName) -> String {
        switch line(medium) {
        case .broadcast(_, let port)?, .unicast(_, _, let port)?, .multicast(_, _, let port, _, _)?,
            .unicast6(_, _, let port)?, .multicast6(_, _, let port, _, _)?:
            "udp port \(port)"
        case .serial?, nil: "udp port \(configuration?.udpPort ?? Configuration.usualPort)"
        }
    }
}
