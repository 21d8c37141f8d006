// The life of a pair with Debian's clients, from its cold start to the end of the software on cluster1.

enum ClientLife {
    static let pingNode = "192.168.77.9"
    private static let tests = "/usr/libexec/heartbeat"
    /// Whom ha.cf allows to be the client that api_test is; the group only leads to the socket.
    private static let apiTest = "setpriv --reuid nobody --regid nogroup --groups haclient \(tests)/api_test"

    static func haCf(hasNoIPFail: Bool) -> String {
        """
        logfile /var/log/ha-log
        logfacility none
        keepalive 500ms
        deadtime 5
        warntime 3
        initdead 10
        deadping 3
        udpport 694
        bcast eth0
        bcast eth1
        ping \(pingNode)
        ping_group outside 192.168.78.1 192.168.78.2
        auto_failback on
        apiauth ping uid=nobody
        apiauth \(Friends.name) uid=root
        respawn hacluster \(hasNoIPFail ? "/usr/lib/heartbeat" : tests)/ipfail
        respawn hacluster \(tests)/ccm
        respawn hacluster /etc/ha.d/facts one "two words"
        respawn root /etc/ha.d/leaves
        respawn root /etc/ha.d/ends
        failfast root /etc/ha.d/vital
        node cluster1 cluster2

        """
    }

    /// Programs that ha.cf names beside Debian's.
    static let programs = [
        "facts": """
        exec >/run/notes/facts 2>&1
        id; pwd; umask; for word; do echo "[$word]"; done
        tr '\\0' '\\n' </proc/$$/environ | sort
        exec sleep 1000
        """,
        "leaves": "echo >>/run/notes/leaves; exit 100",
        "ends": "echo >>/run/notes/ends; exit 1",
        "vital": "trap 'exit 0' TERM; while [ ! -e /run/notes/end ]; do sleep 0.1; done; exit 3",
    ].mapValues { "#!/bin/sh\n\($0)\n" }

    static let scenes =
        [together, programsEnd, apiTests] + Friends.meeting
        + [pingLost, pingBack, clientKilled, vitalEnds, returned, Friends.again, peerGone, stopped]

    // MARK: - Both are well

    private static let together = ClientScene(
        name: "together", act: .powerOn,
        awaited: atHome + [
            AwaitedLine("cl_status clientstatus cluster1 ipfail", prints: "online"),
            AwaitedLine("cl_status clientstatus cluster1 ccm", prints: "online"),
            AwaitedLine("cl_status clientstatus cluster2 ccm 3000", prints: "online"),
        ],
        calm: .seconds(6), cases: questions + mistakes + permissions + parameters)

    private static let atHome = [
        AwaitedLine("cl_status rscstatus", prints: "local"),
        AwaitedLine("cl_status rscstatus", on: 1, prints: "local"),
    ]

    /// Without what ccm tells. `cl_status` prints what ccm's socket holds when it looks, and does not wait for the rest:
    /// beside a daemon that answers at once ccm is late as often as not, and never when strace slows `cl_status` down
    /// (observed).
    private static let everything = ClientCase("cl_status hbstatus -v | sed '/^ccm/,/^$/d'")

    /// With it, once: tried until ccm is in time.
    private static let membership = ClientCase(
        """
        for try in $(seq 60); do
            cl_status hbstatus -v >/run/notes/members; ! grep -q 'members 2' /run/notes/members || break
        done
        cat /run/notes/members
        """, title: "cl_status hbstatus -v with ccm", needed: "members 2")

    private static let questions: [ClientCase] = {
        let nodes = ["cluster1", "cluster2", pingNode, "outside", "nobody"]
        let aboutNodes: [String] = ["nodestatus", "nodetype", "nodeweight", "nodesite", "listhblinks"].flatMap { word in
            nodes.map { "\(word) \($0)" } + ["\(word) -m cluster2", "\(word) -m \(pingNode)", "\(word) CLUSTER2"]
        }
        let links: [String] = [
            "cluster1 eth0", "cluster1 eth1", "cluster2 eth1", "\(pingNode) \(pingNode)", "outside outside",
        ].flatMap { ["hblinkstatus \($0)", "hblinkstatus -m \($0)"] }
        let clients: [String] = [
            "cluster1 ipfail", "cluster2 ipfail", "cluster1 ccm", "cluster2 ccm", "cluster1 nothing",
        ].flatMap { ["clientstatus \($0) 5000", "clientstatus -m \($0) 5000"] }
        let others: [String] = ["hbstatus", "listnodes", "listnodes -n", "listnodes -p", "rscstatus"].flatMap {
            [$0, "\($0) -m"]
        }
        let verbose = ["listnodes -v", "listhblinks -v cluster2"]
        return [others, verbose, aboutNodes, links, clients].joined().map { ClientCase("cl_status \($0)") } + [
            everything, membership,
        ]
    }()

