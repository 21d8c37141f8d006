// The kinds of problems as docs/problems.md lists them: how much each matters, what it says, what helps.

import HeartbeatModel

extension ProblemCode {
    typealias Row = (ProblemCode, Entry)

    private static func row(
        _ code: ProblemCode, _ severity: Severity, unless exception: String = "", isEvent: Bool = false,
        _ sentence: String,
        _ advice: String
    ) -> Row {
        (
            code,
            Entry(severity: severity, exception: exception, isEvent: isEvent, sentence: sentence, advice: advice)
        )
    }

    static let service: [Row] = [
        row(
            .nobodyServes, .critical, "G is served by nobody for T: WHY",
            "repair what WHY names; `journalctl -t heartbeat HA_GROUP=G`, then `hb_takeover`"),
        row(
            .bothHold, .critical, isEvent: true, "both nodes run G",
            "it ends by itself: one node yields; look why no message passed"),
        row(
            .stopFailed, .critical, unless: "degraded where somebody serves the group", isEvent: true,
            "R of G would not stop on N", "stop it by hand; the daemon tries again every 30 s"),
        row(
            .startFailed, .degraded, isEvent: true, "R of G failed to start on N; it runs on M",
            "`journalctl -t heartbeat HA_GROUP=G`; repair it, then `hb_takeover`, or wait for `failure_window`"),
        row(
            .failedTooOften, .degraded, isEvent: true, "R of G failed too often on N; it runs on M",
            "as for `start-failed`"),
        row(
            .groupMoving, .degraded, unless: "critical after `start_timeout` of all its resources",
            "G is being started on N for T", "nothing, or look at the script that runs"),
        row(
            .groupWithheld, .degraded, unless: "info in the first 10 s",
            "G waits on N: the other node has not stopped it, or does not agree", "look at the other node's log"),
        row(
            .startingUp, .unknown, unless: "degraded where the other node serves", "N waits up to T for M (initdead)",
            "start heartbeat on M, or wait"),
        row(
            .failbackWaits, .info, isEvent: true, "G stays on N: REASON",
            "as REASON says; `hb_standby foreign` orders the return"),
        row(
            .unmanaged, .degraded, "N was started with -M and runs no groups",
            "start heartbeat without `-M` when it is to serve"),
    ]

    static let peer: [Row] = [
        row(
            .nodeDead, .degraded, isEvent: true, "N is dead for T",
            "look after N; there: `systemctl status heartbeat`"),
        row(
            .peerShutDown, .degraded, isEvent: true, "heartbeat was stopped on N T ago",
            "there: `systemctl start heartbeat`"),
        row(.peerJoining, .degraded, "N is joining", "nothing: it is ready in a moment"),
        row(
            .lateHeartbeat, .degraded, isEvent: true, "N is silent for T on every medium; it is dead in X",
            "nothing yet; if it comes often, `deadtime` is too short"),
        row(
            .peerDeaf, .degraded, "N hears nothing of A", "let udpport in on N: a firewall or a cable keeps it out"),
        row(
            .lockedOut, .degraded, isEvent: true, "N refuses the messages of A: it knows a later generation of it",
            "as the log line says: `journalctl -t heartbeat HA_EVENT=locked-out`"),
        row(
            .unanswered, .degraded, isEvent: true, "N is heard and does not answer; nothing is started on A meanwhile",
            "let udpport in on N; if heartbeat does not run there, find who sends its packets"),
        row(
            .replay, .degraded, isEvent: true, "packets of an earlier life of N arrive",
            "as the log line says: `journalctl -t heartbeat HA_EVENT=replay`"),
        row(
            .namesake, .degraded, isEvent: true, "another machine calls itself N too",
            "give one of them its own name (`uname -n`, or nodeinfo)"),
        row(
            .stalled, .degraded, isEvent: true, "N stood still, K times; last T ago",
            "find what stopped the machine: swap, snapshots, a suspended guest"),
    ]

    static let media: [Row] = [
        row(
            .linkDead, .degraded, isEvent: true, "A hears nothing of B over M for T",
            "look at the cable, the switch, the firewall of A"),
        row(
            .linkOneWay, .degraded, "over M only one of A and B hears the other, for T",
            "a firewall on the one that hears nothing, or one wire of the cable"),
        row(.oneMediumLeft, .degraded, "only M connects the nodes", "as for `link-dead`"),
        row(.mediumFailed, .degraded, isEvent: true, "M does not work on N: ERROR", "as ERROR says"),
        row(
            .mediaCut, .degraded, isEvent: true, "no medium brings a word of N, another network does",
            "look for the cables of the media: when that network fails, too, both nodes serve"),
        row(
            .onlyKernelServes, .degraded, isEvent: true,
            "the machine of N answers for service addresses, its daemon is not heard",
            "look for the media, and for a firewall"),
        row(
            .packetRefused, .degraded, isEvent: true, "packets on M are refused: REASON",
            "compare authkeys of both nodes; look who else sends there"),
    ]

