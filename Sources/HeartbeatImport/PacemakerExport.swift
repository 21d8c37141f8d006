// A pair's configuration as that of Corosync and Pacemaker: corosync.conf, the resources as XML, and what they do not do. Configuration in,
// text out; no program of theirs is needed.

import HeartbeatConfig
import HeartbeatModel

package struct PacemakerExport: Hashable, Sendable {
    /// What becomes of something that the files say.
    struct Finding: Hashable, Sendable {
        var outcome: ImportFinding.Outcome
        /// A directive of ha.cf, or a place of haresources with its word.
        var what: String
        var why: String
        var remedy: String?
    }

    package let corosync: String
    package let cib: String
    private(set) var findings: [Finding] = []

    /// By their names.
    package var files: [(name: String, text: String)] { [("corosync.conf", corosync), ("cib.xml", cib)] }

    /// The files, for a person.
    package var text: String { FindingText.files(files) }

    /// Nothing was changed or lost.
    package var isWhole: Bool { findings.allSatisfy { $0.outcome == .kept } }

    package init(_ configuration: Configuration) {
        corosync = Self.corosync(configuration)
        var writer = PacemakerResources(configuration)
        cib = writer.cib()
        findings = writer.findings + Self.lost(configuration)
    }

    /// One line each.
    package var lines: [String] {
        FindingText.lines(findings, outcome: \.outcome, next: Self.steps) {
            FindingText.sentence($0.what, $0.why, $0.remedy)
        }
    }

    static let steps = [
        "copy corosync.conf to /etc/corosync on both nodes, and the key that corosync-keygen makes",
        "on each node: stop heartbeat and keep it from starting at boot; only then start corosync and pacemaker",
        "on one node: crm_verify --xml-file cib.xml, then cibadmin --replace --force --xml-file cib.xml",
        "set up fencing, and set stonith-enabled to true",
    ]

    // MARK: - corosync.conf

    private static func corosync(_ configuration: Configuration) -> String {
        var lines = [
            "# Made by hbctl export pacemaker. See corosync.conf(5).", "totem {", "    version: 2",
            "    cluster_name: \(name(configuration) ?? "linux-ha")", "    transport: knet",
            "    crypto_cipher: aes256", "    crypto_hash: sha256", "    token: \(token(configuration))", "}",
            "nodelist {",
        ]
        for (number, node) in configuration.nodes.enumerated() {
            lines += [
                "    node {", "        name: \(node)", "        nodeid: \(number + 1)", "        ring0_addr: \(node)",
                "    }",
            ]
        }
        lines += ["}", "quorum {", "    provider: corosync_votequorum"]
        if configuration.nodes.count == 2 { lines.append("    two_node: 1") }
        lines += ["}", "logging {", "    to_syslog: yes", "}"]
        return lines.textOfLines
    }

    private static func cluster(_ configuration: Configuration) -> String {
        configuration.parameters.first { $0.name == "cluster" }?.value ?? ""
    }

    /// That of `cluster`, where Corosync can have it: its lines are short.
    private static func name(_ configuration: Configuration) -> String? {
        let cluster = Self.cluster(configuration)
        return !cluster.isEmpty && cluster.utf8.count <= 255 && cluster.utf8.allSatisfy(\.isNameByte) ? cluster : nil
    }

    /// Milliseconds. With less, Corosync finds no time for its retransmissions; it counts in 32 bits.
    private static func token(_ configuration: Configuration) -> Int64 {
        min(max(150, configuration.deadtime.milliseconds), Int64(UInt32.max))
    }

    // MARK: - What is lost

    /// Of the totem section.
    private static func changed(_ configuration: Configuration) -> [Finding] {
        let token = Self.token(configuration)
        let isDeadtime = token == configuration.deadtime.milliseconds
        let times = Finding(
            outcome: .changed, what: "keepalive, deadtime",
            why: "token is \(isDeadtime ? "deadtime" : "\(token) ms, as near to deadtime as Corosync can have it"); "
                + "Corosync acts after the token and the time for consensus", remedy: nil)
        guard name(configuration) == nil, !cluster(configuration).isEmpty else { return [times] }
        let other = Finding(
            outcome: .changed, what: "cluster", why: "Corosync cannot have this name, so it is linux-ha",
            remedy: "write another cluster_name where two clusters share a network")
        return [times, other]
    }

    /// Of any pair.
    private static let always = [
        Finding(
            outcome: .changed, what: "node", why: "a node is reached by its name",
            remedy: "write addresses as ring0_addr, and those of a second network as ring1_addr"),
        Finding(
            outcome: .changed, what: "initdead",
            why: "after a start of both nodes nothing runs until both were there (two_node)",
            remedy: "look at wait_for_all in votequorum(5)"),
        Finding(
            outcome: .lost, what: "lease, quick_death, veto",
            why: "without fencing two nodes may answer for one address", remedy: "set up fencing"),
        Finding(
            outcome: .lost, what: "interfaces with service addresses", why: "nobody watches their carriers",
            remedy: "write clones of ocf:heartbeat:ethmonitor, and location rules"),
    ]

    private static func lost(_ configuration: Configuration) -> [Finding] {
        var findings = changed(configuration) + always
        func add(_ isThere: Bool, _ what: String, _ why: String, _ remedy: String) {
            if isThere { findings.append(Finding(outcome: .lost, what: what, why: why, remedy: remedy)) }
        }
        let media = configuration.media
        add(
            media.contains { if case .serial = $0 { true } else { false } }, "serial", "Corosync has no serial lines",
            "give it a second network")
        add(
            !configuration.probes.isEmpty || !configuration.pingNodes.isEmpty, "probe, ping",
            "paths are not asked after",
            "write a clone of ocf:pacemaker:ping, and a location rule")
        add(
            configuration.onStopFailure == .reboot, "on_stop_failure reboot",
            "without fencing nobody reboots a node: the group stays", "set up fencing, and on-fail=fence")
        add(
            !configuration.failbackDelay.isNone, "failback_delay", "nothing delays a return",
            "set the stickiness to 1000")
        add(!configuration.syncFiles.isEmpty, "sync", "files are not compared", "use csync2")
        add(
            !configuration.lines.lines.isEmpty, "line, class", "there is no such thing",
            "let hb_lines do it beside Pacemaker")
        add(configuration.lan != nil, "lan", "there is no such thing", "let faild do it beside Pacemaker")
        add(
            configuration.partnerService != nil, "partner_port", "pairs do not follow each other",
            "write rules that look at the tunnel")
        add(
            !configuration.clientPrograms.isEmpty, "respawn, failfast", "programs are not kept running",
            "write them as units of systemd")
        add(configuration.watchdog != nil, "watchdog", "Corosync feeds none by itself", "set up sbd")
        return findings
    }
}
