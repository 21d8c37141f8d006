// Many seeds of a gateway service in a row, and what is printed about them.

import HeartbeatModel

/// The sum of several runs.
package struct GatewayReport: Sendable {
    package private(set) var runs = 0
    /// Runs in which a rule was broken.
    package private(set) var failures = 0
    package private(set) var steps = 0
    package private(set) var takeovers = 0
    /// Two served, by what has kept a veto from reaching the second one: the cases that the protocol cannot rule out.
    package private(set) var excused: [GatewayExcuse: Int] = [:]
    package private(set) var vetoes = 0
    package private(set) var joins = 0
    package private(set) var burdens = 0
    package private(set) var virtualTime = Duration.zero

    /// Runs every seed and hands every line to print to `output`.
    package static func run(seeds: Range<UInt64>, traced: Bool = false, output: (String) -> Void) -> GatewayReport {
        var report = GatewayReport()
        for seed in seeds {
            var simulation = GatewaySimulation(seed: seed, traced: traced)
            let outcome = simulation.run()
            report.add(outcome)
            outcome.tellTrace(traced: traced, output)
            outcome.tellViolations(repeatedBy: "hbsim --gateways", output)
        }
        return report
    }

    /// One line.
    package var summary: String {
        "\(runs) seeds, \(steps) steps, \(virtualTime.components.seconds / 3600) virtual hours, \(takeovers) takeovers, "
            + "\(vetoes) vetoes, \(joins) joins, two served \(excuses): " + verdict(failures: failures)
    }

    private var excuses: String {
        GatewayExcuse.allCases.map { "\(excused[$0, default: 0]) times \($0.rawValue)" }.joined(separator: ", ")
    }

    private mutating func add(_ outcome: GatewaySimulation.Outcome) {
        runs += 1
        failures += outcome.violations.isEmpty ? 0 : 1
        steps += outcome.steps
        takeovers += outcome.takeovers
        excused.merge(outcome.excused) { $0 + $1 }
        vetoes += outcome.vetoes
        joins += outcome.joins
        burdens += outcome.burdens
        virtualTime += outcome.virtualTime
    }
}
