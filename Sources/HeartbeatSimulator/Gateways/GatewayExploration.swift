// Goes through all runs of a gateway service in which few things go wrong, whatever and whenever: each packet may be lost or late, each
// procedure slow or failed, and its host may lose power at that moment. With every single fault, and then every pair of faults, no seed
// has to be lucky. The protocol relies on time, so a run is one in virtual time and not a set of steps in any order.

import HeartbeatModel

/// Which of the things that can become of a packet or a procedure does: the first unless said.
struct GatewayChoices {
    /// By the number of the choice, from 0: which alternative, from 1.
    let deviations: [Int: Int]
    /// How many alternatives each choice had so far.
    private(set) var widths: [Int] = []

    init(_ deviations: [Int: Int]) {
        self.deviations = deviations
    }

    mutating func choose(_ count: Int) -> Int {
        defer { widths.append(count) }
        return deviations[widths.count] ?? 0
    }
}

package struct GatewayExploration {
    /// How long a late packet takes: with the default times its answer comes too late.
    static let late = Duration.milliseconds(1500)
    /// Things go wrong until then: a start, a takeover, some checks.
    private static let trouble = Duration.seconds(60)
    /// Then all must be well within so much.
    private static let patience = Duration.seconds(150)

    package let hosts: Int
    /// So many things go wrong.
    package let faults: Int
    package private(set) var runs = 0
    /// Two served in spite of everything: no veto has come through on either side.
    package private(set) var excused = 0
    /// What was wrong with the first run in which a rule was broken, and its last lines.
    package private(set) var objection: String?

    package init(hosts: Int, faults: Int) {
        self.hosts = hosts
        self.faults = faults
    }

    package mutating func run() { explore([:], after: -1, left: faults) }

    private mutating func explore(_ deviations: [Int: Int], after last: Int, left: Int) {
        let widths = play(deviations)
        guard left > 0, objection == nil else { return }
        for choice in (last + 1)..<max(last + 1, widths.count) {
            for alternative in 1..<widths[choice] {
                explore(deviations.merging([choice: alternative]) { $1 }, after: choice, left: left - 1)
                if objection != nil { return }
            }
        }
    }

    /// How many alternatives there were.
    private mutating func play(_ deviations: [Int: Int]) -> [Int] {
        runs += 1
        let world = GatewayWorld(GatewayPlan(count: hosts), seed: 1, trace: Trace(detail: .tail(60)))
        world.choices = GatewayChoices(deviations)
        for host in world.hosts.indices { world.queue.insert(.start(host: host, life: 0), at: .zero) }
        _ = world.run(until: .zero + Self.trouble)
        let widths = world.choices?.widths ?? []
        world.choices = GatewayChoices([:])
        _ = world.run(until: .zero + Self.trouble + Self.patience)
        if world.checker.violations.isEmpty { world.judgeEnd("in the end") }
        excused += world.checker.excused.values.reduce(0, +)
        if !world.checker.violations.isEmpty {
            let lines = world.trace.lines.map(\.description) + world.checker.violations
            objection = "\(deviations.sorted { $0.key < $1.key }):\n" + lines.joined(separator: "\n")
        }
        return widths
    }
}
