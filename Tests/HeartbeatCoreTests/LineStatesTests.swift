// Two nodes with two lines each: in every state of the four lines, where the group is and which line each node's traffic takes.

import HeartbeatModel
import HeartbeatSimulator
import Testing

@Suite struct LineStatesTests {
    /// Four lines, of which some are dead.
    private struct State {
        /// By node, then by line.
        var isDead = [[false, false], [false, false]]

        /// What a node has lost.
        func loss(_ node: Int, _ health: LineHealth) -> Int {
            switch health {
            case .last: isDead[node].allSatisfy(\.self) ? 1 : 0
            case .each: isDead[node].count(where: \.self)
            case .off: 0
            }
        }
    }

    private static let nodes = ["alpha", "beta"]
    private static let lines = ["dsl1", "dsl2"]

    /// All 16 states, one line at a time: the reflected binary code, twice through.
    private static let steps: [(node: Int, line: Int)] = (1...32).map { number in
        let bit = min(number.trailingZeroBitCount, 3)
        return (bit / 2, bit % 2)
    }

    @Test(
        "Classes move within the node first, and groups only to a node that has lost less",
        arguments: LineHealth.allCases, [AutoFailback.off, .on])
    func states(health: LineHealth, failback: AutoFailback) throws {
        var state = State()
        var text = """
            cluster alpha beta keepalive=250ms deadtime=2s warntime=1s initdead=3s auto_failback=\(failback.rawValue) \
            media=eth1
            line_health \(health.rawValue)
            line dsl1 hold=500ms rise=1s
            line dsl2 hold=500ms rise=1s
            class all dsl1 dsl2
            group alpha web
            at 0s boot alpha
            at 0s boot beta
            until 9s
            ----

            """
        var owner = 0
        var ways = [0, 0]
        var expected = [Self.report(owner, ways)]
        var seen: Set<[[Bool]]> = [state.isDead]
        for (number, step) in Self.steps.enumerated() {
            state.isDead[step.node][step.line].toggle()
            seen.insert(state.isDead)
            let word = state.isDead[step.node][step.line] ? "kill" : "revive"
            text += "\nat \(number * 10 + 10)s \(word) \(Self.lines[step.line]) on \(Self.nodes[step.node])\n"
            text += "until \(number * 10 + 19)s\n----\n"
            for node in 0...1 { ways[node] = state.isDead[node].firstIndex(of: false) ?? ways[node] }
            let losses = [0, 1].map { state.loss($0, health) }
            if losses[owner] > losses[1 - owner] {
                owner = 1 - owner
            } else if failback == .on, losses[0] <= losses[1] {
                owner = 0
            }
            expected.append(Self.report(owner, ways))
        }
        #expect(seen.count == 16)
        let outcome = try Scenario.run(text)
        let told = outcome.split(separator: "\n").filter { $0.contains(" runs on ") || $0.hasPrefix("class ") }
            .filter { !$0.hasPrefix("  ") && !$0.hasPrefix("class all dsl1") }.map(String.init)
        #expect(told == expected.flatMap(\.self), "\(outcome)")
        #expect(!outcome.contains("VIOLATION"))
    }

    private static func report(_ owner: Int, _ ways: [Int]) -> [String] {
        ["web runs on \(nodes[owner])"] + [0, 1].map { "class all of \(nodes[$0]) is on \(lines[ways[$0]])" }
    }
}
