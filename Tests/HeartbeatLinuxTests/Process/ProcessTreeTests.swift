// Scripts that take too long, with everything they leave running. The trees are real, so what matters is only that in
// the end nothing is left, however long that takes.

import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts

@Suite struct ProcessTreeTests {
    /// Scripts that never end; each process writes its pid into `$DIR/pids` first.
    static let trees: [(name: String, text: String)] = [
        ("a lone sleeper", "echo $$ >> $DIR/pids; sleep 1000"),
        ("children in the group", "for i in 1 2 3; do sh -c 'echo $$ >> $DIR/pids; sleep 1000; :' & done; wait"),
        (
            "a tree that ignores TERM",
            "trap '' TERM; \(stubborn) & sh -c 'echo $$ >> $DIR/pids; while :; do sleep 1; done'"
        ),
        ("a child in a session of its own", "setsid sh -c 'echo $$ >> $DIR/pids; sleep 1000; :' & sleep 1000"),
        ("a daemon that forked twice", "(setsid sh -c '\(stubborn) &' &) ; sleep 1000"),
        ("a child with an empty environment", "setsid env -i sh -c \"echo \\$\\$ >> $DIR/pids; sleep 1000; :\" & wait"),
        ("a stopped process", "sh -c 'echo $$ >> $DIR/pids; kill -STOP $$; sleep 1000' & sleep 1000"),
        (
            "one that answers TERM with another process",
            "trap 'setsid \(stubborn) &' TERM; echo $$ >> $DIR/pids; while :; do sleep 1; done"
        ),
    ]
    /// A process that survives SIGTERM; without single quotes, to stand inside them.
    static let stubborn = "sh -c \"trap : TERM; echo \\$\\$ >> $DIR/pids; while :; do sleep 1; done\""

    @Test(arguments: trees)
    func nothingIsLeftOfAScriptThatTookTooLong(tree: (name: String, text: String)) throws {
        let harness = try ScriptHarness(grace: .milliseconds(300))
        let recorder = try harness.start(harness.script(tree.text), timeout: .milliseconds(700))
        #expect(waitUntil { !recorder.now.results.isEmpty })
        #expect(recorder.now.results == [.timedOut])
        let seen = pids(in: "\(harness.directory)/pids")
        #expect(!seen.isEmpty, "the tree was up before the time was")
        for pid in seen { #expect(!isAlive(pid), "\(tree.name): \(pid) survived") }
        if let pid = recorder.now.pid { #expect(ProcessEntry(pid: pid) == nil, "not even a zombie") }
    }

    @Test func aPoliteScriptIsGivenTheTimeToCleanUp() throws {
        let harness = try ScriptHarness(grace: .seconds(60))
        let text = "trap 'echo cleaned > $DIR/done; exit 3' TERM; echo $$ > $DIR/pids; while :; do sleep 0.1; done"
        let run = try harness.run(harness.script(text), timeout: .milliseconds(500))
        #expect(run.results == [.timedOut])
        #expect(readFile("\(harness.directory)/done") == "cleaned\n")
    }

    @Test func theDaemonOfASuccessfulStartIsLeftAloneAlsoByALaterTimeout() throws {
        let harness = try ScriptHarness(grace: .milliseconds(100))
        let text = "setsid sh -c 'echo $$ > $DIR/pids; exec sleep 1000' > /dev/null 2>&1 &"
        let start = harness.script(text, named: "start")
        #expect(try harness.run(start).results == [.exited(code: 0, output: "")])
        #expect(waitUntil { pids(in: "\(harness.directory)/pids").count == 1 })
        let daemon = try #require(pids(in: "\(harness.directory)/pids").first)
        defer { kill(daemon, SIGKILL) }
        let stop = harness.script("sleep 1000", named: "stop")
        #expect(try harness.run(stop, timeout: .milliseconds(100)).results == [.timedOut])
        #expect(isAlive(daemon))
    }

    @Test func otherScriptsAreNotTouched() throws {
        let harness = try ScriptHarness(grace: .milliseconds(100))
        let other = try harness.start(harness.script("sleep 3; echo done", named: "other"))
        let late = try harness.run(harness.script("sleep 1000", named: "late"), timeout: .milliseconds(50))
        #expect(late.results == [.timedOut])
        #expect(waitUntil { !other.now.results.isEmpty })
        #expect(other.now.results == [.exited(code: 0, output: "done\n")])
    }

    @Test(arguments: [
        ("1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 42 100", 1, 0, 1, UInt64(42)),
        ("77 (a) b) (c) R 5 66 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 9 100", 77, 5, 66, 9),
    ])
    func theProcessTableIsRead(text: String, pid: Int, parent: Int, group: Int, start: UInt64) throws {
        let entry = try #require(ProcessEntry(stat: Array(text.utf8)))
        #expect(entry.pid == pid && entry.parent == parent && entry.group == group && entry.startTime == start)
    }

    @Test(arguments: ["", "1", "1 (x", "1 (x) S", "x (y) S 0 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 42 1", ") ("])
    func otherTextIsNoProcess(text: String) {
        #expect(ProcessEntry(stat: Array(text.utf8)) == nil)
    }
}
