// The comparison of script calls: what counts as the same, and what must be noticed.

import Testing

@testable import HeartbeatInterop

@Suite struct CallComparisonTests {
    private static func call(
        _ words: String, _ environment: [String] = ["HA_CURHOST=cluster1"], in directory: String = "/node/lib"
    ) -> ScriptCall {
        ScriptCall(([words, directory] + environment).joined(separator: "\n") + "\n", places: [("/node/lib", "/lib")])
    }

    private static func pair(_ scenes: [(LifeScene, [[ScriptCall]])]) -> PairCalls {
        var pair = PairCalls()
        for (scene, nodes) in scenes { pair.add(scene, nodes) }
        return pair
    }

    private static func problems(_ there: [ScriptCall], _ here: [ScriptCall]) -> [String] {
        CallComparison(original: pair([(.coldStart, [there, []])]), own: pair([(.coldStart, [here, []])])).rows
            .filter { !$0.problems.isEmpty }.map(\.subject)
    }

    private static let group = ["front a1 start", "after start", "back start"].map { call($0) }

    @Test func `a call is read as it was written`() {
        let call = Self.call("front a1 start", ["HA_st=dead=not", "HA_empty=", "no variable"])
        #expect(call.words == "front a1 start" && call.script == "front" && call.verb == "start" && !call.isHook)
        #expect(call.directory == "/lib")
        #expect(call.environment == ["HA_st": "dead=not", "HA_empty": ""])
    }

    @Test func `groups move side by side, and what is so already may be asked for`() {
        #expect(Self.problems(Self.group, Self.group) == [])
        #expect(Self.problems(Self.group, [Self.group[2], Self.group[0], Self.group[1]]) == [])
        let zealous = [Self.group[0]] + Self.group + [Self.call("other stop")]
        #expect(
            Self.problems(zealous, Self.group)
                == ["words of stop", "working directory of stop", "environment of stop: HA_CURHOST"])
    }

    @Test func `another order, another word, another directory are noticed`() {
        #expect(
            Self.problems(Self.group, [Self.group[1], Self.group[0], Self.group[2]]) == ["cold start, node 1"])
        #expect(Self.problems(Self.group, Array(Self.group.dropLast())) == ["cold start, node 1", "words of start"])
        let wrong = [Self.call("front a2 start"), Self.group[1], Self.group[2]]
        #expect(Self.problems(Self.group, wrong) == ["cold start, node 1", "words of start"])
        let moved = Self.group.dropLast() + [Self.call("back start", in: "/")]
        #expect(Self.problems(Self.group, Array(moved)) == ["working directory of start"])
    }

    @Test func `a variable that differs is noticed unless it is declared`() {
        func first(_ variable: String) -> [ScriptCall] {
            [Self.call("front a1 start", ["HA_CURHOST=cluster1", variable])] + Self.group.dropFirst()
        }
        #expect(Self.problems(first("HA_x=1"), first("HA_x=2")) == ["environment of start: HA_x"])
        #expect(Self.problems(first("HA_x=1"), Self.group) == ["environment of start: HA_x"])
        #expect(Self.problems(first("HA_DIR=1"), first("HA_DIR=2")) == [])
        #expect(Self.problems(first("HA_seq=1"), Self.group) == [])
    }

    @Test func `an event that only one of them runs a hook for is noticed`() {
        let hook = Self.call("rc.d/status status", ["HA_src=cluster2", "HA_st=dead"])
        let early = Self.call("rc.d/status status", ["HA_src=cluster2", "HA_st=up"])
        #expect(Self.problems(Self.group + [hook, hook], Self.group + [hook]) == [])
        #expect(Self.problems(Self.group + [early], Self.group) == [])
        #expect(Self.problems(Self.group + [hook], Self.group) == ["cold start, node 1, hooks"])
        #expect(Self.problems(Self.group, Self.group + [hook]) == ["cold start, node 1, hooks"])
    }

    @Test func `a power cut ends what ran`() {
        let scenes: [(LifeScene, [[ScriptCall]])] = [
            (.coldStart, [Self.group, []]), (.powerLoss(0), [[], []]), (.return(0), [[Self.group[0]], []]),
        ]
        #expect(
            Self.pair(scenes).changes.map { $0[0] } == [
                "front a1 start, after start; back start", "", "front a1 start",
            ])
    }
}
