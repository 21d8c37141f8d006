// The line that tells a movement: golden text, what is read back from it, and what is no such line.

import HeartbeatModel
import Testing

@Suite struct GroupTimelineTests {
    private static let zero = Instant(nanoseconds: 4_711_123_456_000)

    private static func at(_ milliseconds: Double) -> Instant {
        zero + .nanoseconds(Int64((milliseconds * 1_000_000).rounded()))
    }

    private static func step(
        _ name: String, _ begin: Double, _ end: Double, status: Double = 0, failed: Bool = false
    ) -> GroupTimeline.Step {
        GroupTimeline.Step(
            name: name, begin: at(begin), end: at(end), status: at(status) - zero, hasFailed: failed)
    }

    private static func timeline(
        _ origin: GroupTimeline.Origin, _ marks: [GroupTimeline.Mark: Double], _ steps: [GroupTimeline.Step],
        _ outcome: GroupTimeline.Outcome, _ end: Double, group: String = "10.0.0.1/24"
    ) -> GroupTimeline {
        GroupTimeline(
            group: group, origin: origin, zero: zero, marks: marks.mapValues(at), steps: steps, outcome: outcome,
            end: at(end))
    }

    private static let lines: [(GroupTimeline, String)] = [
        (
            timeline(
                .lastHeard(NodeName("gw1")),
                [.due: 1000, .detected: 1000.21, .decided: 1000.24, .announced: 1000.44],
                [step("10.0.0.1/24", 1000.3, 1000.47), step("ipsec", 1000.51, 1014.2, status: 3.1)],
                .running, 1014.24),
            "Timeline of 10.0.0.1/24 (ms since gw1 was last heard, at 4711.123456): due 1000.00, detected 1000.21, "
                + "decided 1000.24, 10.0.0.1/24 1000.30-1000.47, announced 1000.44, ipsec 1000.51-1014.20 (status 3.10), "
                + "running 1014.24"
        ),
        (
            timeline(
                .offer, [.given: 7.5, .decided: 7.51, .announced: 8, .allAnnounced: 19.99, .neighboursAgree: 20.4],
                [step("10.0.0.1/24 and 499 more", 7.6, 15)], .running, 15.02),
            "Timeline of 10.0.0.1/24 (ms since the other node offered it, at 4711.123456): given 7.50, decided 7.51, "
                + "10.0.0.1/24 and 499 more 7.60-15.00, announced 8.00, all announced 19.99, "
                + "neighbours agree 20.40, running 15.02"
        ),
        (
            timeline(
                .request, [.agreed: 1, .decided: 1.01], [step("ipsec", 1.2, 9.04)], .released, 9.05, group: "ipsec"),
            "Timeline of ipsec (ms since the handover was asked for, at 4711.123456): agreed 1.00, decided 1.01, "
                + "ipsec 1.20-9.04, released 9.05"
        ),
        (
            timeline(.failback, [.decided: 0], [step("web", 0, 60_000, failed: true)], .stuck, 60_000, group: "web"),
            "Timeline of web (ms since the failback was offered, at 4711.123456): decided 0.00, web 0.00-60000.00 failed, "
                + "stuck 60000.00"
        ),
        (
            timeline(
                .peerStopped, [.decided: 0.02], [step("web", 0.1, 5, status: 2, failed: true)], .failed, 5.1,
                group: "web"),
            "Timeline of web (ms since the other node had stopped, at 4711.123456): decided 0.02, "
                + "web 0.10-5.00 failed (status 2.00), failed 5.10"
        ),
        (
            timeline(.stop, [:], [], .released, 0.3, group: "web"),
            "Timeline of web (ms since the stop was asked for, at 4711.123456): released 0.30"
        ),
        (
            timeline(.failure, [:], [], .released, 0, group: "web"),
            "Timeline of web (ms since its failure was known, at 4711.123456): released 0.00"
        ),
        (
            timeline(.decision, [:], [], .running, 4_711_123.45, group: "web"),
            "Timeline of web (ms since it was called for, at 4711.123456): running 4711123.45"
        ),
    ]

    @Test(arguments: lines) func `a movement is a line, and the line is the movement`(
        timeline: GroupTimeline, line: String
    ) throws {
        #expect(timeline.text == line)
        let read = try #require(GroupTimeline(line))
        #expect(read.text == line)
        // These times are on the line's own grid.
        #expect(read == timeline)
    }

    @Test func `zero is a whole microsecond from which everything is counted`() {
        let timeline = GroupTimeline(
            group: "web", origin: .stop, zero: Instant(nanoseconds: 1_999), marks: [:], steps: [], outcome: .released,
            end: Instant(nanoseconds: 11_000))
        #expect(timeline.zero == Instant(nanoseconds: 1_000))
        #expect(timeline.text.hasSuffix("at 0.000001): released 0.01"))
    }

