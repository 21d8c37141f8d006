// What a trial puts a script to, what each fault is found by, and that text, JSON, schema and page say the same.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct ScriptTrialTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func report(_ script: FakeScript) -> ScriptTestReport {
        ScriptTestReport("/etc/ha.d/resource.d/mydaemon", ["a", "b"], script.played(), took: .milliseconds(1234))
    }

    // MARK: - The calls

    @Test func `a good script is put to every step, and nothing is found`() {
        let trial = FakeScript.good.played()
        #expect(trial.calls.map(\.step) == ScriptTrial.Step.allCases)
        #expect(Self.report(.good).findings.isEmpty && Self.report(.good).level == .ok)
    }

    @Test(arguments: FakeScript.bad) func `each fault is found by its own code, and by no other`(script: FakeScript) {
        #expect(Set(Self.report(script).findings.map(\.fault)) == script.faults)
    }

    @Test func `every code is shown by a script`() {
        #expect(FakeScript.bad.reduce(into: []) { $0.formUnion($1.faults) } == Set(ScriptFault.allCases))
    }

    @Test(arguments: FakeScript.bad) func `whatever was started is stopped, and looked at`(script: FakeScript) {
        let steps = script.played().calls.map(\.step)
        #expect(!steps.contains(.start) || steps.suffix(2) == [.stopAgain, .statusAtEnd])
    }

    @Test(arguments: ScriptTrial.Step.allCases) func `a signal at any call leaves nothing running`(
        step: ScriptTrial.Step
    ) {
        let trial = FakeScript(faults: [], interruption: step).played()
        let steps = trial.calls.map(\.step)
        let hasBegun = step != .statusBefore && step != .statusTwice
        #expect(hasBegun ? steps.suffix(2) == [.stopAgain, .statusAtEnd] : steps.last == step)
        let findings = ScriptJudge.findings(of: trial)
        #expect(findings.map(\.fault) == [.interrupted], "\(findings)")
    }

    @Test func `where the service runs already nothing but status is called`() {
        let script = FakeScript(faults: []) { call, _ in call.result = .exited(code: 0, output: "running\n") }
        #expect(script.played().calls.map(\.step) == [.statusBefore])
    }

    @Test func `after a start that fails the group is stopped, as heartbeat does`() {
        let script = FakeScript(faults: []) { call, _ in
            if call.step == .start { call.result = .exited(code: 1, output: "") }
        }
        let steps = script.played().calls.map(\.step)
        #expect(Array(steps[2...4]) == [.start, .stop, .statusStopped])
    }

    @Test func `after a call that was too long only the last stop and its status follow`() {
        let script = FakeScript(faults: []) { call, _ in if call.step != .statusBefore { call.result = .timedOut } }
        #expect(script.played().calls.map(\.step) == [.statusBefore, .statusTwice])
        let late = FakeScript(faults: []) { call, _ in
            if call.step.verb != .status || call.step == .statusAtEnd { call.result = .timedOut }
        }
        #expect(late.played().calls.map(\.step).suffix(3) == [.start, .stopAgain, .statusAtEnd])
    }

    // MARK: - What is said

    @Test func `who is not root cannot tell a broken start from a forbidden one`() {
        let script = FakeScript(faults: [], circumstances: .init(isRoot: false)) { call, runs in
            if call.step == .start { (call.result, runs) = (.exited(code: 1, output: ""), false) }
        }
        let report = Self.report(script)
        #expect(report.level == .unknown && report.findings.map(\.fault) == [.startFails, .notRoot])
    }

    @Test func `a fault of one action is told once`() {
        let script = FakeScript(faults: []) { call, _ in
            if call.step.verb == .status { call.took = .seconds(6) }
            if call.step.verb == .start { call.isOutputHeld = true }
        }
        #expect(Self.report(script).findings.map(\.fault) == [.slowStatus, .outputHeld])
    }

    @Test func `a trial is shown like this`() {
        let script = FakeScript(faults: []) { call, _ in
            if call.step == .stopAgain {
                call.result = .exited(code: 1, output: "")
                call.lastLine = "no pid file"
            }
        }
        let lines = Self.report(script).lines(width: 100)
        #expect(
            lines.prefix(5) == [
                "ERROR     /etc/ha.d/resource.d/mydaemon breaks the contract of a resource script", "",
                "!! a stop of what does not run returned 1: \"no pid file\"",
                "   exit 0 when it does not run, also where the service is not installed", "",
            ])
        #expect(lines[5] == "CALL                     END     TOOK    LAST LINE")
        #expect(lines[6] == "   status-before         exit 3  3.0 ms")
        #expect(lines.suffix(2).first == "!! stop-again            exit 1  3.0 ms  no pid file")
    }

    @Test(arguments: [40, 60, 80, 120]) func `lines fit`(width: Int) {
        for script in FakeScript.bad {
            for line in Self.report(script).lines(width: width) {
                #expect(line.count <= width || line.split(separator: " ").count <= 2, "\(line)")
            }
        }
    }

    @Test func `a sentence has no full stop, and what helps stands beside it`() {
        for finding in FakeScript.bad.flatMap({ Self.report($0).findings }) {
            #expect(!finding.sentence.isEmpty && !finding.sentence.hasSuffix(".") && !finding.remedy.isEmpty)
        }
    }

    // MARK: - JSON and page

    @Test(arguments: [FakeScript.good] + FakeScript.bad) func `the JSON is as its schema says`(script: FakeScript)
        throws
    {
        let schema = try SchemaTests.schema("hbctl-script-test-1")
        let report = Self.report(script)
        let value = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        let object = try #require(value as? [String: Any])
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings.map { $0["code"] as? String } == report.findings.map(\.fault.rawValue))
        #expect((object["verdict"] as? [String: Any])?["exit"] as? Int == Int(report.level.exitCode))
    }

    @Test func `every code has what the page says of it, once`() {
        #expect(ScriptFault.entries.count == ScriptFault.allCases.count)
        for fault in ScriptFault.allCases { #expect(ScriptFault.entries[fault] != nil, "\(fault)") }
    }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes the tables of the page anew.
    @Test func `the page has the tables that the codes make`() throws {
        let place = Self.root.appendingPathComponent("docs/script-test.md")
        let page = try String(contentsOf: place, encoding: .utf8)
        let mark = "<!-- the tables are made of the codes: swift test --filter ScriptTrialTests -->\n\n"
        let head = try #require(page.components(separatedBy: mark).first) + mark
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data((head + ScriptFault.page).utf8).write(to: place)
        } else {
            #expect(page == head + ScriptFault.page)
        }
    }
}
