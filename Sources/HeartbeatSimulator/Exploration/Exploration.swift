// All interleavings of what may happen to two nodes, breadth first: what has been seen before is not entered again, and a state
// that breaks a rule comes with the shortest way to it.

import HeartbeatCore
import HeartbeatModel

/// The exhaustive exploration of the ownership protocol within bounds.
package struct Exploration {
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
        var depth: Int
    }

    /// What 4 GiB have room for; whoever goes farther is told that it was not all.
    private static let mostStates = 300_000

    private let bounds: Bounds
    private var places: [Place] = []
    private var seen: [PairKey: Int] = [:]
    private var graph = StateGraph()

    private init(_ bounds: Bounds) {
        self.bounds = bounds
    }

    /// Explores everything within `bounds`, or to the first objection.
    package static func explore(_ bounds: Bounds) -> Result {
        var exploration = Exploration(bounds)
        return exploration.run()
    }

    private mutating func run() -> Result {
        var result = Result()
        let start = begin()
        enter(start, parent: nil, by: nil)
        if let problem = start.violation { result.objection = "\(bounds.name): at the beginning \(problem)" }
        var next = 0
        while next < places.count, result.objection == nil {
            guard places.count < Self.mostStates else {
                result.isComplete = false
                break
            }
            result.objection = leave(next, &result.steps)
            next += 1
        }
        if result.objection == nil, let (state, steps) = graph.livelock {
            let circle = steps.map { "    \($0)" }.joined(separator: "\n")
            result.objection =
                "\(bounds.name): scripts are called for ever\n\(way(to: state))\n  and from there again and again\n\(circle)"
        }
        result.states = places.count
        result.depth = places.last?.depth ?? 0
        return result
    }

    /// The nodes before anything may happen.
    private func begin() -> ExploredPair {
        var pair = ExploredPair(
            Self.files(bounds), areOlder: bounds.areOlder, window: bounds.window, budget: Budget())
        if bounds.scene.isSettled {
            pair.spoilFirst(starts: bounds.scene.isAdopted)
            for number in 0...1 { pair.boot(number) }
            pair.settle()
        }
        if bounds.scene.isOneSided {
            pair.take(.request(1, .standby(.all)))
            pair.settle()
        }
        pair.spoilFirst(starts: bounds.scene.isBroken, stops: bounds.scene.isStuck)
        pair.allow(bounds.budget)
        return pair
    }

    /// Takes every step from a state, up to the first that breaks a rule, and tells which.
    private mutating func leave(_ index: Int, _ steps: inout Int) -> String? {
        let place = places[index].pair
        for step in place.steps {
            var pair = place
            pair.take(step)
            steps += 1
            guard enter(pair, parent: index, by: step) else { continue }
            if let problem = pair.violation ?? pair.problemAtRest {
                return "\(bounds.name): \(problem)\n\(way(to: places.count - 1))"
            }
        }
        // Only the way back is needed of what has been left.
        places[index].pair.forget()
        return nil
    }

    /// Whether it had not been seen before.
    @discardableResult
    private mutating func enter(_ pair: ExploredPair, parent: Int?, by step: Step?) -> Bool {
        let key = PairKey(pair)
        let known = seen[key]
        let index = known ?? places.count
        if let parent, let step { graph.add(step, from: parent, to: index) }
        guard known == nil else { return false }
        seen[key] = index
        places.append(Place(pair: pair, parent: parent, step: step, depth: parent.map { places[$0].depth + 1 } ?? 0))
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
    /// More than it ever takes.
    private static let longestWay = 1000

    /// Lets happen what happens by itself, the oldest first, until nothing does.
    mutating func settle() {
        for _ in 0..<Self.longestWay {
            let next = steps.first { step in if case .timeOut = step { false } else { true } }
            guard let next else { return }
            take(next)
        }
        object("the nodes never settle")
    }
}
