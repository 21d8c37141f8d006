// What people are told of a movement, how often at most, and which programs are not run.

import HeartbeatCore
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct NoticeTests {
    private static let (local, peer) = (NodeName("gw-a"), NodeName("gw-b"))

    private static func environment(_ notice: Notice) -> [String: String] {
        Dictionary(uniqueKeysWithValues: notice.environment(node: local, peer: peer))
    }

    @Test func `a movement is told with who had it, who gets it, and its number`() {
        let movement = ChronicleTests.movement("web", .offer)
        let told = Self.environment(Notice(movement, number: 412))
        #expect(
            told == [
                "HA_EVENT": "group-running", "HA_NODE": "gw-a", "HA_PEER": "gw-b", "HA_GROUP": "web",
                "HA_FROM": "gw-b", "HA_TO": "gw-a", "HA_CAUSE": "offer", "HA_OUTCOME": "running",
                "HA_LATENCY_MS": "14", "HA_NUMBER": "412", "HA_TEXT": movement.timeline.text,
            ])
    }

    @Test func `every variable is there, also when there is nothing to say`() {
        var movement = ChronicleTests.movement("web")
        (movement.from, movement.to) = (nil, nil)
        let told = Notice(movement, number: nil).environment(node: Self.local, peer: nil)
        #expect(told.map(\.0) == Notice.names)
        for name in ["HA_PEER", "HA_FROM", "HA_TO", "HA_NUMBER"] {
            #expect(told.contains { $0 == (name, "") }, "\(name)")
        }
    }

    @Test func `each outcome has the name that the log has for it`() {
        let names = GroupTimeline.Outcome.allCases.map { outcome in
            let timeline = GroupTimeline(
                group: "web", origin: .stop, zero: .zero, marks: [:], steps: [], outcome: outcome, end: .zero)
            return Notice(.init(timeline: timeline, unixMilliseconds: 0), number: 1).event
        }
        #expect(names == ["group-running", "group-released", "start-failed", "stop-failed"])
        #expect(names.allSatisfy { FactEvent(rawValue: $0) != nil })
    }

    @Test func `of lines of the log only two owners are told`() throws {
        let told = Self.environment(try #require(Notice(.bothHold(.all))))
        #expect(told["HA_EVENT"] == "both-hold" && told["HA_SET"] == "all" && told["HA_GROUP"]?.isEmpty == true)
        #expect(told["HA_TEXT"] == Fact.bothHold(.all).text)
        #expect(Notice(.nodeDead(node: Self.peer)) == nil && Notice(.communicationUp) == nil)
    }

    @Test func `so many notices in a minute and no more`() {
        var allowance = NoticeAllowance()
        func takes(at second: Int) -> Bool { allowance.take(at: .zero + .seconds(100 + second)) }
        for second in 0..<NoticeAllowance.most { #expect(takes(at: second)) }
        for _ in 1...3 { #expect(!takes(at: 59)) }
        #expect(allowance.leftOut == 3)
        #expect(takes(at: 60) && allowance.leftOut == 0)
        #expect(!takes(at: 60), "only the oldest is a minute ago")
    }

    @Test(arguments: [
        ("mail", true), ("10-mail_to-root", true), ("mail.sh", false), ("mail~", false), ("mail.dpkg-old", false),
        ("ma il", false), ("é", false),
    ])
    func `what editors and package managers leave behind is not run`(name: String, isRun: Bool) {
        #expect((NoticeHooks.refusal(ofName: name) == nil) == isRun)
    }
}
