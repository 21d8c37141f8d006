// What directives mean and what must hold between them.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Rules of ha.cf")
struct HaCfRuleTests {
    // MARK: Values

    @Test(
        "Times are exact to the rounded millisecond",
        arguments: [
            ("2", 2000), ("1.5", 1500), ("1.7", 1700), (".5", 500), ("5.", 5000), ("0.0005", 1),
            ("1.0004999999999", 1000),
            ("500ms", 500), ("500msec", 500), ("500MS", 500), ("1.5ms", 2), ("250000us", 250), ("250000usec", 250),
            ("500us", 1), ("0.29", 290), ("4.35", 4350), ("1000000", 1_000_000_000), ("0002", 2000),
        ])
    func time(text: String, milliseconds: Int64) {
        let result = readHaCf("warntime \(text)")
        #expect(result.configuration?.warntime.milliseconds == milliseconds, "\(result.diagnostics)")
    }

    @Test(
        "What is no time is refused with the right spelling",
        arguments: [
            ("1s", "seconds are written without, \"1\""), ("1.5sec", "\"1.5\""), ("2m", "write seconds, \"120\""),
            ("2min", "\"120\""), ("1h", "\"3600\""), ("9999999999999999m", "write seconds without a suffix"),
            ("abc", "is not a time"), ("-1", "is negative"), ("", "has no value"), (".", "is not a time"),
            ("1.2.3", "is not a time"), ("ms", "stands alone"), ("1 s", "stands alone"), ("1x", "unknown unit \"x\""),
            ("+1", "is not a time"),
            ("99999999999999999999999999999999999999999999", "longer than 100 years"), ("3155760001", "100 years"),
            ("1e3", "unknown unit"), ("0.4ms", "at least 1ms"), ("100usec", "at least 1ms"),
        ])
    func badTime(text: String, message: String) {
        let diagnostics = readHaCf("warntime \(text)").diagnostics
        #expect(diagnostics.contains { $0.line == 1 && $0.message.contains(message) }, "\(diagnostics)")
    }

    @Test(
        "Truth has many words, in any case",
        arguments: ["true", "ON", "Yes", "y", "1"].map { ($0, true) }
            + ["false", "OFF", "No", "n", "0"].map { ($0, false) })
    func boolean(text: String, value: Bool) {
        #expect(readHaCf("realtime \(text)").configuration?.realtime.isEnabled == value)
    }

    @Test(
        "Numbers keep to their range",
        arguments: [
            "hopfudge -1", "hopfudge 256", "hopfudge x", "hopfudge 0x1", "rtprio 0", "rtprio 100", "debug 256",
            "debug one",
            "udpport 65536", "udpport 99999999999999999999", "max_rexmit_delay ms", "max_rexmit_delay 2147483648",
            "mcast eth0 225.0.0.1 0 1 0", "mcast eth0 225.0.0.1 694 256 0", "mcast6 eth0 fe80::1 694 1 0",
            "mcast eth0 224.0.0 694 1 0",
        ])
    func outOfRange(lines: String) {
        #expect(readHaCf(lines).errors.count == 1)
    }

    @Test(
        "What heartbeat 3 passes over in a number is passed over, and pointed out",
        arguments: [
            ("hopfudge 5x", 5), ("hopfudge 1.9", 1), ("hopfudge +3", 3), ("hopfudge 2,", 2), ("hopfudge 010", 10),
        ])
    func surplus(line: String, hops: Int) {
        let result = readHaCf(line)
        #expect(result.configuration?.hopfudge == hops)
        let isPlain = ["hopfudge 2,", "hopfudge 010"].contains(line)
        #expect(result.warnings.count == (isPlain ? 0 : 1))
        #expect(isPlain || result.warnings[0].contains("is read as \(hops); write that"))
    }

    // MARK: Times together

    @Test(
        "Times that are not given follow from deadtime",
        arguments: [
            ("deadtime 30", 15000, 30000, 30000), ("deadtime 10001ms", 5000, 10001, 10001),
            ("deadtime 10", 5000, 20000, 10000), ("deadtime 6", 3000, 12000, 6000),
            ("deadtime 5999ms", 2999, 12000, 5999), ("deadtime 3", 1500, 12000, 3000),
        ])
    func derived(lines: String, warntime: Int64, initdead: Int64, deadping: Int64) {
        let configuration = readHaCf(lines).configuration
        #expect(configuration?.warntime.milliseconds == warntime)
        #expect(configuration?.initdead.milliseconds == initdead)
        #expect(configuration?.deadping.milliseconds == deadping)
    }

