// Several records of one takeover become one table: whose clock is the same, in whose words, in which order.

import HeartbeatModel
import Testing

@testable import HeartbeatLab

@Suite struct MergedTimelineTests {
    private static let fault = Moment(nanoseconds: 4_711_223_456_000)
    private static let log = """
        Nov 20 23:46:58 cluster2 heartbeat: [34]: info: Timeline of web (ms since it was called for, at 10.000000): running 5.00
        Nov 20 23:46:59 cluster2 heartbeat: [34]: info: Resources being acquired from cluster1.
        Nov 20 23:46:59 cluster2 heartbeat: [34]: info: Timeline of web (ms since cluster1 was last heard, at 4711.123456): \
        due 1000.00, detected 1000.21, decided 1000.24, 10.0.0.1/24 1000.30-1000.47, announced 1000.44, \
        web 1000.51-1014.20 (status 3.10), running 1014.24
        Nov 20 23:46:59 cluster2 heartbeat: [34]: info: Timeline of mail (ms since cluster1 was last heard, at 4711.1
        """

    private static func figures() -> ProbeFigures {
        func after(_ microseconds: Int) -> Moment { fault + .microseconds(microseconds) }
        return ProbeFigures(
            outage: .zero, sent: 0, lost: 0, doubleOwnership: .zero, longestStall: .zero,
            firstAnswers: [HardwareAddress(1): after(-900), HardwareAddress(2): after(902_000)],
            announcements: [
                Announcement(from: HardwareAddress(1), at: after(1), isReply: false),
                Announcement(from: HardwareAddress(2), at: after(900_500), isReply: false),
                Announcement(from: HardwareAddress(2), at: after(900_700), isReply: true),
            ])
    }

    private static func movements(to end: Moment = fault + .seconds(3)) -> [MergedTimeline.Movement] {
        MergedTimeline.Movement.all(inLog: log, of: "cluster2", from: fault, to: end)
    }

    private static func merged(
        _ fault: MergedTimeline.Fault?, _ movements: [MergedTimeline.Movement]
    ) -> MergedTimeline? {
        MergedTimeline(
            fault: fault, movements: movements, figures: figures(), taker: ("cluster2", HardwareAddress(2)))
    }

    @Test func `movements of the time in question are found in a log`() throws {
        let movements = Self.movements()
        #expect(movements.map(\.node) == ["cluster2"])
        #expect(movements.first?.timeline.group == "web")
        #expect(movements.first?.timeline.end == Instant(nanoseconds: 4_712_137_696_000))
        #expect(Self.movements(to: Self.fault + .milliseconds(914)) == [])
    }

    @Test func `laboratory, node and client are on one axis that begins with the fault`() throws {
        let fault = MergedTimeline.Fault("cuts the power of cluster1", at: Self.fault)
        let merged = try #require(Self.merged(fault, Self.movements()))
        #expect(merged.zero == Self.fault)
        #expect(
            merged.table == """
                  at ms  took ms  who       what
                -100.00           cluster2  cluster1 was last heard
                   0.00           lab       cuts the power of cluster1
                 900.00           cluster2  due
                 900.21           cluster2  detected
                 900.24           cluster2  decided
                 900.30     0.17  cluster2  start 10.0.0.1/24
                 900.44           cluster2  announced
                 900.50           client    hears cluster2 announce the address
                 900.51    13.69  cluster2  start web
                 902.00           client    first answer from cluster2
                 914.24           cluster2  running

                """)
        #expect(
            merged.story == """
                 at ms  took ms  who       what
                  0.00           lab       cuts the power of cluster1
                900.21           cluster2  detected
                900.30    13.90  cluster2  start 10.0.0.1/24 web
                902.00           client    first answer from cluster2
                914.24           cluster2  running

                """)
        #expect(
            merged.jsonValue.text.hasPrefix(
                #"[{"at_us": -100000, "end_us": null, "who": "cluster2", "what": "cluster1 was last heard"}, "#))
        #expect(merged.jsonValue.text.contains(#"{"at_us": 900300, "end_us": 900470, "who": "cluster2", "#))
    }

    @Test func `without a fault zero is what the first movement began with`() throws {
        let zero = Instant(nanoseconds: Self.fault.nanoseconds)
        let released = GroupTimeline(
            group: "web", origin: .failback, zero: zero, marks: [.agreed: zero + .milliseconds(1)],
            steps: [
                .init(name: "web", begin: zero + .milliseconds(2), end: zero + .milliseconds(5), hasFailed: true),
                .init(name: "10.0.0.1/24", begin: zero + .milliseconds(5), end: zero + .milliseconds(6)),
            ], outcome: .released, end: zero + .milliseconds(6))
        let taken = GroupTimeline(
            group: "web", origin: .offer, zero: zero + .microseconds(400), marks: [.given: zero + .milliseconds(7)],
            steps: [], outcome: .running, end: zero + .milliseconds(9))
        let merged = try #require(
            Self.merged(nil, [.init(node: "cluster1", timeline: released), .init(node: "cluster2", timeline: taken)]))
        #expect(
            merged.entries.map { "\($0.who): \($0.text)" } == [
                "cluster1: the failback was offered", "cluster2: the other node offered it", "cluster1: agreed",
                "cluster1: stop web (failed)", "cluster1: stop 10.0.0.1/24", "cluster1: released", "cluster2: given",
                "cluster2: running", "client: hears cluster2 announce the address",
                "client: first answer from cluster2",
            ])
    }

    @Test func `several groups are told apart, and nothing at all is no timeline`() throws {
        let zero = Instant(nanoseconds: 0)
        let movements = ["web", "mail"].map { group in
            MergedTimeline.Movement(
                node: "cluster2",
                timeline: GroupTimeline(
                    group: group, origin: .decision, zero: zero, marks: [:], steps: [], outcome: .running, end: zero))
        }
        let merged = try #require(Self.merged(nil, movements))
        #expect(merged.entries.contains { $0.text == "web: running" })
        #expect(merged.entries.contains { $0.text == "mail: running" })
        #expect(Self.merged(nil, []) == nil)
        let silent = try #require(Self.merged(.init("fault", at: Self.fault), []))
        #expect(silent.entries.map(\.who) == ["lab", "client", "client"])
    }
}
