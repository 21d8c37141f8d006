// The metrics as docs/metrics.md lists them: kind, labels, what it says, and when it is not there. What nobody knows is not there; no
// series is 0 because nobody knows.

extension Metric {
    typealias Row = (Metric, Entry)

    private static func row(
        _ metric: Metric, of labels: [String] = [], as kind: Kind = .gauge, _ help: String, unless absence: String = ""
    ) -> Row {
        (metric, Entry(kind: kind, labels: labels, help: help, absence: absence))
    }

    static var rows: [(title: String, rows: [Row])] {
        [
            ("The question", question), ("The service", service), ("Nodes and media", media), ("The network", network),
            ("What was done", work), ("This machine", machine),
        ]
    }

    private static let down = "the daemon does not answer"
    private static let untold = "the daemon does not tell"
    private static let unknown = "nobody knows"

    private static let question = [
        row(.up, "1 if the daemon answers"),
        row(.buildInfo, of: ["node", "version"], "1: the node that was asked and its version", unless: untold),
        row(.uptime, of: ["node"], "For how long the daemon of the node has run", unless: untold),
        row(
            .verdict, of: ["level"],
            "1 for what hbctl status comes to: ok, degraded, critical or unknown; 0 for the others"),
        row(
            .problem, of: ["code", "severity"],
            "Number of problems with this code; severity is the usual one of the code",
            unless: "it is 0 and the daemon does not answer, or is older"),
    ]

    private static let service = [
        row(
            .groupService, of: ["group", "service"],
            "1 for how the group is served: on, moving, nobody, both or unknown; 0 for the others"),
        row(
            .groupOwner, of: ["group", "node"], "1 if the node serves the group; 0 on both while it moves",
            unless: unknown),
        row(
            .groupState, of: ["group", "state"],
            "1 for what this node does with the group: unknown, stopped, withheld, acquiring, running, releasing, failed or "
                + "stop-failed; 0 for the others", unless: down),
        row(
            .resourceRunning, of: ["group", "resource"], "1 if the resource of the group runs on this node",
            unless: "the daemon does not tell, or has not looked yet"),
        row(
            .groupMovement, of: ["group"], "How long the last movement of the group to or from this node took",
            unless: "it has not moved since the daemon began"),
        row(
            .groupNeighbours, of: ["group"], "1 if neighbours know who has the addresses of the group",
            unless: "they were not asked"),
        row(
            .announceConfirmed, of: ["address"],
            "1 if the neighbours that were asked send to this node what is for the service address",
            unless: "it is not up here, or no neighbour has shown it"),
        row(.twoOwners, of: ["group"], "1 if both nodes run the group", unless: unknown),
        row(.standbyReady, "1 if whoever does not serve a group could take it over", unless: unknown),
        row(
            .predictedTakeover, "From the last word of a node that dies to the start of everything on the other one",
            unless: "nobody is ready, both serve, or a group has not started here yet"),
        row(
            .configSame, "1 if ha.cf, authkeys, haresources and the files of sync lines are the same on both nodes",
            unless: "the other node is not there, or has not told"),
    ]

    private static let media = [
        row(
            .nodeStatus, of: ["node", "status"],
            "1 for the status of the node: init, up, active, dead, ping, stopped or unknown; 0 for the others"),
        row(
            .nodeSilence, of: ["node"], "Since the last packet of the node over any medium",
            unless: "it is the node that was asked, or it was never heard"),
        row(.maintenance, of: ["node"], "1 if an operator has taken the node out of service", unless: unknown),
        row(.mediumOpen, of: ["medium"], "1 if the medium of this node works", unless: untold),
        row(
            .linkUp, of: ["node", "medium"], "1 if this node hears the other one over the medium", unless: unknown),
        row(
            .linkHeard, of: ["node", "medium"],
            "1 if the other node hears this one over the medium, as it told last", unless: "it does not tell"),
        row(
            .beatAge, of: ["node", "medium"], "Since the last packet of the other node over the medium",
            unless: "there was none"),
        row(
            .beatJitter, of: ["node", "medium"], "Mean deviation of the other node's statuses from their interval",
            unless: "there were not three in a row"),
        row(
            .beatInterval, of: ["node", "medium"], as: .histogram,
            "Between two statuses of the other node over the medium, one that was missed making it longer",
            unless: untold),
        row(
            .beatsLost, of: ["node", "medium"],
            "Statuses of the other node in the last 24 h that did not come over the medium in time", unless: untold),
        row(.messagesSent, of: ["medium"], as: .counter, "Messages sent over the medium", unless: untold),
        row(
            .messagesDropped, of: ["medium"], as: .counter, "Messages that the medium could not take in time",
            unless: untold),
        row(.messagesReceived, of: ["medium"], as: .counter, "Messages received over the medium", unless: untold),
        row(
            .messagesRejected, of: ["medium", "reason"], as: .counter,
            "Messages that were not believed: authentication, unsigned, unknown-key, unreadable",
            unless: "there was none"),
    ]