    @Test(
        "Times must fit each other; the message names the line and both values",
        arguments: [
            ("keepalive 1\ndeadtime 2", 2, "deadtime (2000ms) must be longer than twice keepalive (2 x 1000ms)"),
            ("keepalive 20", 1, "deadtime (30000ms) must be longer than twice keepalive (2 x 20000ms)"),
            ("deadping 1", 1, "deadping (1000ms) must be longer than twice keepalive"),
            ("deadtime 10\ninitdead 5", 2, "initdead (5000ms) must not be shorter than deadtime (10000ms)"),
        ])
    func misfits(lines: String, line: Int, message: String) {
        let result = readHaCf(lines)
        #expect(result.errors.count == 1)
        #expect(
            result.diagnostics.contains { $0.line == line && $0.message.contains(message) }, "\(result.diagnostics)")
    }

    @Test("A refused time is not compared with others")
    func noConsequences() {
        #expect(readHaCf("keepalive 99s\ndeadtime 4\ndeadping 1\ninitdead 4").errors.count == 1)
    }

    @Test("Times that are allowed but unwise are warned of", arguments: ["deadtime 3\ninitdead 4", "warntime 60"])
    func unwise(lines: String) {
        let result = readHaCf(lines)
        #expect(result.configuration != nil)
        #expect(result.warnings.count == 1)
    }

    @Test("Our own directives limit how long scripts may run")
    func scriptTimeouts() throws {
        let timeouts = try #require(
            readHaCf("start_timeout 90\nstop_timeout 1500ms\nstatus_timeout 5").configuration?.actionTimeouts)
        #expect(timeouts.start == .seconds(90))
        #expect(timeouts.stop == .milliseconds(1500))
        #expect(timeouts.status == .seconds(5))
        #expect(readHaCf("start_timeout 0\nstop_timeout 0\nstatus_timeout 0").errors.count == 3)
    }

    // MARK: Nodes

    @Test("Names of nodes are folded, duplicates are kept once")
    func nodeNames() {
        var files = Files()
        files.haCf = "bcast eth0\nlogfacility daemon\nauto_failback on\nnode NodeA,NODEB\nnode nodeb\n"
        let result = files.read()
        #expect(result.configuration?.nodes.map(\.text) == ["nodea", "nodeb"])
        #expect(result.warnings == ["ha.cf:5: warning: node nodeb is already listed in line 4"])
    }

    @Test(
        "The nodes must be one or two, with the local one among them",
        arguments: [
            ("node nodeb nodec", "the local node \"nodea\" is not among the nodes (nodeb, nodec)"),
            ("node node_a nodeb", "did you mean \"node_a\"?"),
            ("node nodea nodeb nodec", "3 nodes are named (nodea, nodeb, nodec); this version runs one or two"),
            ("node nodea = nodeb", "\"=\" cannot be a node's name"), ("", "no node is named"),
        ])
    func wrongNodes(line: String, message: String) {
        var files = Files()
        files.haCf = "bcast eth0\n\(line)\n"
        files.haresources = ""
        let errors = files.read().errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("One node is a cluster")
    func oneNode() {
        var files = Files()
        files.haCf = "bcast eth0\nnode nodea\n"
        files.haresources = "nodea 10.0.0.1\n"
        #expect(files.read().configuration?.nodes.map(\.text) == ["nodea"])
    }

    @Test("Ping nodes are named as written, groups by their name")
    func pingNodes() {
        let nodes = readHaCf(
            "ping 10.0.0.1 Router.example\nping_group up 10.0.0.2,10.0.0.3\nping_group a,b 10.0.0.4\nping6 fe80::1"
        )
        .configuration?.pingNodes
        #expect(
            nodes == [
                PingNode(name: NodeName("10.0.0.1"), hosts: ["10.0.0.1"]),
                PingNode(name: NodeName("router.example"), hosts: ["Router.example"]),
                PingNode(name: NodeName("up"), hosts: ["10.0.0.2", "10.0.0.3"], isGroup: true),
                PingNode(name: NodeName("a,b"), hosts: ["10.0.0.4"], isGroup: true),
                PingNode(name: NodeName("fe80::1"), hosts: ["fe80::1"], isIPv6: true),
            ])
    }

    @Test(
        "A ping node must be an outside address of its family",
        arguments: [
            ("ping nodeb", "is both a node and a ping node"), ("ping fe80::1", "IPv6 has directives of its own"),
            ("ping6 10.0.0.1", "is an IPv4 address"), ("ping 10.0.0.256", "is not an IPv4 address"),
            ("ping6 fe80::1::2", "is not an IPv6 address"), ("ping_group g", "has no hosts"),
        ])
    func wrongPingNode(line: String, message: String) {
        let result = readHaCf(line)
        #expect(result.errors.count == 1)
        #expect(result.diagnostics.contains { $0.line == 1 && $0.message.contains(message) }, "\(result.diagnostics)")
    }

    @Test(
        "Failback is on, off or legacy, and legacy is warned of",
        arguments: [
            ("auto_failback on", AutoFailback.on, false), ("auto_failback NO", .off, false),
            ("auto_failback LEGACY", .legacy, true), ("", .legacy, true), ("nice_failback on", .legacy, true),
            ("auto_failback on\nnice_failback off", .off, true),
        ])
    func failback(lines: String, value: AutoFailback, warns: Bool) {
        var files = Files()
        files.haCf = "bcast eth0\nlogfacility daemon\nnode nodea nodeb\n\(lines)\n"
        let result = files.read()
        #expect(result.configuration?.autoFailback == value)
        #expect(result.warnings.contains { $0.contains("auto_failback") } == warns)
    }

    @Test(
        "Who may connect is said once for a client, in one list of each kind",
        arguments: [
            ("apiauth", "who may connect is missing"), ("apiauth x", "who may connect is missing"),
            ("apiauth x UID=root", "who may connect is missing"),
            ("apiauth x uid=root y", "who may connect is missing"),
            ("apiauth x uid=root uid=hacluster", "two lists of one kind"),
            ("apiauth x uid=root\napiauth x gid=root", "has a line already"),
            ("apiauth x uid=nobody-here", "is not a user of this system"), ("respawn", "the command is missing"),
            ("failfast", "the command is missing"),
        ])
    func wrongClient(lines: String, message: String) {
        let errors = readHaCf(lines).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("A number of a user need not belong to anybody")
    func userNumber() {
        #expect(readHaCf("apiauth x uid=0,54321 gid=7").errors.isEmpty)
    }

    @Test(
        "A misspelt directive is one mistake: nothing is said about what its line would have said",
        arguments: [
            ("keepalvie 100ms\ndeadtime 1500ms", "did you mean \"keepalive\"?"),
            ("keepalive=100ms\ndeadtime 1500ms", "write a blank after it"),
            ("deadtme 60\ninitdead 20", "did you mean \"deadtime\"?"),
            ("auto_failbck on", "did you mean \"auto_failback\"?"),
        ])
    func misspelt(lines: String, message: String) {
        var files = Files()
        files.haCf =
            lines + "\n"
            + files.haCf.replacing("auto_failback on\n", with: lines.hasPrefix("auto") ? "" : "auto_failback on\n")
        let result = files.read()
        #expect(
            result.diagnostics.count == 1 && result.errors.first?.contains(message) == true, "\(result.diagnostics)")
    }

    @Test("A misspelt medium or node line is one mistake")
    func misspeltMembers() {
        var files = Files()
        files.haCf = "bcats eth0\n" + Files.rest
        #expect(files.read().diagnostics.count == 1)
        files.haCf = Files.media + Files.rest.replacing("node nodea", with: "noed nodea")
        #expect(files.read().diagnostics.count == 1, "\(files.read().diagnostics)")
    }

    // MARK: What is not supported

    @Test(
        "What would be missing dangerously is refused with the reason",
        arguments: [
            ("stonith null /etc/x", "without the fencing this file asks for"),
            ("stonith_host * null a b", "without the fencing this file asks for"),
            ("stonith", "without the fencing this file asks for"),
            ("crm yes", "write \"no\""), ("crm respawn", "write \"no\""), ("pacemaker on", "write \"no\""),
            ("autojoin any", "write \"autojoin none\""), ("gen_method file", "\"hbgenmethod file\""),
        ])
    func refused(line: String, message: String) {
        let errors = readHaCf(line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test(
        "What has no effect is taken with one warning a line",
        arguments: [
            "use_logd yes", "conn_logd_time 60", "coredumps true", "coreroot /x", "memreserve 6500", "compression bz2",
            "compression_threshold 3", "traditional_compression yes", "use_apphbd yes", "quorum_server x",
            "record_config_changes on", "crm_daemon_dir /x", "crmd_spawns_pengine true",
        ])
    func withoutEffect(line: String) throws {
        let result = readHaCf(line)
        #expect(result.configuration != nil)
        #expect(result.warnings.count == 1)
        #expect(try #require(result.warnings.first).contains("has no effect"))
    }

    @Test(
        "What is switched off needs no warning",
        arguments: ["use_logd no", "use_apphbd no", "crm off", "pacemaker false", "autojoin None"])
    func switchedOff(line: String) {
        #expect(readHaCf(line).diagnostics.isEmpty)
    }
}
