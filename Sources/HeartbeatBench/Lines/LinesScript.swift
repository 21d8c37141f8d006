// What an administrator would write in an hour: a shell script for each line, with ping and ip rule.

import Glibc
import HeartbeatLab

/// A shell script for each line: ping once a second, three misses, `ip rule`. Three answers lead back.
final class LinesScript: LinesPeer {
    static let name = "script"
    private let laboratory: TwoLines
    private var children: [ChildProcess] = []

    init(in laboratory: TwoLines) { self.laboratory = laboratory }

    func start() throws {
        try laboratory.filter(
            .gateway,
            """
            table ip lines {
                chain translation {
                    type nat hook postrouting priority srcnat;
                    oifname { "dsl1", "dsl2" } masquerade
                }
            }

            """)
        try laboratory.configure(
            .gateway,
            ["rule add priority 1000 lookup main suppress_prefixlength 0"]
                + TwoLines.Line.allCases.flatMap { line in
                    [
                        "route add default via \(line.gateway) dev \(line) table \(Self.table(line))",
                        "rule add priority 1010 from \(line.address) lookup \(Self.table(line))",
                        "rule add priority 1030 oif \(line) lookup \(Self.table(line))",
                    ]
                } + [
                    "rule add priority 1100 from 10.0.0.10 lookup 101",
                    "rule add priority 1200 from 10.0.0.0/24 lookup 102",
                ])
        let file = "\(laboratory.directory)/script"
        try Files.write(Self.text, to: file, mode: 0o755)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        for (line, rule) in [(TwoLines.Line.dsl1, "1100 from 10.0.0.10"), (.dsl2, "1200 from 10.0.0.0/24")] {
            let words =
                ["sh", file, "\(line)", Self.table(line), Self.table(line.other)]
                + rule.split(separator: " ").map(String.init)
            children.append(
                try ChildProcess(laboratory.inside(.gateway) + words, standardInput: null, standardOutput: null))
        }
        // Once around.
        try Interruption.pause(.seconds(2))
    }

    func end() {
        for child in children {
            kill(-child.pid, SIGKILL)
            _ = child.wait(atMost: .seconds(5))
        }
        children = []
    }

    private static func table(_ line: TwoLines.Line) -> String { line == .dsl1 ? "101" : "102" }

    private static let text = """
        #!/bin/sh
        # Usage: script line table other-table priority from network
        line=$1 own=$2 other=$3
        shift 3
        on=$own misses=0 answers=0
        to() {
            new=$1
            shift
            ip rule add priority "$@" lookup "$new"
            ip rule del priority "$@" lookup "$on"
            on=$new
        }
        while :; do
            if ping -q -n -c 1 -W 1 -I "$line" 192.0.2.1 >/dev/null 2>&1; then
                misses=0 answers=$((answers + 1))
                [ "$on" = "$own" ] || [ $answers -lt 3 ] || to "$own" "$@"
                sleep 1
            else
                answers=0 misses=$((misses + 1))
                [ "$on" = "$other" ] || [ $misses -lt 3 ] || to "$other" "$@"
                # Without a route it does not wait by itself.
                [ -e "/sys/class/net/$line" ] && [ "$(cat "/sys/class/net/$line/carrier" 2>/dev/null)" = 1 ] || sleep 1
            fi
        done

        """
}
