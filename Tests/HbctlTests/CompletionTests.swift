// The script that hbctl makes for bash, called as bash calls it: it offers the commands, and the groups of the daemon that is there.

import Foundation
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct CompletionTests {
    private static let program = ProgramPlaces().programs + "/hbctl"

    /// What is offered for the last one of `words`.
    private func offered(_ words: [String], _ daemon: FakeDaemon) throws -> (words: [String], took: Duration) {
        let script = try Command.run([Self.program, "--generate-completion-script", "bash"], limit: .seconds(30))
        #expect(script.code == 0)
        let file = daemon.directory + "/completion"
        try script.output.write(toFile: file, atomically: false, encoding: .utf8)
        let caller = """
            . "$1" || exit 1
            shift
            set -- "$0" "$@"
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
            COMP_POINT=${#COMP_LINE}
            rule=$(complete -p hbctl) || exit 1
            rule=${rule#* -F }
            "${rule%% *}" "$0" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let begin = Moment.now()
        let result = try Command.run(["bash", "-c", caller, Self.program, file] + words, limit: .seconds(30))
        #expect(result.code == 0, "\(result)")
        return (result.output.split(separator: "\n").map(String.init), Moment.now() - begin)
    }

    @Test func `bash offers the commands`() throws {
        let daemon = try FakeDaemon(nil)
        let all = try offered([""], daemon).words
        for word in [
            "status", "history", "check", "standby", "takeover", "failback", "drill", "maintenance", "script-test",
        ] {
            #expect(all.contains(word), "\(all)")
        }
        #expect(try offered(["stat"], daemon).words == ["status"])
        #expect(try offered(["standby", ""], daemon).words.contains("foreign"))
    }

    @Test func `bash offers the groups of the daemon that is named`() throws {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.groups = ["10.0.0.1/24", "web"].map { .init(key: $0, preferred: facts.node, state: .running) }
        let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts.text)))
        let words = ["history", "--run-dir", daemon.directory]
        #expect(try offered(words + ["w"], daemon).words == ["web"])
        #expect(try Set(offered(words + ["10"], daemon).words) == ["10.0.0.1/24"])
        #expect(try offered(["history", "--run-dir=\(daemon.directory)", "w"], daemon).words == ["web"])
    }

    @Test func `a daemon that is not there, or says nothing, costs no more than a moment`() throws {
        for daemon in [try FakeDaemon(nil), try FakeDaemon { _ in ([], false) }] {
            let (words, took) = try offered(["history", "--run-dir", daemon.directory, "w"], daemon)
            #expect(words.isEmpty, "\(words)")
            guard daemon.isListening else { continue }
            // A person who asks is patient for seconds.
            let status = try daemon.hbctl(["status"])
            #expect(took < status.took, "\(took), and hbctl status takes \(status.took)")
        }
    }
}