    private static let mistakes = [
        "", "nonsense", "nodestatus", "nodetype", "listhblinks", "hblinkstatus", "hblinkstatus cluster2",
        "hblinkstatus cluster2 eth7", "hblinkstatus nobody eth0", "clientstatus", "clientstatus cluster1",
        "clientstatus nobody ipfail", "clientstatus \(pingNode) ipfail", "hbparameter", "hbparameter -p", "-h",
        "--help",
    ].map { ClientCase("cl_status \($0)") }

    /// Who may ask: whoever may run cl_status, which belongs to the group; who may not be the client of a name.
    private static let permissions = [
        ClientCase("runuser -u nobody -- cl_status hbstatus"),
        ClientCase("runuser -u hacluster -- cl_status rscstatus"),
        ClientCase("timeout -k 1 5 runuser -u hacluster -- \(tests)/api_test 2>&1 | \(withoutNumbers)"),
        ClientCase("timeout -k 1 5 \(tests)/ipfail 2>&1 | grep -v PID"),
    ]

    private static let parameters = [
        "keepalive", "deadtime", "warntime", "initdead", "deadping", "udpport", "baud", "hopfudge", "auto_failback",
        "nice_failback", "hbversion", "hbgenmethod", "realtime", "rtprio", "debug", "logfile", "debugfile",
        "logfacility", "use_logd", "bcast", "ping", "ping_group", "node", "cluster", "msgfmt", "watchdog", "autojoin",
        "uuidfrom", "compression", "compression_threshold", "traditional_compression", "coredumps", "coreroot", "crm",
        "pacemaker", "respawn", "apiauth", "conn_logd_time", "syslogmsgfmt", "log_badpack", "max_rexmit_delay",
        "memreserve", "record_config_changes", "env", "normalpoll", "nothing",
    ].map { ClientCase("cl_status hbparameter -p \($0); cl_status hbparameter -m -p \($0)") }

    // MARK: - Programs

    private static let programsEnd = ClientScene(
        name: "programs", act: .nothing,
        awaited: [AwaitedLine("grep -c 'respawning too fast' /var/log/ha-log", prints: "1")],
        cases: [
            ClientCase(
                "grep -vE '^(\(environmentOfOwnKind.joined(separator: "|")))=' /run/notes/facts | sed -E 's|//+|/|g; s|/$||'",
                title: "what a respawned program is told"),
            ClientCase("wc -l </run/notes/leaves"),
            ClientCase("wc -l </run/notes/ends"),
        ])

    /// Variables that are not compared: those for which scripts have the same reasons, HOME, which is the user's here, HA_LOGD,
    /// which is only here, and what the original hands on of the environment in which it was started.
    private static let environmentOfOwnKind =
        ["HA_COMPRESSION", "HA_DEBUGLOG", "HA_LOGFACILITY", "HA_LOGD", "HOME", "LC_ALL"]
        + OwnText.additions.map { "HA_\($0)" }

    private static let apiTests = ClientScene(
        name: "api_test", act: .run("timeout -k 1 60 \(apiTest) >/run/notes/api_test 2>&1", on: 1),
        awaited: [AwaitedLine("cl_status clientstatus cluster2 ping 3000", prints: "online")],
        cases: [
            ClientCase(
                "timeout -k 1 20 \(apiTest) 2>&1 | \(withoutNumbers)", title: "api_test as the client ping",
                needed: "Waiting for messages")
        ])

    /// What each message was, however many came and in which order. What the other node answers comes too late for this
    /// program at times.
    private static let withoutNumbers = """
        { sed -E 's/.*api_test: //; s/\\[[0-9]+\\]|PID=[0-9]+|message [0-9]+|reply\\([0-9]+\\)//g' \
        | grep -vE 'cluster2/|cluster2\\]' | sort -u; }
        """

    // MARK: - Things happen

