// When a difference is one: every kind of it, declared and not.

import Testing

@testable import HeartbeatInterop

@Suite struct JudgementTests {
    private static func judge(
        _ header: String, original: Observation, own: Observation
    ) throws -> Judgement {
        let given = try ConfigurationCase(name: "x", text: "# why\n\(header)\n")
        return Judgement(given, original: original, own: own)
    }

    private static func starts(_ values: [String: String] = [:]) -> Observation {
        Observation(verdict: .starts, values: values)
    }

    private static func refuses(_ place: String?, says: String = "") -> Observation {
        Observation(verdict: .refuses(place: place), messages: [says])
    }

    @Test func `what is the same is right`() throws {
        let values = ["deadtime": "5"]
        let judgement = try Self.judge("verdict: starts", original: Self.starts(values), own: Self.starts(values))
        #expect(judgement == Judgement(word: "same"))
        let refused = try Self.judge(
            "verdict: refuses ha.cf:1\nsays: no [x]", original: Self.refuses(nil, says: "no [x] here"),
            own: Self.refuses("ha.cf:1"))
        #expect(refused == Judgement(word: "same"))
    }

    @Test func `a declared difference of the verdict is right and has its name`() throws {
        let kinder = try Self.judge(
            "original: refuses\nours: starts\nkinder: so", original: Self.refuses(nil), own: Self.starts())
        #expect(kinder == Judgement(word: "kinder"))
        let stricter = try Self.judge(
            "original: starts\nours: refuses ha.cf:1\nstricter: so", original: Self.starts(["a": "1"]),
            own: Self.refuses("ha.cf:1"))
        #expect(stricter == Judgement(word: "stricter"))
    }

    @Test func `every undeclared difference is told`() throws {
        let verdicts = try Self.judge("verdict: starts", original: Self.refuses(nil), own: Self.refuses("ha.cf:2"))
        #expect(verdicts.problems == ["the original refuses", "we refuses ha.cf:2, expected: starts"])
        let place = try Self.judge(
            "verdict: refuses ha.cf:1", original: Self.refuses(nil), own: Self.refuses("ha.cf:2"))
        #expect(place.problems == ["we refuses ha.cf:2, expected: refuses ha.cf:1"])
        let end = try Self.judge(
            "verdict: starts", original: Observation(verdict: .fails), own: Self.starts())
        #expect(end.problems == ["the original fails"])
        let values = try Self.judge(
            "verdict: starts", original: Self.starts(["a": "1", "b": "2"]), own: Self.starts(["a": "2", "c": "3"]))
        #expect(
            values.problems == [
                "a: \"1\" there, \"2\" here", "b: \"2\" there, nothing here", "c: nothing there, \"3\" here",
            ])
    }

    @Test func `what was declared and does not differ any more is told`() throws {
        let judgement = try Self.judge(
            "verdict: starts\ndiffers a, b: so", original: Self.starts(["a": "1", "b": "1"]),
            own: Self.starts(["a": "2", "b": "1"]))
        #expect(judgement.problems == ["b does not differ any more (\"1\")"])
    }

    @Test func `words and warnings that are expected must be there`() throws {
        let judgement = try Self.judge(
            "original: refuses\nours: starts\nkinder: so\nsays: no [x]\nwarns: ha.cf:1",
            original: Self.refuses(nil, says: "no [y]"), own: Self.starts())
        #expect(judgement.problems == ["the original does not say \"no [x]\"", "we do not warn at ha.cf:1"])
    }
}
