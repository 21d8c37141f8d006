// What is said of a gateway whose lines are sessions, from what its programs print.

import Testing

@testable import HeartbeatMachines

@Suite struct SessionVerdictTests {
    private static func picture(address: String, line: String = "dsl1", log: String = "") -> SessionPicture {
        SessionPicture(
            log: log,
            report: """
                line dsl1 up: ppp0 \(address), 2 of 2 probes good
                line dsl2 up: ppp1 203.0.113.10, 2 of 2 probes good
                class clients on \(line), tier 1

                """,
            addresses: """
                2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global eth0\\       valid_lft forever preferred_lft forever
                7: ppp0    inet \(address) peer 198.51.100.1/32 scope global ppp0\\       valid_lft forever preferred_lft forever

                """,
            rules: "1010:\tfrom \(address) lookup 101 proto 71\n1011:\tfrom 203.0.113.10 lookup 102 proto 71\n",
            routes:
                "default dev ppp0 proto 71 scope link src \(address) \nunreachable default proto 71 metric 4294967295 \n",
            counts: ["dsl1": 100, "dsl2": 100, "strays": 0])
    }

    private static let start = "gateway hb_lines: info: Class clients takes line dsl1\n"
    private static let dialled =
        start + "info: Line dsl1 was bad for 8.1 s (ppp0: does not exist) and is good again with another address, "
        + "198.51.100.11; nothing has moved\n"

    /// A scene that went well, but for what `change` does to its end.
    private static func problems(
        of scene: GatewayScene, _ end: SessionPicture, _ change: (inout SessionPicture) -> Void = { _ in }
    ) -> [String] {
        let before = picture(address: "198.51.100.10", line: scene == .lineBack ? "dsl2" : "dsl1", log: start)
        var after = end
        after.counts[SessionVerdict.line(after: scene).name] = 150
        change(&after)
        return SessionVerdict(scene: scene, before: before, over: before, after: after).problems
    }

    @Test func `addresses and the class's line are read`() {
        let picture = Self.picture(address: "198.51.100.10")
        #expect(picture.address(of: .first) == "198.51.100.10")
        #expect(picture.address(of: .second) == nil)
        #expect(picture.line == "dsl1")
        #expect(picture.isAsAtFirst && !SessionPicture().isAsAtFirst)
    }

    @Test func `a session that is dialled anew moves nothing, is one line of the log, and has its tables`() {
        let end = Self.picture(address: "198.51.100.11", log: Self.dialled)
        #expect(Self.problems(of: .sessionRestart, end) == [])
        #expect(end.isDialledAnew(since: Self.picture(address: "198.51.100.10", log: Self.start)))
        #expect(!end.isDialledAnew(since: end))
        #expect(
            Self.problems(of: .sessionRestart, end) { $0.log += "3 connections of the line that is left are ended\n" }
                == [])
        let more = Self.problems(of: .sessionRestart, end) { $0.log += "Probe a1 of line dsl1 is lost\n" }
        #expect(
            more.count == 1
                && more[0].hasPrefix(
                    "the log says something else than one line about the session: info: Line dsl1 was bad")
        )
        let other = Self.problems(of: .sessionRestart, end) { $0.log = Self.start + "Line dsl1 has another address\n" }
        #expect(other == ["the log says something else than one line about the session: Line dsl1 has another address"])
        let old = Self.problems(of: .sessionRestart, end) {
            $0.rules += "1010:\tfrom 198.51.100.10 lookup 101 proto 71\n"
            $0.routes = "default dev ppp0 proto 71 scope link src 198.51.100.10 \n"
        }
        #expect(
            old == [
                "the table of dsl1 does not send from 198.51.100.11", "a rule is for the old address 198.51.100.10",
            ])
    }

    @Test func `a class that moves within hold, and a session that was none, are told`() {
        let moved =
            Self.dialled + "warning: Line dsl1 is down: ppp0: does not exist\n"
            + "info: Class clients moves from line dsl1 to line dsl2\n"
        let end = Self.picture(address: "198.51.100.10", line: "dsl2", log: moved)
        let problems = Self.problems(of: .sessionRestart, end)
        #expect(
            problems.filter { !$0.hasPrefix("the log says") } == [
                "the class moved 1 times, and must 0 times", "the class is on dsl2, not on dsl1",
                "the session has no other address",
            ])
        #expect(problems.count == 4)
    }

    @Test func `a dead line is left once, and one that is back is taken`() {
        let moved = Self.start + "info: Class clients moves from line dsl1 to line dsl2\n"
        let end = Self.picture(address: "198.51.100.10", line: "dsl2", log: moved)
        #expect(Self.problems(of: .lineDead, end) == [])
        #expect(
            Self.problems(of: .lineDead, end) { $0.counts = ["dsl2": 100, "strays": 3] } == [
                "the client's echoes do not go on over dsl2", "3 packets came by a line that has not their address",
            ])
        let back = Self.start + "info: Class clients moves from line dsl2 to line dsl1\n"
        #expect(Self.problems(of: .lineBack, Self.picture(address: "198.51.100.10", log: back)) == [])
        #expect(
            Self.problems(of: .lineBack, Self.picture(address: "198.51.100.10", line: "dsl2")) == [
                "the class moved 0 times, and must 1 times", "the class is on dsl2, not on dsl1",
            ])
    }

    @Test func `a scene of lines is for their site alone`() {
        #expect(SiteName.dsl.scenes == [.sessionRestart, .lineDead, .lineBack])
        for site in SiteName.allCases { #expect(site.scenes.allSatisfy(site.has)) }
        #expect(!SiteName.dsl.has(.lanCut) && !SiteName.pair.has(.lineDead))
        #expect(!SiteName.dsl.isFor(.heartbeat) && SiteName.dsl.isFor(.ours))
    }

    @Test func `a gateway without a peer has no two owners in the table`() {
        let result = GatewayResult(
            scene: .sessionRestart, daemon: .ours, outage: .milliseconds(8123), twoOwners: nil, moves: 0,
            falseDeaths: nil, problems: [])
        #expect(GatewayTable.figures(result) == "outage ms 8123, moves 0")
        #expect(
            GatewayTable.text([result]).split(separator: "\n").last?.split(separator: " ") == [
                "session-restart", "ours", "8123", "-", "0", "-", "-",
            ])
    }
}