    private static let pingLost = ClientScene(
        name: "ping node lost", act: .unplugLAN,
        awaited: [
            AwaitedLine("cl_status rscstatus", prints: "none"),
            AwaitedLine("cl_status rscstatus", on: 1, prints: "all"),
            AwaitedLine("cl_status hblinkstatus cluster2 eth0", prints: "dead"),
        ],
        // It does nothing at all for ten seconds when it finds the node in transition, then it hands over once more.
        calm: .seconds(20),
        cases: [
            "nodestatus \(pingNode)", "nodestatus outside", "nodestatus cluster2", "hblinkstatus cluster2 eth0",
            "hblinkstatus -m cluster2 eth1", "hblinkstatus \(pingNode) \(pingNode)", "listhblinks -v cluster2",
            "rscstatus -m",
        ].map { ClientCase("cl_status \($0)") } + [
            everything,
            ClientCase("cl_status rscstatus -m", on: 1), ClientCase("cl_status nodestatus \(pingNode)", on: 1),
        ] + [Friends.happenings(on: 0), Friends.happenings(on: 1)])

    private static let pingBack = ClientScene(
        name: "ping node back", act: .plugLAN,
        awaited: atHome + [
            AwaitedLine("cl_status nodestatus \(pingNode)", prints: "ping"),
            AwaitedLine("cl_status hblinkstatus cluster2 eth0", prints: "up"),
        ],
        calm: .seconds(6),
        cases: [everything] + [
            Friends.happenings(
                on: 0,
                difference: ClientCase.Difference(
                    reason: "there the death of a ping node is told once more before its return",
                    missing: "t=status info=ping seq=# src=\(pingNode) st=dead ts=#")), Friends.happenings(on: 1),
        ])

    private static let clientKilled = ClientScene(
        name: "client killed",
        act: .run("echo $(cl_status clientstatus cluster1 ipfail) >/run/notes/before; killall -9 ipfail", on: 0),
        awaited: [
            AwaitedLine("cl_status clientstatus cluster1 ipfail", prints: "online"),
            AwaitedLine("cl_status clientstatus cluster1 ipfail 3000", on: 1, prints: "online"),
        ] + atHome,
        calm: .seconds(6),
        cases: [ClientCase("cat /run/notes/before"), ClientCase("cl_status rscstatus")])

    private static let peerGone = ClientScene(
        name: "peer gone", act: .powerOffPeer,
        awaited: [
            AwaitedLine("cl_status nodestatus cluster2", prints: "dead"),
            AwaitedLine("cl_status hblinkstatus cluster2 eth0", prints: "dead"),
            AwaitedLine("cl_status hblinkstatus cluster2 eth1", prints: "dead"),
            AwaitedLine("cl_status rscstatus", prints: "all"),
        ],
        cases: [
            "nodestatus cluster2", "nodestatus -m cluster2", "hblinkstatus cluster2 eth1", "listhblinks cluster2",
            "clientstatus cluster2 ipfail", "listnodes -v",
        ].map { ClientCase("cl_status \($0)") } + [everything] + [Friends.happenings(on: 0)])

    private static let vitalEnds = ClientScene(
        name: "failfast", act: .run(": >/run/notes/end", on: 0),
        awaited: [
            AwaitedLine("cl_status nodestatus cluster1", on: 1, prints: "dead"),
            AwaitedLine("cl_status hblinkstatus cluster1 eth0", on: 1, prints: "dead"),
            AwaitedLine("cl_status hblinkstatus cluster1 eth1", on: 1, prints: "dead"),
            AwaitedLine("cl_status rscstatus", on: 1, prints: "all"),
        ],
        cases: [ClientCase("cl_status clientstatus cluster1 ipfail", on: 1)] + [Friends.happenings(on: 1)])

    private static let returned = ClientScene(name: "rebooted", act: .boot, awaited: atHome, cases: [])

    private static let stopped = ClientScene(
        name: "stopped", act: .stop,
        awaited: [AwaitedLine("cl_status hbstatus", prints: "Heartbeat is stopped on this machine.")],
        cases: ["hbstatus", "hbstatus -m", "rscstatus", "nodestatus cluster1", "listnodes", "hbparameter -p keepalive"]
            .map { ClientCase("cl_status \($0)") } + [ClientCase("pgrep -lx 'ipfail|ccm|facts|vital'")])
}