    private static let network = [
        row(
            .interfaceUp, of: ["interface", "kind"], "1 if the interface of a link line works",
            unless: "it is doubtful"),
        row(
            .probeSuccess, of: ["probe", "kind"], "1 if the path of a probe, or enough of a probe_group, works",
            unless: "it is doubtful"),
    ]

    private static let work = [
        row(
            .takeovers, of: ["group", "cause"], as: .counter,
            "Movements that ended with the group running on this node; cause as in the history",
            unless: "there was none"),
        row(
            .takeoverDuration, of: ["phase"], as: .histogram,
            "How long such movements took: phase is total, from the cause to the end, or a part of it as in the history",
            unless: "there was none"),
        row(
            .actions, of: ["verb", "outcome"], as: .counter,
            "Scripts run, and addresses brought up or down: outcome is done, failed, timeout or not-run",
            unless: "there was none"),
        row(
            .actionDuration, of: ["resource", "verb"], as: .histogram,
            "How long those took that have ended; of addresses that come up together, by the first of them",
            unless: "there was none"),
        row(
            .twoOwnersSeconds, as: .counter, "For how long both nodes claimed the same groups, together",
            unless: untold),
    ]

    private static let machine = [
        row(.leaseHeld, "1 if the kernel answers for service addresses only while it is told to", unless: untold),
        row(.leaseDark, "1 if the kernel answers for no service address just now", unless: untold),
        row(.leaseLeft, "For how long the kernel would still answer", unless: "there is no lease"),
        row(
            .leaseExpired, as: .counter, "How often the lease of this node has ended before it was renewed",
            unless: untold),
        row(.guardianWanted, "1 if ha.cf wants a guardian", unless: untold),
        row(.guardianRunning, "1 if the guardian of the daemon runs", unless: untold),
        row(
            .lateness, as: .histogram, "By how much turns of the loop came later than they were due",
            unless: untold),
        row(
            .latenessMedian, of: ["node"], "Half of the turns of the loop in the last ten minutes were no later",
            unless: untold),
        row(
            .latenessHigh, of: ["node"],
            "99 of 100 turns of the loop in the last ten minutes were no later; of both nodes", unless: untold),
        row(
            .latenessRecent, of: ["node"], "The latest turn of the loop in the last ten minutes", unless: untold),
        row(.latenessMost, of: ["node"], "The latest turn of the loop since the daemon began", unless: untold),
    ]
}

extension Metric {
    /// The tables of docs/metrics.md.
    package static var page: String {
        rows.map { title, rows in
            "## \(title)\n\n| metric | kind | labels | says | not there when |\n|---|---|---|---|---|\n"
                + rows.map { "\(text(of: $0))\n" }.joined()
        }.joined(separator: "\n")
    }

    private static func text(of row: Row) -> String {
        let (metric, entry) = row
        let labels = entry.labels.map { "`\($0)`" }.joined(separator: ", ")
        let cells = ["`\(metric.rawValue)`", entry.kind.rawValue, labels, entry.help, entry.absence]
        return "| \(cells.joined(separator: " | ")) |"
    }
}
