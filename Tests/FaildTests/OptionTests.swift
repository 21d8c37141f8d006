// The command line of faild: what each word comes to, what is refused and how, and the help.

import Foundation
import HeartbeatLab
import Testing

@Suite struct OptionTests {
    @Test(arguments: [
        (["-x"], "Error: Unknown option '-x'"), (["-t"], "Error: Missing value for '-t <seconds>'"),
        (["-t", "0"], "-t needs seconds from 0.05 to 3600, such as 1 or 0.25"),
        (["-t", "-1"], "Error: Missing value for '-t <seconds>'"),
        (["-t", "1s"], "-t needs seconds from 0.05 to 3600, such as 1 or 0.25"),
        (["-t", "nan"], "-t needs seconds from 0.05 to 3600, such as 1 or 0.25"),
        (["-t", "1e3"], "-t needs seconds from 0.05 to 3600, such as 1 or 0.25"),
        (["-t", "3600.1"], "-t needs seconds from 0.05 to 3600, such as 1 or 0.25"),
        (["-f", "0"], "Error: -f needs a number of packets from 1 to 1000"),
        (["-f", "3.5"], "Error: The value '3.5' is invalid for '-f <n>'"),
        (["-s", "1001"], "Error: -s needs a number of packets from 1 to 1000"),
        (["-p", "0"], "Error: -p needs a port from 1 to 65535"),
        (["-p", "65536"], "Error: The value '65536' is invalid for '-p <port>'"),
        (["-p", "http"], "Error: The value 'http' is invalid for '-p <port>'"), (["-l", ""], "Error: -l needs a file"),
        (["eth0"], "Error: Unexpected argument 'eth0'"),
    ])
    func `a wrong word is refused with exit code 2`(words: [String], text: String) throws {
        let result = try Command.run([FaildLab.program] + words)
        #expect(result.code == 2)
        #expect(result.output.contains(text), "\(result.output)")
        #expect(result.output.contains("Usage: faild [-r] [-t <seconds>] [-f <n>] [-s <n>] [-p <port>] [-l <path>]"))
    }

    @Test func `a key that others can read is refused`() throws {
        let file = "/tmp/faild-key-\(getpid())"
        defer { Files.remove(file) }
        try Files.write("secret", to: file, mode: 0o640)
        for (path, text) in [(file, "run: chmod 600 \(file)"), ("/nonexistent", "No such file or directory")] {
            let result = try Command.run([FaildLab.program], environment: ["FAILD_KEY_FILE=\(path)"])
            #expect(result.code == 2 && result.output.contains(text), "\(result.output)")
        }
    }

    @Test(
        .enabled(if: geteuid() == 0, "hosts in network namespaces need root"),
        arguments: [
            (
                [],
                "faild answers on UDP port 6940, unsigned; 3 packets missed make a LAN invalid (after 3.5 s at the latest), "
                    + "5 good ones valid again (after 5.5 s)"
            ),
            (
                ["-r", "-t", "0.25", "-f", "1", "-s", "12", "-p", "7000"],
                "faild asks every 0.25 s on UDP port 7000, unsigned; 1 packets missed make a LAN invalid (after 0.375 s at the "
                    + "latest), 12 good ones valid again (after 3.125 s)"
            ),
            (
                ["-t", "10", "-r"],
                "faild asks every 10.0 s on UDP port 6940, unsigned; 3 packets missed make a LAN invalid (after 35.0 s at the "
                    + "latest), 5 good ones valid again (after 55.0 s)"
            ),
        ])
    func `the first line of the log says what the words have come to`(words: [String], text: String) throws {
        try FaildLab.run(hosts: 1) { lab in
            try lab.start(1, words)
            try lab.wait(for: "the line") { lab.log(1).contains(text) }
        }
    }

    @Test func `the help tells the times`() throws {
        let result = try Command.run([FaildLab.program, "--help"])
        #expect(result.code == 0)
        let words = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for text in [
            "USAGE: faild [-r] [-t <seconds>] [-f <n>] [-s <n>] [-p <port>] [-l <path>]",
            "invalid for a host after 3.5 s at the latest, and valid again after 5.5 s",
            "-t <seconds> Interval from question to question, 0.05 to 3600 (default: 1).",
            "before a LAN is invalid for a host. (default: 3)", "before it is valid again. (default: 5)",
            "(default: 6940)", "FAILD_KEY_FILE", "FAILD_INTERFACES",
        ] {
            #expect(words.contains(text), "\(text) is missing")
        }
    }
}
