// The program that is to take the place of the daemon is asked first. Whatever it does with the question, the answer comes in time.

import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatHost
@testable import HeartbeatSystem

@Suite struct ProgramTrialTests {
    private func outcome(_ script: String, patience: Duration = .seconds(60)) throws -> ProgramOutcome? {
        try ProgramOutcome.of("/bin/sh", ["sh", "-c", script], within: patience, atMost: 4096)
    }

    @Test func `what a program says and how it ends is told`() throws {
        let outcome = try #require(try outcome("echo one; echo two >&2; exit 3"))
        #expect(outcome.text == "one\ntwo\n" && outcome.status >> 8 == 3)
    }

    @Test(arguments: [
        "exec sleep 1000", "exec >/dev/null 2>&1; exec sleep 1000", "sleep 1000 & echo said",
        "while :; do echo .; sleep 0.01; done",
    ])
    func `a program that does not end is given up, whatever it has said`(script: String) throws {
        let begin = Instant.now
        #expect(try outcome(script, patience: .milliseconds(300)) == nil)
        #expect(Instant.now - begin < .seconds(100))
    }

    @Test func `a program that says too much is given up`() throws {
        #expect(try outcome("exec yes") == nil)
        #expect(try outcome("head -c 10000 /dev/zero; exec sleep 1000") == nil)
    }

    @Test func `a program that everybody could change is not even asked`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/program"
        writeFile(path, "#!/bin/sh\ntouch \(directory)/asked\necho \(ProgramTrial.yes)\n", mode: 0o755)
        #expect(chmod(path, 0o777) == 0)
        let state = try MemoryFile.make("a test", [1])
        let obstacle = try #require(ProgramTrial.run(path, state: state.number))
        #expect(obstacle == "everybody may write to \(path); chmod o-w \(path)", "\(obstacle)")
        #expect(access(directory + "/asked", F_OK) != 0)
    }

    @Test(arguments: [
        ("echo \(ProgramTrial.yes)", nil), ("echo '\(ProgramTrial.yes)'; exit 1", ProgramTrial.yes),
        ("printf 'a\\033[2Jb\\n'; exit 1", "a?[2Jb"), ("exit 0", "it ended at once (status 0)"),
    ])
    func `only a program that says yes and ends well could go on`(script: String, obstacle: String?) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        writeFile(directory + "/program", "#!/bin/sh\n\(script)\n", mode: 0o755)
        let state = try MemoryFile.make("a test", [1])
        #expect(ProgramTrial.run(directory + "/program", state: state.number) == obstacle)
    }
}
