// `monitor`: which resources a line means, which of several lines counts, and what is said about targets nobody knows.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Looking at running resources")
struct MonitorTests {
    private static let haresources = """
        nodea 10.0.0.1/24 ipsec gre::a,b
        nodeb IPaddr2::10.0.0.2/24 ipsec::x gre::a,b

        """

    private func read(_ lines: String, _ haresources: String = Self.haresources) -> ConfigurationResult {
        var files = Files()
        files.haCf = lines + "\nstatus_timeout 1\n" + files.haCf
        files.haresources = haresources
        return files.read()
    }

    /// Seconds of the six resources in the order of the file, 0 for never.
    private func intervals(_ result: ConfigurationResult) -> [Int64]? {
        result.configuration?.groups.flatMap(\.resources).map { ($0.monitorInterval?.milliseconds ?? 0) / 1000 }
    }

    @Test(
        "The more exact target wins, then the later line",
        arguments: [
            ("", [0, 0, 0, 0, 0, 0]), ("monitor 10", [10, 10, 10, 10, 10, 10]),
            ("monitor 10\nmonitor 20", [20, 20, 20, 20, 20, 20]), ("monitor 10\nmonitor off", [0, 0, 0, 0, 0, 0]),
            ("monitor 5 ipsec", [0, 5, 0, 0, 5, 0]), ("monitor 5 ipsec::x", [0, 0, 0, 0, 5, 0]),
            ("monitor 5 ipsec::x\nmonitor 7 ipsec", [0, 7, 0, 0, 5, 0]),
            ("monitor off ipsec\nmonitor 10", [10, 0, 10, 10, 0, 10]),
            ("monitor 5 IPaddr", [5, 0, 0, 0, 0, 0]), ("monitor 5 IPaddr::10.0.0.1/24", [5, 0, 0, 0, 0, 0]),
            ("monitor 5 10.0.0.1/24 IPaddr2::10.0.0.2/24", [5, 0, 0, 5, 0, 0]),
            ("monitor 5 gre::a,b", [0, 0, 5, 0, 0, 5]),
            ("monitor 5 group=10.0.0.1/24", [5, 5, 5, 0, 0, 0]),
            ("monitor 5 group=IPaddr::10.0.0.1/24", [5, 5, 5, 0, 0, 0]),
            ("monitor 5 gre\nmonitor off group=10.0.0.1/24\nmonitor 9", [0, 0, 5, 9, 9, 5]),
            ("monitor 60\nmonitor 5 group=IPaddr2::10.0.0.2/24\nmonitor 2 ipsec", [60, 2, 60, 5, 2, 5]),
        ] as [(String, [Int64])])
    func precedence(lines: String, seconds: [Int64]) {
        let result = read(lines)
        #expect(intervals(result) == seconds, "\(result.diagnostics)")
        #expect(result.diagnostics.isEmpty)
        // What is printed gives the same again.
        #expect(result.configuration?.printedAndRead.configuration?.withoutLines == result.configuration?.withoutLines)
    }

