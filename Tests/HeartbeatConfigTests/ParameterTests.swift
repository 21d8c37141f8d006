// What scripts see of ha.cf as HA_<name>.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Parameters for scripts")
struct ParameterTests {
    @Test("Defaults have the form the original gives them")
    func defaults() {
        let expected = [
            "keepalive": "1000ms", "deadtime": "30000ms", "warntime": "15000ms", "initdead": "30000ms",
            "deadping": "30000ms", "auto_failback": "legacy", "autojoin": "none", "baud": "19200",
            "cluster": "linux-ha", "compression": "zlib", "compression_threshold": "2", "conn_logd_time": "60",
            "coredumps": "true", "debug": "0", "enable_config_writes": "on", "hbgenmethod": "file", "hopfudge": "1",
            "log_badpack": "true", "max_rexmit_delay": "250", "memreserve": "6500", "msgfmt": "classic",
            "pacemaker": "false", "realtime": "true", "record_config_changes": "on", "record_pengine_inputs": "on",
            "syslogmsgfmt": "true", "traditional_compression": "no", "udpport": "694", "uuidfrom": "file",
            "start_timeout": "60000ms", "stop_timeout": "60000ms", "status_timeout": "20000ms",
            "on_stop_failure": "stay", "shutdown_timeout": "60000ms", "failure_limit": "3",
            "failure_window": "3600000ms",
        ]
        var files = Files()
        files.haCf = "bcast eth0\nnode nodea nodeb\n"
        let parameters = files.read().configuration?.parameters ?? []
        #expect(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) }) == expected)
    }

    @Test(
        "Written values are kept as written, the last of several",
        arguments: [
            ("deadtime 10", "deadtime", "10"), ("keepalive 1,500ms", "keepalive", "500ms"), ("debug 01", "debug", "01"),
            ("realtime YES", "realtime", "YES"), ("deadtime 3", "deadping", "3000ms"), ("rtprio 2", "rtprio", "2"),
            ("logfacility none", "logfacility", "none"), ("coreroot /x", "coreroot", "/x"),
            ("quorum_server q", "quorum_server", "q"), ("watchdog /dev/watchdog", "watchdog", "/dev/watchdog"),
            ("env SITE=a=b,OTHER=", "SITE", "a=b"), ("env SITE=a,OTHER=", "OTHER", ""), ("env A=1 A=2", "A", "2"),
        ])
    func written(lines: String, name: String, value: String) {
        #expect(readHaCf(lines).parameter(name) == value)
    }

    @Test(
        "What is no variable is left out, with a warning", arguments: ["env foo", "env a-b=c", "env baud=1"])
    func noVariable(line: String) {
        let result = readHaCf(line)
        #expect(result.warnings.count == 1)
        #expect(result.configuration?.parameters == readHaCf("").configuration?.parameters)
    }

    @Test("A value without a name is refused, as in heartbeat 3")
    func noName() {
        #expect(readHaCf("env =x").errors.count == 1)
    }

    @Test("The older name of pacemaker is told to scripts as the newer one")
    func crm() {
        let result = readHaCf("crm off")
        #expect(result.parameter("pacemaker") == "off" && result.parameter("crm") == nil)
    }

    @Test("Media, nodes and what is not scalar are no parameters")
    func notScalar() {
        let names =
            readHaCf("ping 10.0.0.1\nrespawn root /bin/true\nmonitor 30\nuse_apphbd no").configuration?.parameters.map(
                \.name) ?? []
        #expect(!names.isEmpty)
        #expect(
            Set(names).isDisjoint(with: [
                "node", "bcast", "ping", "respawn", "env", "nice_failback", "monitor", "use_apphbd",
            ]))
    }
}
