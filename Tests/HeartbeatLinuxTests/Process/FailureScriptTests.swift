// Scripts that behave in ways no script should, and what the death of a daemon leaves of them. Rows of
// docs/failure-modes.md.

import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts
@testable import HeartbeatSystem

@Suite struct FailureScriptTests {
    @Test func `a script that closes its output is answered for when it exits`() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("echo before; exec >&- 2>&-; sleep 0.3; exit 4"))
        #expect(run.results == [.exited(code: 4, output: "before\n")])
    }

    @Test func `a script that is deleted while it runs ends as it would have`() throws {
        let harness = try ScriptHarness()
        let script = harness.script("rm \"$0\"; sleep 0.2; echo still here; exit 5")
        #expect(try harness.run(script).results == [.exited(code: 5, output: "still here\n")])
        guard case .notRun(let reason) = try harness.run(script).results.first else {
            Issue.record("it ran without its file")
            return
        }
        #expect(reason.contains("does not exist: install it"))
    }

    @Test func `binary output is logged as text without control characters`() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script(#"printf '\033[2J\000\001\377\r\nok\n'"#))
        #expect(waitUntil { run.texts(.standardOutput).last == "ok" })
        #expect(run.texts(.standardOutput).first.map { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } } == true)
        #expect(run.texts(.standardOutput).count == 2)
    }

    @Test func `a script that leaves a child behind and exits is finished, and the child lives`() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("sleep 1000 & echo $! >$DIR/pids; exit 0"))
        #expect(run.results == [.exited(code: 0, output: "")])
        let child = try #require(pids(in: "\(harness.directory)/pids").first)
        defer { kill(child, SIGKILL) }
        #expect(isAlive(child))
    }

    @Test(arguments: [
        (EAGAIN, "too many processes"), (ENOMEM, "out of memory"), (EMFILE, "raise LimitNOFILE"),
        (ENFILE, "raise fs.file-max"), (ENOENT, "install it"), (EACCES, "chmod 755"),
    ])
    func `what keeps a script from running is told with what helps`(code: Int32, words: String) {
        let reason = ScriptRunner.reason(for: SystemError("run", "/etc/ha.d/resource.d/web", code: code))
        #expect(reason.contains(words) && reason.contains("/etc/ha.d/resource.d/web"), "\(reason)")
    }

    // MARK: - When the daemon dies

    @Test func `a script dies with the thread that runs it, and what it has started does not`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        writeFile(
            directory + "/script", "#!/bin/sh\nsleep 1000 & echo $! $$ >\(directory)/pids; wait\n", mode: 0o755)
        var pid: pid_t = 0
        onNewThread {
            do throws(SystemError) {
                pid = try child(directory + "/script").start()
                #expect(waitUntil { readFile(directory + "/pids")?.hasSuffix("\n") == true })
            } catch {
                Issue.record("\(error)")
            }
        }
        defer { kill(-pid, SIGKILL) }
        var status: Int32 = 0
        #expect(waitpid(pid, &status, 0) == pid && status & 0x7F == SIGKILL)
        let words = (readFile(directory + "/pids") ?? "").split(whereSeparator: \.isWhitespace)
        let left = try #require(words.first.flatMap { pid_t($0) })
        #expect(isAlive(left))
    }

    private func child(_ path: String, marker: String = "none") -> ChildProcess {
        ChildProcess(
            executable: path, arguments: [path], environment: [("PATH", "/usr/bin:/bin"), ("HA_ACTION_ID", marker)],
            directory: "/", standardOutput: STDOUT_FILENO, standardError: STDERR_FILENO, diesWithUs: true)
    }

    @Test func `what a killed daemon had under way is ended, and services and strangers are not`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let journal = ScriptJournal(directory + "/scripts")
        let pids = directory + "/pids"
        let text = """
            #!/bin/sh
            sleep 1000 & echo $! >>\(pids)
            setsid sh -c 'echo $$ >>\(pids); exec sleep 1000' &
            while [ "$(wc -l <\(pids))" -lt 2 ]; do sleep 0.01; done
            echo $$ >>\(pids); wait
            """
        writeFile(directory + "/script", text, mode: 0o755)
        let pid = try child(directory + "/script", marker: "7.8.9").start()
        defer { kill(-pid, SIGKILL) }
        try journal.begin("7.8.9", pid: pid, words: ["/etc/ha.d/resource.d/web", "start"])
        // A note whose number has become another's: this process does not carry its marker.
        try journal.begin("1.2.3", pid: getpgrp(), words: ["/etc/ha.d/resource.d/mail", "start"])
        #expect(waitUntil { HeartbeatLinuxTests.pids(in: pids).count == 3 })
        let numbers = HeartbeatLinuxTests.pids(in: pids)
        let service = try #require(numbers.first { ProcessEntry(pid: $0)?.group != pid })
        defer { kill(service, SIGKILL) }
        let sentences = journal.endLeftovers()
        #expect(sentences.count == 1 && sentences[0].contains("resource.d/web start\" ran; ended what was left"))
        for number in numbers where number != service { #expect(!isAlive(number), "\(number)") }
        #expect(isAlive(service))
        #expect(journal.endLeftovers() == [], "told once")
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    @Test func `notes of scripts that have ended are gone, and a place that cannot be written stops no script`() throws
    {
        let harness = try ScriptHarness()
        let kept = try ScriptHarness(journal: ScriptJournal(harness.directory + "/scripts"))
        let script = kept.script("while ! [ \"$(ls $1)\" = $HA_ACTION_ID ]; do sleep 0.01; done; cat $1/*")
        let run = try kept.run(script, [harness.directory + "/scripts"])
        let pid = try #require(run.pid)
        #expect(run.results == [.exited(code: 0, output: "\(pid)\n\(script) \(harness.directory)/scripts\n")])
        #expect(ScriptJournal(harness.directory + "/scripts").endLeftovers() == [])
        #expect(rmdir(harness.directory + "/scripts") == 0, "no note is left")
        let lost = try ScriptHarness(journal: ScriptJournal("/proc/none/scripts"))
        let unnoted = try lost.run(lost.script("exit 3"))
        #expect(unnoted.results == [.exited(code: 3, output: "")])
        #expect(unnoted.texts(.runner).count == 1)
    }
}
