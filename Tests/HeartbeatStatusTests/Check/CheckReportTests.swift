// What findings come to, how that is shown at every width, and that the JSON is what its schema says.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct CheckReportTests {
    private static func report(_ findings: [Finding], situation: String = "healthy-one-serves") throws -> CheckReport {
        CheckReport(
            node: NodeName("gw-a"), asked: Situation.asked, daemonRuns: .yes,
            agreement: Agreement(try Situation(name: situation).status), findings: findings)
    }

    private static func finding(_ severity: FindingCode.Severity, _ text: String = "something is not as it should be")
        -> Finding
    {
        var finding = Finding(.configuration, severity, "file", "/etc/ha.d/ha.cf", text, remedy: ["mend it"])
        (finding.file, finding.line) = ("/etc/ha.d/ha.cf", 12)
        return finding
    }

    private static let everything = IllMachine.all.flatMap(\.findings)

    // MARK: - The verdict

    @Test(
        arguments: [
            ([], 0, "nothing is wrong on gw-a"), ([.note], 0, "nothing is wrong on gw-a; 1 note"),
            ([.note, .warning], 1, "1 warning and 1 note on gw-a"),
            ([.warning, .unknown], 3, "1 thing that could not be looked at and 1 warning on gw-a"),
            (
                [.warning, .error, .unknown, .error], 2,
                "2 errors, 1 thing that could not be looked at and 1 warning on gw-a"
            ),
        ] as [([FindingCode.Severity], Int32, String)])
    func `the worst finding decides`(severities: [FindingCode.Severity], exit: Int32, sentence: String) throws {
        let report = try Self.report(severities.map { Self.finding($0) })
        #expect(report.level.exitCode == exit)
        #expect(report.sentence == sentence)
        #expect(report.findings.map(\.severity) == severities.sorted(by: >))
    }

    // MARK: - The other node's files

    @Test(arguments: [
        ("healthy-one-serves", Agreement.State.same, 0), ("files-differ-hold", .different, 1),
        ("down-killed", .unknown, 1), ("original-peer", .unknown, 1), ("peer-dead", .unknown, 1),
        ("no-permission", .unknown, 1), ("conf-differs", .different, 1),
    ])
    func `what the daemon knows of the other node's files is told`(name: String, state: Agreement.State, least: Int)
        throws
    {
        let agreement = Agreement(try Situation(name: name).status)
        #expect(agreement.state == state && agreement.findings.count >= least)
        #expect((agreement.reason != nil) == (state == .unknown))
        // What nobody can know before a start is no reason to fail.
        let isKnown = state != .unknown
        #expect(isKnown || agreement.findings.map(\.severity) == [.note])
        #expect(!isKnown || !agreement.findings.contains { $0.code == .agreementUnknown })
    }

    // MARK: - Text

    @Test(arguments: [20, 60, 80, 120]) func `lines fit, and what is wrong has its mark`(width: Int) throws {
        let lines = CheckText(try Self.report(Self.everything), width: width, showsAll: true).lines
        for line in lines {
            #expect(line.count <= width || line.split(separator: " ").count <= 2, "\(line)")
        }
        #expect(lines[0].hasPrefix("ERROR     "))
        let errors = Self.everything.count { $0.severity == .error }
        let others = Self.everything.count { $0.severity == .warning }
        #expect(lines.count { $0.hasPrefix("!! ") } == errors)
        #expect(lines.count { $0.hasPrefix("!  ") } == others)
    }

    @Test func `a screen is enough, and all are there when asked for`() throws {
        let many = try Self.report((1...40).map { Self.finding(.warning, "thing \($0) is wrong") })
        let short = CheckText(many, width: 80).lines
        #expect(short.count <= StatusText.most)
        let left = many.findings.count - short.count { $0.hasPrefix("!  ") }
        #expect(short.last == "   ... and \(left) more (--all)" && left > 20)
        let all = CheckText(many, width: 80, showsAll: true).lines
        #expect(all.count { $0.hasPrefix("!  ") } == 40 && !all.contains { $0.contains("--all") })
    }

    @Test func `a check is shown like this`() throws {
        let report = try Self.report([Self.finding(.error), Self.finding(.note, "this is only told")])
        #expect(
            CheckText(report, width: 80).lines == [
                "ERROR     1 error and 1 note on gw-a", "",
                "!! /etc/ha.d/ha.cf:12: something is not as it should be", "   mend it",
                "   /etc/ha.d/ha.cf:12: this is only told", "   mend it",
            ])
        let coloured = CheckText(report, width: 80, isColoured: true).lines
        #expect(coloured[2].hasPrefix("\u{1B}[31m!!\u{1B}[0m ") && coloured[0].hasPrefix("ERROR"))
        #expect(CheckText(try Self.report([]), width: 80).lines == ["OK        nothing is wrong on gw-a"])
    }

    // MARK: - JSON

    @Test func `the JSON is as its schema says, and the schema knows every key and code`() throws {
        let schema = try SchemaTests.schema("hbctl-check-1")
        let agreement = Agreement(try Situation(name: "files-differ-hold").status)
        for findings in [[], Self.everything, agreement.findings, [Self.finding(.unknown)]] {
            let report = try Self.report(findings, situation: findings.isEmpty ? "down-killed" : "files-differ-hold")
            let value = try JSONSerialization.jsonObject(with: Data(CheckJSON(report).text.utf8))
            #expect(schema.mistakes(in: value) == [])
            #expect(schema.unknownKeys(in: value) == [])
        }
        for code in FindingCode.allCases {
            let report = try Self.report([Finding(code, "file", "x", "sentence")])
            let value = try JSONSerialization.jsonObject(with: Data(CheckJSON(report).text.utf8))
            #expect(schema.mistakes(in: value) == [], "\(code)")
        }
    }

    @Test func `whatever the text tells the JSON tells`() throws {
        let report = try Self.report(Self.everything)
        let json = CheckJSON(report, time: Situation.time).text
        #expect(json.hasSuffix("\n") && json.split(separator: "\n").count == 1)
        let value = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let findings = try #require(value["findings"] as? [[String: Any]])
        #expect(findings.map { $0["sentence"] as? String } == report.findings.map(\.sentence))
        #expect(findings.map { $0["code"] as? String } == report.findings.map(\.code.rawValue))
        #expect(findings.map { $0["remedy"] as? [String] } == report.findings.map(\.remedy))
        #expect((value["verdict"] as? [String: Any])?["exit"] as? Int == 2)
        #expect(value["asked"] as? String == Situation.time.stamp(Situation.asked))
    }
}
