// Each directive against heartbeat 3.0.6: what it started with and what it refused was recorded by running it with one
// line after the other in front of a valid ha.cf. We give the same verdict, or a reason.

import HeartbeatConfig
import HeartbeatModel
import Testing

struct CapturedVerdict: CustomTestStringConvertible {
    enum Original { case starts, refuses }

    let lines: String
    let original: Original
    /// Why our verdict is the other one.
    var exception: String?

    var testDescription: String { "\(lines.debugDescription): \(original)" }

    var isAcceptedHere: Bool { (original == .starts) == (exception == nil) }

    private static func starting(_ lines: String...) -> [CapturedVerdict] {
        lines.map { CapturedVerdict(lines: $0, original: .starts) }
    }

    private static func refused(_ lines: String...) -> [CapturedVerdict] {
        lines.map { CapturedVerdict(lines: $0, original: .refuses) }
    }

    static let times =
        starting(
            "", "keepalive 2", "keepalive 500ms", "keepalive 1.5", "keepalive 1000000us",
            "keepalive 1\ndeadtime 2001ms", "keepalive 10ms\ndeadtime 21ms", "keepalive 1ms\ndeadtime 3ms",
            "deadtime 3\ninitdead 4", "deadtime 5", "warntime 60", "keepalive 1,2", "  keepalive   2   # comment",
            "deadtime 10 # c", "max_rexmit_delay 100")
        + refused(
            "keepalive 0", "keepalive abc", "keepalive 1s", "keepalive 100usec", "keepalive 1\ndeadtime 2",
            "deadtime 0", "deadtime x", "deadtime 10\ninitdead 5", "warntime 0", "deadping 1", "initdead 9",
            "max_rexmit_delay 0", "KEEPALIVE 2", "keepalive=2")

    static let media =
        starting(
            "udpport 53", "udpport 12345", "baud 9600", "udp eth1", "ucast eth0 10.77.0.2",
            "mcast eth0 225.0.0.1 694 0 0", "ucast6 eth0 fe80::1", "mcast6 eth0 ff12::1 694 1 0", "ping6 fe80::1",
            "ping 10.77.0.2", "ping_group g1 10.77.0.2 10.77.0.3")
        + refused(
            "udpport 0", "baud 1234", "ping_group g1", "serial ttyS9", "serial /etc/passwd",
            "ucast eth0", "mcast eth0 225.0.0.1", "mcast eth0 10.0.0.1 694 1 0", "mcast eth0 225.0.0.1 694 1 2",
            "hbaping fc",
            "hbping 10.0.0.1", "rds a", "tipc a", "openais x")
        + [
            CapturedVerdict(
                lines: "mcast eth0 225.0.0.1 694 5 0", original: .refuses,
                exception: "its manual promises a ttl up to 255; only its code stops at 4"),
            CapturedVerdict(
                lines: "ping nosuchhost.invalid", original: .refuses,
                exception: "a name server that is down must not keep the node down; the name is looked up again"),
            CapturedVerdict(
                lines: "ucast eth0 nosuchhost.invalid", original: .refuses,
                exception: "a name server that is down must not keep the node down; the name is looked up again"),
            CapturedVerdict(
                lines: "bcast eth9", original: .refuses,
                exception: "a node that boots before its network card must still come up"),
            CapturedVerdict(
                lines: "ucast eth9 10.77.0.2", original: .refuses,
                exception: "a node that boots before its network card must still come up"),
            CapturedVerdict(
                lines: "serial /dev/nosuch", original: .refuses,
                exception: "an adapter that is plugged in late must not keep the node down"),
            CapturedVerdict(
                lines: "serial /dev/null", original: .refuses,
                exception: "it is no mistake of the file: opening the device fails later, there as here"),
        ]

