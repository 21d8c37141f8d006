import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts
@testable import HeartbeatSystem

@Suite struct ProcessRunnerTests {
    @Test(arguments: [Int32(0), 1, 7, 255])
    func exitCodeAndOutputAreReported(code: Int32) throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("echo running $1; echo oops >&2; exit $2"), ["a", "\(code)"])
        #expect(run.results == [.exited(code: code, output: "running a\n")])
        #expect(waitUntil { run.lines.count == 2 })
        #expect(run.texts(.standardOutput) == ["running a"])
        #expect(run.texts(.standardError) == ["oops"])
    }

    @Test func aSignalIsReported() throws {
        let harness = try ScriptHarness()
        #expect(try harness.run(harness.script("kill -9 $$")).results == [.signalled(9)])
    }

    @Test func argumentsArriveAsTheyAre() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script(#"printf '<%s>' "$@""#), ["", "a b", "$HOME", "ü", "start"])
        #expect(run.results == [.exited(code: 0, output: "<><a b><$HOME><ü><start>")])
    }

    @Test func theEnvironmentIsExactlyTheOneGiven() throws {
        let harness = try ScriptHarness()
        let run = try harness.run("/usr/bin/env", environment: [("HA_x", "1 2"), ("EMPTY", "")])
        let lines = run.texts(.standardOutput).map { $0.prefix { $0 != "=" } }
        #expect(lines.sorted() == ["DIR", "EMPTY", "HA_ACTION_ID", "HA_x", "PATH"])
        #expect(run.texts(.standardOutput).contains("HA_x=1 2"))
    }

    @Test func everyCallHasItsOwnMarker() throws {
        let harness = try ScriptHarness()
        let script = harness.script("echo $HA_ACTION_ID")
        #expect(try harness.run(script).results != harness.run(script).results)
    }

    @Test func theScriptRunsInItsDirectoryWithTheUsualMask() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("pwd; umask; cat"))
        #expect(run.results == [.exited(code: 0, output: "\(harness.directory)\n0022\n")])
    }

    /// What the unit of the daemon does for the daemon is not for the services that scripts start.
    @Test func theScriptIsOrdinaryPreyOfTheOutOfMemoryKiller() throws {
        let harness = try ScriptHarness()
        let adjust = { (text: String) in
            let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
            #expect(Descriptors.write(Array(text.utf8), to: file) == nil)
            close(file)
        }
        adjust("50\n")
        defer { adjust("0\n") }
        let run = try harness.run(
            harness.script("until read -r s </proc/self/oom_score_adj && [ $s = 0 ]; do sleep 0.01; done"),
            timeout: .seconds(20))
        #expect(run.results == [.exited(code: 0, output: "")])
    }

    @Test func aMissingDirectoryDoesNotKeepTheScriptFromRunning() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("pwd"), workingDirectory: "/nonexistent/cores")
        #expect(run.results == [.exited(code: 0, output: "/\n")])
        #expect(run.texts(.runner).count == 1)
    }

    @Test func onlyTheThreeStandardDescriptorsAreInherited() throws {
        let harness = try ScriptHarness()
        // One that is not even closed on exec, as a careless library might leave it.
        let careless = dup(STDERR_FILENO)
        defer { close(careless) }
        let direct = try harness.run("/bin/ls", ["/proc/self/fd"])
        #expect(direct.results == [.exited(code: 0, output: "0\n1\n2\n3\n")], "3 is the directory ls reads")
    }

    @Test func ourOwnDescriptorsAreClosedOnExec() throws {
        let harness = try ScriptHarness()
        #expect(mkfifo("\(harness.directory)/hold", 0o600) == 0)
        let before = inheritableDescriptors()
        let recorder = try harness.start(harness.script("cat $DIR/hold"))
        #expect(inheritableDescriptors().subtracting(before).isEmpty)
        #expect(waitUntil { !recorder.now.results.isEmpty || writeOnce("\(harness.directory)/hold") })
        #expect(waitUntil { !recorder.now.results.isEmpty })
    }

    @Test func theScriptIsScheduledNormallyWithCleanSignals() throws {
        let harness = try ScriptHarness()
        let signals = try harness.run("/bin/grep", ["-E", "^Sig(Blk|Ign)", "/proc/self/status"])
        let masks = signals.texts(.standardOutput).compactMap { UInt64($0.suffix(16), radix: 16) }
        // 32 and 33 are glibc's own and ignored in everything posix_spawn starts.
        #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
        let place = try harness.run("/usr/bin/cut", ["-d", " ", "-f", "5,41", "/proc/self/stat"])
        #expect(place.texts(.standardOutput).last == place.pid.map { "\($0) 0" }, "its own group, SCHED_OTHER")
    }

    @Test func whatCannotRunSaysWhyAndWhatHelps() throws {
        let harness = try ScriptHarness()
        let plain = harness.script("exit 0", named: "plain", mode: 0o644)
        let lost = "\(harness.directory)/lost"
        writeFile(lost, "#!/no/such/shell\n", mode: 0o755)
        for path in ["/nonexistent/Script", plain, harness.directory, lost] {
            let run = try harness.run(path)
            guard case .notRun(let reason) = run.results.first else {
                Issue.record("\(path): \(run.results)")
                continue
            }
            #expect(reason.contains(path))
            #expect(run.pid == nil && run.results.count == 1)
        }
    }

    @Test func aScriptWithoutInterpreterLineIsRunByTheShell() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("echo $1 $#", shebang: false), ["x", "status"])
        #expect(run.results == [.exited(code: 0, output: "x 2\n")])
    }

    @Test func aBackgroundHolderOfThePipeDelaysNothingAndKeepsItsReader() throws {
        let harness = try ScriptHarness()
        #expect(mkfifo("\(harness.directory)/go", 0o600) == 0)
        let script = harness.script("(cat $DIR/go; echo later; echo $? > $DIR/wrote) & echo started")
        let recorder = try harness.start(script)
        #expect(waitUntil { !recorder.now.results.isEmpty })
        #expect(recorder.now.results == [.exited(code: 0, output: "started\n")])
        #expect(waitUntil { writeOnce("\(harness.directory)/go") })
        #expect(waitUntil { recorder.now.texts(.standardOutput).contains("later") })
        #expect(waitUntil { readFile("\(harness.directory)/wrote") == "0\n" })
        #expect(recorder.now.results.count == 1)
    }

    @Test func outputIsNotLostWhenTheEndIsNoticedFirst() throws {
        let harness = try ScriptHarness()
        let recorder = try harness.start(harness.script("echo is running; printf '%s' rest"), reapingAtOnce: true)
        #expect(waitUntil { !recorder.now.results.isEmpty })
        #expect(recorder.now.results == [.exited(code: 0, output: "is running\nrest")])
        #expect(recorder.now.texts(.standardOutput) == ["is running", "rest"])
    }

    @Test func onlyTheBeginningOfMuchOutputIsKept() throws {
        let harness = try ScriptHarness()
        let run = try harness.run(harness.script("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done"))
        guard case .exited(0, let output) = run.results.first else {
            Issue.record("\(run.results)")
            return
        }
        #expect(output.utf8.count == 4096)
        #expect(output.hasPrefix("line 0\nline 1\n"))
    }

    @Test func endlessOutputNeitherGrowsNorStarvesTheLoop() throws {
        let harness = try ScriptHarness()
        let endless = try harness.start("/usr/bin/yes", ["all work and no play"], timeout: .seconds(3))
        let other = try harness.run(harness.script("echo fine"))
        #expect(other.results == [.exited(code: 0, output: "fine\n")])
        #expect(endless.now.results.isEmpty, "the loop served the other script meanwhile")
        #expect(waitUntil { endless.now.results == [.timedOut] })
        #expect(endless.now.lines.count < 10 * LineBudget.stock)
    }

    @Test func manyScriptsAtOnceAllAnswerOnce() throws {
        let harness = try ScriptHarness()
        let script = harness.script("exit $1")
        let recorders = try (0..<40).map { try harness.start(script, ["\($0)"]) }
        #expect(waitUntil { recorders.allSatisfy { !$0.now.results.isEmpty } })
        try harness.settle()
        for (number, recorder) in recorders.enumerated() {
            #expect(recorder.now.results == [.exited(code: Int32(number), output: "")])
        }
    }

    private func inheritableDescriptors() -> Set<Int32> {
        Set((3..<1024).filter { fcntl($0, F_GETFD) == 0 })
    }
}

/// Writes to a FIFO if somebody reads it.
func writeOnce(_ path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return Descriptors.write(Array("go\n".utf8), to: descriptor) == nil
}