    @Test func `of many steps the longest are told in their order and the others are counted`() throws {
        // The tenth and the twentieth take longest.
        let steps = (1...20).map { number in
            let begin = Double(number * 100)
            return Self.step("s\(number)", begin, begin + (number % 10 == 0 ? 50 : Double(number)))
        }
        let timeline = Self.timeline(.decision, [:], steps, .running, 2100)
        #expect(timeline.steps.map(\.name) == (9...20).map { "s\($0)" })
        #expect(timeline.furtherSteps?.count == 8)
        #expect(timeline.furtherSteps?.duration == .milliseconds(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8))
        #expect(timeline.text.contains("s20 2000.00-2050.00, 8 shorter steps 36.00 in all, running 2100.00"))
        #expect(GroupTimeline(timeline.text) == timeline)
    }

    @Test func `a line is bounded however long the words are`() throws {
        let steps = (10...40).map { Self.step("OCF::x::" + String(repeating: "p", count: 5000) + "\($0)", 1, 2) }
        let timeline = Self.timeline(.decision, [:], steps, .running, 3)
        #expect(timeline.text.count < 1500)
        let read = try #require(GroupTimeline(timeline.text))
        #expect(read.text == timeline.text)
    }

    @Test func `whatever is measured is read back to 10 microseconds`() throws {
        var random = SystemRandomNumberGenerator()
        let words = ["10.0.0.1/24", "ipsec", "OCF::x::a=b,c", "failed", "due", "running", "fe80::1/64/eth0", "a-b"]
        for _ in 0..<300 {
            func time() -> Instant { Self.zero + .nanoseconds(Int64.random(in: 0...5_000_000, using: &random)) }
            var marks: [GroupTimeline.Mark: Instant] = [:]
            for mark in GroupTimeline.Mark.allCases where Bool.random(using: &random) { marks[mark] = time() }
            let steps = (0..<Int.random(in: 0...15, using: &random)).map { _ in
                let begin = time()
                return GroupTimeline.Step(
                    name: words.randomElement(using: &random) ?? "", begin: begin,
                    end: begin + .nanoseconds(Int64.random(in: 0...9_000_000, using: &random)),
                    status: .nanoseconds(Int64.random(in: 0...9_000_000, using: &random)),
                    hasFailed: Bool.random(using: &random))
            }
            let timeline = GroupTimeline(
                group: words.randomElement(using: &random) ?? "", origin: .lastHeard(NodeName("n1")), zero: Self.zero,
                marks: marks, steps: steps,
                outcome: GroupTimeline.Outcome.allCases.randomElement(using: &random) ?? .running, end: time())
            let read = try #require(GroupTimeline(timeline.text), "\(timeline.text)")
            #expect(read.text == timeline.text)
            #expect(read.zero == timeline.zero && read.outcome == timeline.outcome)
            #expect(read.steps.count == timeline.steps.count && Set(read.marks.keys) == Set(timeline.marks.keys))
            for (mark, instant) in timeline.marks {
                let error = try #require(read.marks[mark]) - instant
                #expect(abs(error.nanoseconds) <= 5000)
            }
        }
    }

    @Test func `what is cut or damaged is no line, and nothing breaks`() {
        let line = Self.lines[0].1
        for count in 0..<line.count - 1 {
            let prefix = line.prefix(count)
            // Cut within the last number it may still be one, and an earlier outcome is none.
            if !prefix.hasSuffix("running 1014.2") { #expect(GroupTimeline(prefix) == nil, "\(prefix)") }
        }
        let damages = [
            ("(ms since", "(s since"), ("4711.123456", "4711.12345"), ("4711.123456", "99999999999.123456"),
            ("gw1 was last heard", "gw1 was heard"), ("due 1000.00", "due -1000.00"), ("due 1000.00", "due 1000.0"),
            ("due 1000.00", "doe 1000.00"), (" 1000.30-1000.47", " 1000.30-1000.47-1"), ("(status 3.10)", "(status x)"),
            ("ipsec ", ""), (", running 1014.24", ""), ("running", "walking"), ("Timeline of", "Timelines of"),
        ]
        for (good, bad) in damages {
            #expect(line.contains(good))
            #expect(GroupTimeline(line.replacing(good, with: bad)) == nil, "\(bad)")
        }
        #expect(GroupTimeline("Resource group web is running") == nil)
    }

    @Test func `a step is called by its first resource and how many more there are`() {
        let resources = ["10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24"].map {
            Resource(word: $0, scriptName: "IPaddr", arguments: [])
        }
        #expect(ResourceStep(resources).shortName == "10.0.0.1/24 and 2 more")
        #expect(ResourceStep([resources[1]]).shortName == "10.0.0.2/24")
    }
}
