// Facts about links and paths, and what follows from them for the groups.

import HeartbeatModel

/// What happened to something this node watches of the network.
public enum HealthNotice: Hashable, Sendable {
    case linkLost(LinkRule)
    /// The carrier is back and must stay for so long.
    case linkOnTrial(LinkRule, Duration)
    case linkRecovered(LinkRule)
    /// Not lost yet: `count` questions in a row went unanswered.
    case pathMissed(PathProbe, count: Int, reason: String)
    case pathLost(PathProbe, reason: String)
    case pathRecovered(PathProbe)
    case pathUnknown(PathProbe, reason: String)
    case pathKnown(PathProbe)
    case groupLost(PathProbeGroup, working: Int)
    case groupRecovered(PathProbeGroup, working: Int)
    /// The other node is sound where this one has lost something: it gets the groups.
    case moving(to: NodeName, lost: [String])
    /// The other node is no better off, so nothing moves.
    case staying(peer: NodeName, lost: [String], peerHealth: NodeHealth)
    /// It would be better off, but cannot take anything now.
    case cannotMove(reason: String)

    public var level: Notice.Level {
        switch self {
        case .linkOnTrial, .linkRecovered, .pathRecovered, .pathKnown, .groupRecovered, .moving: .info
        case .linkLost, .pathMissed, .pathLost, .pathUnknown, .groupLost, .staying, .cannotMove: .warning
        }
    }

    public var text: String {
        switch self {
        case .linkLost(let rule):
            "Link \(rule.interface) is lost: no carrier\(Self.forTime(rule.debounce))"
                + (rule.role == .heartbeat ? "; only heartbeats travel there, so nothing follows" : "")
        case .linkOnTrial(let rule, let patience):
            "Carrier is back on \(rule.interface); the link counts again when it has stayed\(Self.forTime(patience))"
        case .linkRecovered(let rule): "Link \(rule.interface) is good again"
        case .pathMissed(let probe, let count, let reason):
            "Probe \(probe.name): \(reason) (\(count) of \(probe.fall))"
        case .pathLost(let probe, let reason):
            "Path \(probe.name) is lost: \(probe.fall) questions in a row without an answer (\(reason))"
        case .pathRecovered(let probe): "Path \(probe.name) is good again: \(probe.rise) answers in a row"
        case .pathUnknown(let probe, let reason): "Path \(probe.name) is unknown: \(reason)"
        case .pathKnown(let probe): "Path \(probe.name) can be asked after again"
        case .groupLost(let group, let working):
            "Paths \(group.name) are lost: \(working) of \(group.members.count) work, \(group.needed) are needed"
        case .groupRecovered(let group, let working):
            "Paths \(group.name) are good again: \(working) of \(group.members.count) work"
        case .moving(let peer, let lost):
            "\(peer) is better off than this node, which has lost \(Self.list(lost)): it gets the resources"
        case .staying(let peer, let lost, let health):
            "This node has lost \(Self.list(lost)), but \(peer) is no better off (\(health.lost) lost, "
                + "\(health.unproven - health.lost) in doubt): the resources stay"
        case .cannotMove(let reason): "The other node is better off, but cannot get the resources now: \(reason)"
        }
    }

    private static func forTime(_ duration: Duration) -> String {
        duration == .zero ? "" : " for \(duration.milliseconds) ms"
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nothing any more" : names.joined(separator: ", ")
    }
}
