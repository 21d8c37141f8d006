// Many seeds in a row, and what is printed about them.

import HeartbeatModel

/// The sum of several runs.
package struct SimulationReport: Sendable {
    /// Every so many seeds two pairs with two tunnels are played, too; that takes ten times as long as one pair.
    private static let pairsEvery: UInt64 = 16

    package private(set) var runs = 0
    /// Runs in which a rule was broken.
    package private(set) var failures = 0
    package private(set) var steps = 0
    package private(set) var takeovers = 0
    package private(set) var virtualTime = Duration.zero
    /// How many events of each kind the nodes were fed.
    package private(set) var fed: [EventKind: Int] = [:]

    /// Runs every seed and hands every line to print to `output`.
    package static func run(
        seeds: Range<UInt64>, traced: Bool = false, showsDigests: Bool = false, output: (String) -> Void
    ) -> SimulationReport {
        var report = SimulationReport()
        for seed in seeds {
            var simulation = Simulation(seed: seed, traced: traced)
            var outcome = simulation.run()
            if outcome.violations.isEmpty, seed % pairsEvery == 0 {
                var pairs = PairsSimulation(seed: seed, traced: traced)
                outcome.add(pairs.run())
            }
            report.add(outcome)
            outcome.tellTrace(traced: traced, output)
            if showsDigests {
                output(
                    "seed \(seed): \(outcome.steps) steps, \(outcome.virtualTime.components.seconds) s, "
                        + "\(outcome.takeovers) takeovers, digest \(String(outcome.digest, radix: 16))")
            }
            outcome.tellViolations(repeatedBy: "hbsim", output)
        }
        return report
    }

    /// One line.
    package var summary: String {
        "\(runs) seeds, \(steps) steps, \(virtualTime.components.seconds / 3600) virtual hours, \(takeovers) takeovers: "
            + verdict(failures: failures)
    }

    private mutating func add(_ outcome: Simulation.Outcome) {
        runs += 1
        failures += outcome.violations.isEmpty ? 0 : 1
        steps += outcome.steps
        takeovers += outcome.takeovers
        virtualTime += outcome.virtualTime
        fed.merge(outcome.fed, uniquingKeysWith: +)
    }
}
