// What is said of each situation, word for word, and what holds of all that is said. After a wanted change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter GoldenStatusTests    and read the difference.

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct GoldenStatusTests {
    @Test(arguments: Situation.all) func `a situation is told as its files say`(situation: Situation) throws {
        for (name, text) in try situation.renderings() {
            if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
                try Data(text.utf8).write(to: situation.file(name))
            } else {
                #expect(text == situation.text(name), "\(situation.name)/\(name)")
            }
        }
    }

    @Test func `there are situations enough`() {
        #expect(Situation.all.count > 40)
    }

    /// The verdicts that a person would give.
    @Test(arguments: [
        ("healthy-both-serve", 0), ("healthy-one-serves", 0), ("medium-silent", 1), ("one-medium-left", 1),
        ("cable-lost-moved", 1), ("both-lost-same", 1), ("files-differ-hold", 1), ("peer-dead", 1),
        ("failed-on-both", 2),
        ("failed-here-runs-there", 1), ("stop-failed", 2), ("two-owners", 2), ("failover-under-way", 1), ("joining", 3),
        ("media-cut-bypass", 1), ("lease-dark", 2), ("original-peer", 0), ("healed", 0), ("twenty-groups-two-bad", 1),
        ("long-names-ipv6", 0), ("down-killed", 3), ("down-stopped", 3), ("down-never-started", 3),
        ("not-configured", 3),
        ("hung", 3), ("no-permission", 3), ("older-daemon", 0), ("older-daemon-standby", 3), ("newer-daemon", 3),
        ("garbled", 3), ("start-hangs", 2), ("peer-shut-down", 1), ("blind", 2), ("unmanaged", 2),
        ("joining-beside-server", 1), ("standby-asked", 1), ("maintenance", 1), ("peer-in-maintenance", 1),
        ("failback-delayed", 0),
        ("one-way", 1), ("conf-differs", 1),
    ])
    func `each situation has the exit code that it deserves`(name: String, code: Int32) throws {
        let verdict = try Situation(name: name).status.verdict
        #expect(verdict.exitCode == code, "\(verdict)")
    }

    @Test(arguments: Situation.all) func `a terminal of 24 lines shows all of it`(situation: Situation) throws {
        #expect(StatusText(try situation.status, width: 80).lines.count <= 24)
    }

    /// A word that is longer than a line cannot be helped, and a table is never cut.
    @Test(arguments: Situation.all) func `prose keeps to its width`(situation: Situation) throws {
        for width in [20, 40, 60, 80, 120] {
            let lines = StatusText(try situation.status, width: width, showsAll: true).lines
            for line in lines where line.count > width {
                let isTable = width >= 60 && line.contains("  ") && !line.hasPrefix("   ")
                #expect(isTable || line.split(separator: " ").contains { $0.count > width - 16 }, "\(line)")
            }
            #expect(lines.allSatisfy { !$0.hasSuffix(" ") && !$0.contains("\t") })
        }
    }

    @Test(arguments: Situation.all) func `a line for monitors is one line with one bar at most`(situation: Situation)
        throws
    {
        let text = NagiosLine(try situation.status).text
        #expect(!text.contains("\n") && text.count { $0 == "|" } <= 1)
        #expect(text.prefixMatch(of: /HEARTBEAT (OK|WARNING|CRITICAL|UNKNOWN) - ./) != nil, "\(text)")
        for word in text.split(separator: "|").dropFirst().flatMap({ $0.split(separator: " ") }) {
            #expect(word.wholeMatch(of: /[a-z_]+=[0-9.]+s?;[0-9:.]*;[0-9:.]*/) != nil, "\(word)")
        }
    }

    @Test(arguments: Situation.all) func `what is wrong begins with a mark, and colours change nothing else`(
        situation: Situation
    ) throws {
        let status = try situation.status
        let plain = StatusText(status, width: 80).lines
        let isWrong = status.verdict.level != .ok && status.source.kind == .daemon
        #expect(!isWrong || plain.contains { $0.hasPrefix("!") })
        #expect(status.verdict.level != .critical || plain.contains { $0.hasPrefix("!!") })
        let coloured = StatusText(status, width: 80, isColoured: true).lines
        #expect(coloured.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") } == plain)
    }

    @Test func `nothing is left out when all is asked for`() throws {
        let status = try Situation(name: "twenty-groups-two-bad").status
        let text = StatusText(status, width: 80, showsAll: true).lines.joined(separator: "\n")
        for group in status.groups { #expect(text.contains(group.key)) }
        #expect(!text.contains("--all"))
    }
}