    static let daemon =
        starting(
            "hopfudge 5", "auto_failback legacy", "nice_failback on", "debug 1", "rtprio 5", "realtime off",
            "msgfmt netstring", "use_logd yes", "logfacility none", "logfacility daemon", "log_badpack no",
            "syslogmsgfmt false", "coredumps false", "coreroot /nonexist", "hbgenmethod time", "uuidfrom nodename",
            "compression zlib", "compression bz2", "traditional_compression yes", "env FOO=bar", "env foo",
            "cluster foo", "watchdog /dev/nosuch", "respawn root /bin/sleep 1000", "failfast root /bin/sleep 1000",
            "apiauth foo uid=root", "use_apphbd no", "crm off", "pacemaker no", "quorum_server x", "node nodea")
        + refused(
            "hopfudge 300", "auto_failback maybe", "debug 300", "rtprio 500", "msgfmt foo", "use_logd maybe",
            "conn_logd_time 0", "logfacility nosuch", "hbgenmethod foo", "autojoin any", "autojoin foo", "uuidfrom x",
            "compression foo", "compression_threshold 0", "memreserve 0", "stonith null /nonexist",
            "stonith_host * nosuchtype x", "respawn nosuchuser /bin/true", "respawn root bin/true",
            "apiauth foo", "apiauth ipfail uid=nosuch", "normalpoll yes", "gen_method file",
            "nosuchdirective 1", "record_config_changes foo")
        + [
            CapturedVerdict(
                lines: "respawn root /nonexist", original: .refuses,
                exception:
                    "what is beside the service, and went with the original's package, must not keep the node down"),
            CapturedVerdict(
                lines: "stonith_host nodea null nodea nodeb", original: .starts,
                exception: "fencing is not supported yet, and silence about it would be dangerous"),
        ]
}

@Suite("Verdicts of heartbeat 3.0.6")
struct CapturedVerdictTests {
    @Test(
        "A line has the verdict of the original",
        arguments: CapturedVerdict.times + CapturedVerdict.media + CapturedVerdict.daemon)
    func verdict(_ captured: CapturedVerdict) {
        let result = readHaCf(captured.lines)
        #expect(result.errors.isEmpty == captured.isAcceptedHere, "\(result.diagnostics)")
        #expect((result.configuration != nil) == captured.isAcceptedHere)
    }

    @Test(
        "A whole file has the verdict of the original",
        arguments: [
            ("bcast eth0\nnode nodeb nodec\n", false), ("bcast eth0\nnode NODEA NodeB\n", true),
            ("node nodea nodeb\n", false), ("bcast eth0\nauto_failback on\nnode nodea nodeb\n", true),
            ("bcast eth0\nnode nodea nodeb\nnode nodea\n", true),
        ])
    func wholeFile(haCf: String, isAccepted: Bool) {
        var files = Files()
        files.haCf = haCf
        files.haresources = ""
        #expect((files.read().configuration != nil) == isAccepted)
    }

    @Test("Every directive of heartbeat 3 is known by name")
    func everyDirectiveIsKnown() {
        let directives = """
            node keepalive deadtime warntime initdead deadping hopfudge udpport bcast udp ucast mcast mcast6 ucast6 \
            ping6 serial baud ping ping_group hbaping hbping rds tipc openais auto_failback nice_failback stonith \
            stonith_host watchdog logfile debugfile logfacility use_logd conn_logd_time debug syslogmsgfmt log_badpack \
            rtprio realtime memreserve coredumps coreroot respawn failfast apiauth crm pacemaker autojoin uuidfrom \
            cluster hbgenmethod msgfmt compression compression_threshold traditional_compression max_rexmit_delay env \
            use_apphbd quorum_server record_config_changes record_pengine_inputs enable_config_writes crm_daemon_dir \
            crmd_spawns_pengine normalpoll gen_method
            """
        for directive in directives.split(separator: " ") {
            let result = readHaCf("\(directive) \u{1}")
            #expect(!result.diagnostics.contains { $0.message.contains("is not a directive") }, "\(directive)")
        }
    }
}
