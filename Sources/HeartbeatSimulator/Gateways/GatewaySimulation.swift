// One seed's run of a gateway service: misfortunes for a while, then everything works, and within a bound exactly one host must serve: the
// best one that can. The same seed gives the same run in every process.

import HeartbeatGateway
import HeartbeatModel

/// A randomised run of two to six hosts.
package struct GatewaySimulation {
    /// What a run showed.
    package struct Outcome: SimulatedRun, Sendable {
        package var seed: UInt64
        /// Broken rules, with their virtual time.
        package var violations: [String]
        package var steps: Int
        package var virtualTime: Duration
        package var trace: [Trace.Line]
        /// Identifies the whole run; equal for equal seeds in every process.
        package var digest: UInt64
        /// How often a host began to serve, and how often beside another one although nobody had done anything wrong.
        package var takeovers: Int
        package var excused: [GatewayExcuse: Int]
        /// How often a host said no, and how often a backup was new to the host in service.
        package var vetoes: Int
        package var joins: Int
        /// How often a host came to count something else.
        package var burdens: Int
    }

    /// From the end of all faults until everything must be as it should: a restart, a takeover that was just denied, another one.
    private static let patience = Duration.seconds(400)
    /// From the end of all faults until one of two that serve must have yielded: one may stand still for a while yet.
    private static let dispute = Duration.seconds(80)
    /// How long nothing may change then.
    private static let quiet = Duration.seconds(120)
    private static let nextFault = -1

    private let seed: UInt64
    private let plan: GatewayPlan
    private let world: GatewayWorld

    /// - Parameter traced: keep every line, and show every message.
    package init(seed: UInt64, traced: Bool = false) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        // One backup more than the others have in every tenth run; what the other seeds are does not hang on that.
        plan = GatewayPlan(using: &random, isLarge: seed.isMultiple(of: 10))
        let trace = Trace(detail: traced ? .everything : .tail(80), showsMessages: traced)
        world = GatewayWorld(plan, seed: random.next(), trace: trace)
    }

    /// Runs to the end, or to the first violation.
    package mutating func run() -> Outcome {
        for (host, time) in plan.boots.enumerated() {
            world.queue.insert(.start(host: host, life: 0), at: .zero + time)
        }
        trouble()
        heal()
        settle()
        let checker = world.checker
        return Outcome(
            seed: seed, violations: checker.violations, steps: world.steps, virtualTime: world.now - .zero,
            trace: world.trace.lines, digest: world.trace.digest, takeovers: checker.takeovers,
            excused: checker.excused, vetoes: checker.vetoes, joins: checker.joins, burdens: checker.burdens)
    }

    // MARK: - Faults

    private func planNextFault() {
        let time = world.now + world.random.duration(in: .milliseconds(10)...(plan.pace * 2))
        world.queue.insert(.planned(Self.nextFault), at: time)
    }

    private func trouble() {
        let end = Instant.zero + plan.trouble
        planNextFault()
        while let number = world.run(until: end) {
            if number == Self.nextFault {
                if !plan.faults.isEmpty { inflict(world.random.pick(plan.faults)) }
                planNextFault()
            } else {
                // Whatever is cut or broken is mended together; the next fault begins anew.
                mend()
            }
        }
    }

    private func inflict(_ fault: GatewayFault) {
        let host = Int.random(in: world.hosts.indices, using: &world.random)
        let other = (host + Int.random(in: 1..<world.hosts.count, using: &world.random)) % world.hosts.count
        let side = world.random.pick(GatewaySide.allCases)
        world.note(host, "suffers \(fault), with \(world.hosts[other].host.name), \(side.rawValue)")
        switch fault {
        case .pairCut: cut(host, other, [side])
        case .oneWayCut: world.segments.cut(from: host, to: other, side)
        case .bothSidesCut: cut(host, other, GatewaySide.allCases)
        case .partition:
            let part = world.hosts.indices.filter { _ in world.random.chance(0.5) }
            for one in part {
                for two in world.hosts.indices where !part.contains(two) { cut(one, two, GatewaySide.allCases) }
            }
        case .port: world.segments.unplug(host, side)
        case .powerLoss:
            world.losePower(host, for: world.random.duration(in: .milliseconds(100)...(.seconds(60))))
        case .brokenService: world.hosts[host].isServiceBroken = true
        case .stop: world.request(.stop, of: host)
        case .stall: world.stall(host, for: world.random.duration(in: .zero...(.seconds(40))))
        case .burden:
            let services = (0..<Int.random(in: 0...3, using: &world.random)).map { "other\($0)" }
            world.burden(host, GatewayBurden(services: services, isUnwell: world.random.chance(0.2)))
        }
        let length = world.random.duration(in: .milliseconds(100)...(.seconds(60)))
        world.queue.insert(.planned(0), at: world.now + length)
    }

    private func cut(_ one: Int, _ two: Int, _ sides: [GatewaySide]) {
        for side in sides {
            world.segments.cut(from: one, to: two, side)
            world.segments.cut(from: two, to: one, side)
        }
    }

    private func mend() {
        world.segments.heal()
        for host in world.hosts.indices { world.hosts[host].isServiceBroken = false }
        world.trace.note("network", "is mended", at: world.now)
    }

    // MARK: - The end

    private func heal() {
        guard world.checker.violations.isEmpty else { return }
        mend()
        world.plan.calm()
        for host in world.hosts.indices where !world.hosts[host].isPowered { world.start(host) }
    }

    private func run(for duration: Duration) {
        let end = world.now + duration
        while world.checker.violations.isEmpty, world.now < end, world.run(until: end) != nil {}
    }

    private func settle() {
        run(for: Self.dispute)
        guard world.checker.violations.isEmpty else { return }
        if world.hosts.count(where: \.serves) > 1 {
            world.checker.report(
                "two still serve \(Self.dispute.components.seconds) s after the last cut", at: world.now)
        }
        run(for: Self.patience - Self.dispute)
        guard world.checker.violations.isEmpty else { return }
        world.judgeEnd("after \(Self.patience.components.seconds) s without faults")
        let takeovers = world.checker.takeovers
        run(for: Self.quiet)
        guard world.checker.violations.isEmpty else { return }
        world.judgeEnd("when it should be quiet")
        if world.checker.takeovers != takeovers {
            world.checker.report("the service has moved although nothing has happened", at: world.now)
        }
    }
}