    static let network: [Row] = [
        row(
            .blind, .degraded, isEvent: true, "no interface of N has a carrier",
            "look for the cables and switches of N"),
        row(
            .interfaceLost, .degraded, isEvent: true, "I on N has been lost for T (REASON)",
            "look at the cable and the switch's port"),
        row(
            .pathLost, .degraded, isEvent: true, "path P of N has been lost for T (REASON)",
            "look at what lies behind the first router"),
        row(.pathGroupLost, .degraded, isEvent: true, "paths P of N have been lost for T", "as for `path-lost`"),
        row(.pathUnknown, .degraded, isEvent: true, "path P cannot be asked on N: REASON", "as REASON says"),
        row(.peerNetwork, .degraded, "N has lost K of what it watches", "there: `hbctl status`"),
        row(
            .healthCannotMove, .degraded, isEvent: true, "N is better off and cannot get the groups: REASON",
            "as REASON says"),
        row(
            .pairsApart, .critical, isEvent: true, "the two pairs serve at different tunnels",
            "repair what the standby nodes of both pairs have lost"),
        row(
            .neighbourDisagrees, .degraded, isEvent: true, "a neighbour does not know that N has G",
            "as the log line says: `journalctl -t heartbeat HA_EVENT=neighbour-disagrees`"),
        row(.lineDown, .degraded, isEvent: true, "line L of N is down: REASON", "ask the provider"),
        row(
            .lineStranded, .degraded, isEvent: true, "class C of N has no line that is up",
            "ask the providers; the other node may have a line"),
    ]

    static let sameness: [Row] = [
        row(
            .differentGroups, .degraded, isEvent: true, "haresources is not the same on both nodes: G",
            "make the files the same, then `heartbeat -r` on both nodes"),
        row(
            .ownOnBoth, .degraded, isEvent: true, "each node has G under its own name in haresources",
            "write the same name into both files, then `heartbeat -r` on both nodes"),
        row(
            .differentNodes, .degraded, isEvent: true, "the `node` lines of both ha.cf are not the same",
            "make them the same, then restart heartbeat on both nodes, one after the other"),
        row(
            .differentFiles, .degraded, isEvent: true, "F is not the same on both nodes (HERE, THERE)",
            "`cl_status files`; copy the right one to the other node"),
        row(
            .unlistedFile, .degraded, isEvent: true, "F is in a `sync` line of one node only",
            "list it on both nodes, then `heartbeat -r`"),
        row(
            .differentDeadtime, .degraded, "deadtime is X on A and Y on B",
            "make ha.cf the same, then `heartbeat -r` on both nodes"),
        row(
            .differentConfiguration, .degraded, "ha.cf or authkeys is not the same on both nodes",
            "`hb_site diff`, or compare `/etc/ha.d` of both nodes; then `heartbeat -r`"),
        row(
            .reloadIncomplete, .info, isEvent: true, "a change of ha.cf takes effect at the next start of N",
            "restart heartbeat on N when it suits"),
        row(
            .reloadRefused, .degraded, isEvent: true, "the files of N have mistakes and were not read again",
            "`heartbeat -t`, then `heartbeat -r`"),
        row(.versionDiffers, .info, "N runs version X, M version Y", "update the older one"),
        row(.peerIsOriginal, .info, "N runs heartbeat 3, which tells neither health nor files", "nothing"),
    ]

    static let machine: [Row] = [
        row(
            .leaseDark, .critical, unless: "degraded where the other node serves", isEvent: true,
            "N answers for no service address: its lease has ended",
            "nothing, if the machine was suspended; else look what held it up, or look for the media"),
        row(
            .leaseUnavailable, .degraded, isEvent: true,
            "N has no lease: addresses of a daemon that dies there go on answering",
            "a kernel from 5.8 on, the daemon as root; or `lease off`"),
        row(
            .guardianUnavailable, .degraded, isEvent: true, "N has no guardian",
            "as the log line says: `journalctl -t heartbeat HA_EVENT=guardian-unavailable`"),
        row(
            .historyNotKept, .info, isEvent: true, "the history of N is not kept: REASON",
            "free some space below the state directory, or look at its disk; everything else works"),
        row(
            .hookFailed, .info, isEvent: true, "a script of rc.d or notify.d failed on N",
            "`journalctl -t heartbeat HA_EVENT=hook-failed`"),
        row(
            .maintenance, .degraded, "N is in maintenance for T: REASON",
            "there, when it is done: `hbctl maintenance off`"),
    ]

    static let question: [Row] = [
        row(
            .daemonDown, .unknown, "heartbeat does not run on N", "`journalctl -t heartbeat -n 50`, then start it"),
        row(
            .daemonSilent, .unknown, "heartbeat on N does not answer",
            "systemd's watchdog ends it within seconds; else end it by hand"),
        row(
            .notConfigured, .unknown, "there is no ha.cf on N",
            "write ha.cf, haresources and authkeys, then `heartbeat -t`"),
        row(.noPermission, .unknown, "no permission to ask", "be root, or a member of group haclient"),
        row(
            .daemonOlder, .info, "the daemon on N is of an older version, which tells less",
            "restart heartbeat on N when it suits"),
        row(
            .daemonNewer, .unknown, "the daemon on N is of a newer version than this program",
            "use the `hbctl` that came with it"),
        row(.answerGarbled, .unknown, "the answer of the daemon on N makes no sense", "ask again; look at the log"),
    ]
}

extension ProblemCode {
    /// The tables of docs/problems.md.
    package static var page: String {
        let parts = [
            ("The service", service), ("The other node", peer), ("Media", media), ("The network", network),
            ("What must be the same", sameness), ("This machine", machine), ("The question", question),
        ]
        return parts.map { title, rows in
            let head = "## \(title)\n\n| code | severity | says | what to do |\n|---|---|---|---|\n"
            return head + rows.map { "\(text(of: $0))\n" }.joined()
        }.joined(separator: "\n")
    }

    private static func text(of row: Row) -> String {
        let (code, entry) = row
        let severity = entry.severity.rawValue + (entry.exception.isEmpty ? "" : "; \(entry.exception)")
        return "| `\(code.rawValue)`\(entry.isEvent ? "" : " *") | \(severity) | \(entry.sentence) | \(entry.advice) |"
    }
}
