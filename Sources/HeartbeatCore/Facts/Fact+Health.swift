// Facts about interfaces and paths, and what follows from them for the groups.

import HeartbeatModel

extension Fact {
    package static func interfaceLost(_ rule: InterfaceRule) -> Fact {
        Fact(
            .interfaceLost,
            "Interface \(rule.interface) is lost: no carrier\(forTime(rule.debounce))"
                + (rule.role == .heartbeat ? "; only heartbeats travel there, so nothing follows" : ""),
            [.interface: rule.interface])
    }

    /// The carrier is back and must stay for so long.
    package static func interfaceOnTrial(_ rule: InterfaceRule, _ patience: Duration) -> Fact {
        Fact(
            .interfaceOnTrial,
            "Carrier is back on \(rule.interface); the interface counts again when it has stayed\(forTime(patience))",
            [.interface: rule.interface, .latency: patience.milliseconds])
    }

    package static func interfaceRecovered(_ rule: InterfaceRule) -> Fact {
        Fact(.interfaceRecovered, "Interface \(rule.interface) is good again", [.interface: rule.interface])
    }

    /// Not lost yet: `count` questions in a row went unanswered.
    package static func pathMissed(_ probe: PathProbe, count: Int, reason: String) -> Fact {
        Fact(
            .pathMissed, "Probe \(probe.name): \(reason) (\(count) of \(probe.fall))",
            [.path: probe.name, .count: count, .limit: probe.fall, .cause: reason])
    }

    package static func pathLost(_ probe: PathProbe, reason: String) -> Fact {
        Fact(
            .pathLost,
            "Path \(probe.name) is lost: \(probe.fall) questions in a row without an answer (\(reason))",
            [.path: probe.name, .cause: reason])
    }

    /// Lost, and not answered again: `count` questions in a row by now.
    package static func pathStillLost(_ probe: PathProbe, count: Int, reason: String) -> Fact {
        Fact(
            .pathStillLost, "Path \(probe.name) is still lost: \(reason) (unanswered in a row: \(count))",
            [.path: probe.name, .cause: reason, .count: count])
    }

    /// Lost, and not answered any more after `answers` answers in a row.
    package static func pathRelapsed(_ probe: PathProbe, answers: Int, reason: String) -> Fact {
        Fact(
            .pathRelapsed,
            "Path \(probe.name) stays lost: \(reason), after \(answers) of \(probe.rise) answers in a row; the count begins "
                + "again",
            [.path: probe.name, .cause: reason, .count: answers, .limit: probe.rise])
    }

    package static func pathRecovered(_ probe: PathProbe) -> Fact {
        Fact(
            .pathRecovered, "Path \(probe.name) is good again: \(probe.rise) answers in a row", [.path: probe.name])
    }

    package static func pathUnknown(_ probe: PathProbe, reason: String) -> Fact {
        Fact(.pathUnknown, "Path \(probe.name) is unknown: \(reason)", [.path: probe.name, .cause: reason])
    }

    package static func pathKnown(_ probe: PathProbe) -> Fact {
        Fact(.pathKnown, "Path \(probe.name) can be asked after again", [.path: probe.name])
    }

    package static func pathGroupLost(_ group: PathProbeGroup, working: Int) -> Fact {
        Fact(
            .pathGroupLost,
            "Paths \(group.name) are lost: \(working) of \(group.members.count) work, \(group.needed) are needed",
            [.path: group.name, .count: working, .limit: group.needed])
    }

    package static func pathGroupRecovered(_ group: PathProbeGroup, working: Int) -> Fact {
        Fact(
            .pathGroupRecovered, "Paths \(group.name) are good again: \(working) of \(group.members.count) work",
            [.path: group.name, .count: working, .limit: group.needed])
    }

    /// The node at the other end of the tunnel stands by, and this pair is to follow the other one.
    package static func partnerDenies(_ probe: PathProbe) -> Fact {
        Fact(
            .partnerDenies,
            "Partner of probe \(probe.name) stands by: the other pair serves elsewhere, and this one is to follow",
            [.path: probe.name])
    }

    package static func partnerAgrees(_ probe: PathProbe) -> Fact {
        Fact(
            .partnerAgrees, "Partner of probe \(probe.name): there is nothing to follow any more", [.path: probe.name])
    }

    /// Neither pair can go where the other one is.
    package static func pairsApart(lost: [String], reason: String) -> Fact {
        Fact(
            .pairsApart,
            "The two pairs serve at different tunnels (\(list(lost))) and neither can follow: \(reason)",
            [.cause: reason])
    }

    /// The other node is sound where this one has lost something: it gets the groups.
    package static func healthMoving(to peer: NodeName, lost: [String]) -> Fact {
        Fact(
            .healthMoving,
            "\(peer) is better off than this node, which has lost \(list(lost)): it gets the resources",
            [.peer: peer, .cause: lost.joined(separator: " ")])
    }

    /// The other node is no better off, so nothing moves.
    package static func healthStaying(peer: NodeName, lost: [String], peerHealth health: NodeHealth) -> Fact {
        Fact(
            .healthStaying,
            "This node has lost \(list(lost)), but \(peer) is no better off (\(health.lost) lost, "
                + "\(health.unproven - health.lost) in doubt): the resources stay",
            [.peer: peer, .cause: lost.joined(separator: " ")])
    }

    /// It would be better off, but cannot take anything now.
    package static func healthCannotMove(reason: String) -> Fact {
        Fact(
            .healthCannotMove, "The other node is better off, but cannot get the resources now: \(reason)",
            [.cause: reason])
    }

    package static func maintenanceBegins(reason: String) -> Fact {
        Fact(
            .maintenanceOn,
            "This node is in maintenance (\(reason)): the other node gets its groups, if it is there, and gives none back",
            [.cause: reason])
    }

    package static var maintenanceEnds: Fact {
        Fact(.maintenanceOff, "This node is in service again: its maintenance is over")
    }

    private static func forTime(_ duration: Duration) -> String {
        duration == .zero ? "" : " for \(duration.milliseconds) ms"
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nothing any more" : names.joined(separator: ", ")
    }
}
