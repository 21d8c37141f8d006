// The script that hbctl makes for bash, called as bash calls it: it offers the commands, and the groups of the daemon that is there.

import Foundation
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct CompletionTests {
    private static let program = ProgramPlaces().programs + "/hbctl"

    /// The file that bash reads.
    private func script(in directory: String) throws -> String {
        let script = try Command.run([Self.program, "--generate-completion-script", "bash"], limit: .seconds(30))
        #expect(script.code == 0)
        try script.output.write(toFile: directory + "/completion", atomically: false, encoding: .utf8)
        return directory + "/completion"
    }

    /// What is offered for the last one of `words`.
    private func offered(_ words: [String], _ daemon: FakeDaemon) throws -> (words: [String], took: Duration) {
        let file = try script(in: daemon.directory)
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

    /// Readline ends words at colons, equals signs and @. A TAB completes what it can.
    @Test(arguments: [
        ("IPaddr:\t2\t", "IPaddr::10.0.0.2/24"), ("IPaddr::10.0.0.1\t", "IPaddr::10.0.0.1/24"),
        ("IPa\t1\t", "IPaddr::10.0.0.1/24"), ("2001:\t", "2001:db8::1/64"), ("w\t", "web"), ("'we\t", "web"),
    ])
    func `who types in bash gets names with colons, and heeds a directory that is named with =`(
        keys: String, group: String
    ) throws {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.groups = ["IPaddr::10.0.0.1/24", "IPaddr::10.0.0.2/24", "2001:db8::1/64", "web"].map {
            .init(key: $0, preferred: facts.node, state: .running)
        }
        let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts.text)))
        // Without the terminal of whoever runs the tests, for which bash would wait.
        let shell = try TerminalSession(["setsid", "--wait", "bash", "--norc", "--noprofile", "-i"])
        shell.resize(columns: 1000, rows: 24)
        try shell.process.run()
        shell.type(". '\(try script(in: daemon.directory))'; PS1='a''sk> '\n")
        try #require(shell.sees("ask> "), "\(shell.output)")
        // Then the words of the line are printed, one after the other.
        let line = "\(Self.program) history --run-dir=\(daemon.directory) \(keys)"
        shell.type(line + "\u{01}printf '<%s>\\n' \u{05}\n")
        #expect(shell.sees("\r\n<--run-dir=\(daemon.directory)>\r\n<\(group)>\r\n"), "\(shell.output)")
        #expect(!shell.output.contains("\\:"), "a colon needs no backslash")
        shell.type("exit\n")
        #expect(shell.hasEnded)
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