    @Test("Whatever lines say is printed so that it reads the same", arguments: 0..<200)
    func printed(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let targets = [
            "", "ipsec", "ipsec::x", "gre", "gre::a,b", "IPaddr", "10.0.0.1/24", "group=10.0.0.1/24",
            "group=IPaddr2::10.0.0.2/24", "group=ipsec",
        ]
        let lines = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            let interval = ["off", "10", "20", "30"].randomElement(using: &random) ?? ""
            return "monitor \(interval) \(targets.randomElement(using: &random) ?? "")\n"
        }
        let result = read(lines.joined(), Self.haresources + "nodea ipsec gre::a,b gre\n")
        #expect(result.configuration != nil, "\(result.diagnostics)")
        let again = result.configuration?.printedAndRead.configuration
        #expect(again?.withoutLines == result.configuration?.withoutLines, "\(lines)")
    }

    @Test(
        "A target nobody knows is refused, with the likely right one",
        arguments: [
            ("monitor 10 ipsecc", "\"ipsecc\" is no resource, script or \"group=<first resource>\" of haresources"),
            ("monitor 10 ipsecc", "did you mean \"ipsec\"?"), ("monitor off 10.0.0.1", "did you mean \"10.0.0.1/24\"?"),
            ("monitor 10 group=10.0.0.1/2", "did you mean \"group=10.0.0.1/24\"?"),
            ("monitor 10 group=ipsec", "\"group=ipsec\" is no resource"), ("monitor 10 nodea", "is no resource"),
            ("monitor 10 ipsec,gre", "targets are separated by blanks"),
            ("monitor ipsec 10", "\"ipsec\" is neither a time nor \"off\""), ("monitor 10s", "\"10\""),
            ("monitor 0", "write \"monitor off\""), ("monitor 999ms", "write at least \"1\""),
            ("monitor -1", "is negative"), ("monitor OFF", "is neither a time nor \"off\""),
        ])
    func refused(line: String, message: String) {
        let result = read("# first\n" + line)
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect(errors.count == 1 && errors[0].line == 2 && errors[0].message.contains(message), "\(errors)")
        #expect(errors.first?.file == "ha.cf")
    }

    @Test("While haresources has mistakes, targets are not searched in it")
    func oneMistakeOneMessage() {
        #expect(read("monitor 10 ipsec", "nodea 10.0.0.256 ipsecc\n").errors.count == 1)
    }

    @Test("A line without a value does nothing")
    func empty() {
        #expect(read("monitor").warnings == ["ha.cf:1: warning: monitor has no value; the line does nothing"])
    }

    @Test(
        "Looking more often than a hanging script is noticed is pointed out, once a line",
        arguments: [
            ("monitor 9", ["ha.cf:1: warning: monitor looks every 9000ms"]), ("monitor 10", []),
            ("monitor 9 IPaddr", []), ("monitor 9\nstatus_timeout 18", []),
            ("monitor 9 ipsec\nmonitor 1 gre", ["ha.cf:1:", "ha.cf:2:"]), ("monitor 9\nmonitor 10 ipsec gre", []),
        ])
    func statusTimeout(lines: String, beginnings: [String]) {
        var files = Files()
        files.haCf = lines + "\n" + files.haCf
        files.haresources = Self.haresources
        let warnings = files.read().warnings
        #expect(
            warnings.count == beginnings.count && zip(warnings, beginnings).allSatisfy { $0.hasPrefix($1) },
            "\(warnings)")
    }

    @Test(
        "What is done about failures is read and bounded",
        arguments: [
            ("on_stop_failure stay", .stay, 3, 3600), ("on_stop_failure reboot\nfailure_limit 0", .reboot, 0, 3600),
            ("on_stop_failure release\nfailure_window 1.5\nfailure_limit 100", .release, 100, 1.5),
            ("", .stay, 3, 3600),
        ] as [(String, StopFailurePolicy, Int, Double)])
    func failures(lines: String, policy: StopFailurePolicy, limit: Int, window: Double) {
        let configuration = readHaCf(lines).configuration
        #expect(configuration?.onStopFailure == policy && configuration?.failureLimit == limit)
        #expect(configuration?.failureWindow == .seconds(window))
    }

    @Test(
        "Other words and numbers are refused",
        arguments: [
            ("on_stop_failure rebot", "did you mean \"reboot\"?"), ("on_stop_failure STAY", "did you mean \"stay\"?"),
            ("failure_limit 101", "from 0 to 100"), ("failure_limit -1", "not a whole number"),
            ("failure_window 0", "at least 1ms"), ("shutdown_timeout 0", "at least 1ms"),
            ("failure_window 1h", "\"3600\""),
        ])
    func refusedFailures(line: String, message: String) {
        let errors = readHaCf(line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }
}
