// All interleavings of what may happen to two nodes, breadth first: what has been seen before is not entered again, and a state
// that breaks a rule comes with the shortest way to it.

import HeartbeatCore
import HeartbeatModel

/// The exhaustive exploration of the ownership protocol within bounds.
package struct Exploration {
    /// From where, and what may happen.
    package struct Bounds: Sendable, CustomStringConvertible {
        package var name: String
        /// Both nodes run and have settled before anything may happen; otherwise both machines are off.
        package var isSettled: Bool
        package var autoFailback: AutoFailback
        /// Both nodes are of an earlier version, which gives sets only as a whole.
        package var areOlder: Bool
        /// How many letters to a node may overtake each other; 1 for none, and for operators who wait until all is quiet.
        package var window: Int
        package var budget: Budget

        package var description: String { name }

        package init(
            name: String, isSettled: Bool, autoFailback: AutoFailback, areOlder: Bool, window: Int, budget: Budget
        ) {
            self.name = name
            self.isSettled = isSettled
            self.autoFailback = autoFailback
            self.areOlder = areOlder
            self.window = window
            self.budget = budget
        }
    }

    package struct Result: Sendable {
        /// States that differ.
        package var states = 0
        /// Steps from one to another.
        package var steps = 0
        /// How many steps the farthest state is away.
        package var depth = 0
        /// What is wrong, with the way to it; `nil` when every rule holds in every state.
        package var objection: String?
        /// Nothing is left that has not been entered.
        package var isComplete = true
    }

    private struct Place {
        var pair: ExploredPair
        /// Where it was come from, and by which step.
        var parent: Int?
        var step: Step?
    }

    /// What 4 GiB have room for; whoever goes farther is told that it was not all.
    private static let mostStates = 300_000

    private let bounds: Bounds
    private var places: [Place] = []
    private var seen: Set<PairKey> = []

    private init(_ bounds: Bounds) {
        self.bounds = bounds
    }

    /// What is explored: each world is small enough to be gone through, and together they let happen everything that can.
    ///
    /// - Parameter size: 1 for seconds, 2 for minutes.
    package static func worlds(size: Int) -> [Bounds] {
        let more = size - 1
        func world(
            _ name: String, isSettled: Bool = true, failback: AutoFailback = .off, areOlder: Bool = false,
            _ budget: Budget
        ) -> Bounds {
            var budget = budget
            budget.timeouts += more
            return Bounds(
                name: name, isSettled: isSettled, autoFailback: failback, areOlder: areOlder, window: size,
                budget: budget)
        }
        let small = [
            world("cold start", isSettled: false, Budget(boots: 2)),
            world("death and return", failback: .on, Budget(deaths: 1, boots: 1, losses: 1)),
            world("partition", Budget(cuts: 1)),
            world("standby", Budget(losses: 1, timeouts: 1, requests: [.standby(.all)])),
            world(
                "standby of an earlier version", areOlder: true,
                Budget(losses: 1, timeouts: 1, requests: [.standby(.all)])),
            world(
                "standby and death of an earlier version", areOlder: true, Budget(deaths: 1, requests: [.standby(.all)])
            ),
            world("takeover", Budget(repeats: 1, requests: [.takeover(.all), .standby(.foreign)])),
            world("shutdown and return", failback: .on, Budget(boots: 1, requests: [.shutdown])),
            world("standby and death", Budget(deaths: 1, requests: [.standby(.all)])),
            world("start that fails", Budget(failures: 2, requests: [.standby(.all)])),
            world("death, and a start that fails", failback: .on, Budget(deaths: 1, boots: 1, failures: 1)),
        ]
        guard size > 1 else { return small }
        return small + [
            world("standby, death and return", Budget(deaths: 1, boots: 1, requests: [.standby(.all)])),
            world("standby and partition", Budget(cuts: 1, requests: [.standby(.all)])),
            world("two partitions", Budget(cuts: 2)),
        ]
    }

    /// Explores everything within `bounds`, or to the first objection.
    package static func explore(_ bounds: Bounds) -> Result {
        var exploration = Exploration(bounds)
        return exploration.run()
    }

    private static func configuration(_ autoFailback: AutoFailback) -> Configuration {
        let nodes = [NodeName("alpha"), NodeName("beta")]
        let groups = nodes.enumerated().map { index, node in
            let text = "10.0.0.\(index + 1)"
            // Addresses are started without being asked for first: fewer steps that differ in nothing.
            let address = ServiceAddress(bytes: [10, 0, 0, UInt8(index + 1)], text: text)
            let resource = Resource(word: text, scriptName: "IPaddr", arguments: [text], address: address)
            return ResourceGroup(preferredNode: node, resources: [resource], line: index + 1)
        }
        var configuration = Configuration(
            nodes: nodes, media: [.broadcast(interface: "eth0", port: 694)], groups: groups)
        configuration.autoFailback = autoFailback
        return configuration
    }

    private mutating func run() -> Result {
        var result = Result()
        var pair = ExploredPair(
            Self.configuration(bounds.autoFailback), areOlder: bounds.areOlder, window: bounds.window,
            budget: Budget())
        if bounds.isSettled {
            for number in 0...1 { pair.boot(number) }
            pair.settle()
        }
        pair.allow(bounds.budget)
        enter(pair, parent: nil, by: nil)
        var depths = [0]
        var next = 0
        while next < places.count {
            guard places.count < Self.mostStates else {
                result.isComplete = false
                break
            }
            let place = places[next].pair
            for step in place.steps {
                var pair = place
                pair.take(step)
                result.steps += 1
                guard enter(pair, parent: next, by: step) else { continue }
                depths.append(depths[next] + 1)
                if let problem = pair.violation ?? pair.problemAtRest {
                    result.objection = "\(bounds.name): \(problem)\n\(way(to: places.count - 1))"
                    return finish(result, depths)
                }
            }
            // Only the way back is needed of what has been left.
            places[next].pair.forget()
            next += 1
        }
        return finish(result, depths)
    }

    private func finish(_ result: Result, _ depths: [Int]) -> Result {
        var result = result
        result.states = places.count
        result.depth = depths.max() ?? 0
        return result
    }

    /// Whether it had not been seen before.
    @discardableResult
    private mutating func enter(_ pair: ExploredPair, parent: Int?, by step: Step?) -> Bool {
        guard seen.insert(PairKey(pair)).inserted else { return false }
        places.append(Place(pair: pair, parent: parent, step: step))
        return true
    }

    private func way(to place: Int) -> String {
        var lines: [String] = []
        var current = place
        while let parent = places[current].parent, let step = places[current].step {
            lines.append("    \(step)")
            current = parent
        }
        return lines.reversed().joined(separator: "\n")
    }
}

extension ExploredPair {
    /// Lets happen what happens by itself, the oldest first, until nothing does.
    mutating func settle() {
        while let step = steps.first(where: { step in
            if case .timeOut = step { false } else { true }
        }) { take(step) }
    }
}
