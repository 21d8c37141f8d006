// What is printed about one run of a seed, whatever was simulated.

/// What a run showed, as far as it is the same for all of them.
protocol SimulatedRun {
    var seed: UInt64 { get }
    /// Broken rules, with their virtual time; empty when every invariant held.
    var violations: [String] { get }
    var trace: [Trace.Line] { get }
}

extension SimulatedRun {
    /// The last lines of a run in which a rule was broken, or all when they were asked for.
    func tellTrace(traced: Bool, _ output: (String) -> Void) {
        guard traced || !violations.isEmpty else { return }
        for line in trace { output(line.description) }
    }

    /// - Parameter command: what repeats such a run, before its seed.
    func tellViolations(repeatedBy command: String, _ output: (String) -> Void) {
        for violation in violations { output("seed \(seed): VIOLATION \(violation)") }
        if !violations.isEmpty { output("repeat with: \(command) --seed \(seed) --trace") }
    }
}

/// The end of a report's line.
func verdict(failures: Int) -> String { failures == 0 ? "every rule held" : "\(failures) seeds broke a rule" }
