// One seed's run: draw the character of the run, let misfortunes happen for a while, then heal everything and require that
// the cluster settles. The same seed gives the same run, step by step, in every process.

import HeartbeatCore
import HeartbeatModel

/// A randomised run of two nodes.
package struct Simulation {
    /// What a run showed.
    package struct Outcome: SimulatedRun, Sendable {
        package var seed: UInt64
        /// Broken rules, with their virtual time; empty when every invariant held.
        package var violations: [String]
        /// How many happenings were executed.
        package var steps: Int
        /// Virtual time that passed.
        package var virtualTime: Duration
        /// The last lines, or all of them when asked for.
        package var trace: [Trace.Line]
        /// Identifies the whole run; equal for equal seeds in every process.
        package var digest: UInt64
        /// Takeovers that happened because a node fell silent: a run without any tests little.
        package var takeovers: Int
        /// How many events of each kind the nodes were fed.
        package var fed: [EventKind: Int]
        /// What came of replacing the programs, if that was asked for.
        package var replacements: ProgramReplacements?

        /// Another run of the same seed, in another world.
        mutating func add(_ other: Outcome) {
            violations += other.violations.map { "two pairs: \($0)" }
            steps += other.steps
            virtualTime += other.virtualTime
            digest = digest &* 31 ^ other.digest
            trace = other.violations.isEmpty ? trace + other.trace : other.trace
        }
    }

    private let seed: UInt64
    private let plan: RunPlan
    private let world: World
    private var undos: [Undo?] = []
    private static let nextFault = -1

    /// - Parameters:
    ///   - traced: keep every line, and show every message.
    ///   - replacesPrograms: at random moments a daemon goes on from its state as another program reads it, which must change nothing.
    package init(seed: UInt64, traced: Bool = false, replacesPrograms: Bool = false) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        plan = RunPlan(seed: seed, using: &random)
        let trace = Trace(detail: traced ? .everything : .tail(60), showsMessages: traced)
        let drift = plan.clockDrift
        let hosts = plan.configuration.nodes.enumerated().map { index, name in
            Host(
                name: name, number: UInt8(index + 1), clockRate: 1 + Double.random(in: -1...1, using: &random) * drift,
                clockOffset: random.duration(in: .zero...(.seconds(100_000))),
                generation: UInt64.random(in: 1...1_000_000, using: &random))
        }
        let network = Network(media: plan.configuration.media.map(\.name), quality: plan.quality)
        world = World(
            configuration: plan.configuration, hosts: hosts, network: network, scripts: plan.scripts,
            seed: random.next(), trace: trace)
        world.areOfOlderVersion = plan.isOfOlderVersion
        if replacesPrograms { world.replacements = ProgramReplacements(seed: seed) }
        world.hasLease = plan.hasLease && plan.configuration.leaseTimes != nil
        if world.hasLease { world.lans = plan.lans }
        world.pausesMachines = plan.pausesMachines
        world.remembersPaths = plan.bystanders.remembersPaths
        for (host, key) in zip(world.hosts, plan.bystanders.currentKeys) { host.currentKey = key }
        for name in plan.configuration.nodes { world.ownNames[name] = plan.ownOnBoth }
    }

    /// Runs to the end, or to the first violation.
    package mutating func run() -> Outcome {
        for host in world.hosts.indices {
            world.planBoot(
                host, after: world.random.duration(in: .zero...random(upTo: plan.configuration.initdead * 2)))
        }
        if !plan.replays.replays.isEmpty { world.recorder = Recorder(seed: seed) }
        for (time, replay) in plan.replays.replays { world.queue.insert(.replay(replay), at: .zero + time) }
        for (time, change) in plan.network.changes + plan.pulls {
            world.queue.insert(.network(change), at: .zero + time)
        }
        for (time, host, deed) in plan.bystanders.deeds {
            world.queue.insert(.deed(host: host, deed), at: .zero + time)
        }
        for (time, host, isOn) in plan.maintenance.deeds {
            world.queue.insert(.deed(host: host, .maintain(isOn)), at: .zero + time)
        }
        for (time, host, version) in plan.sharedFile.edits {
            world.queue.insert(.deed(host: host, .editFile(version)), at: .zero + time)
        }
        planNextFault()
        trouble()
        heal()
        settle()
        leave()
        return Outcome(
            seed: seed, violations: world.checker.violations, steps: world.steps,
            virtualTime: world.now - .zero, trace: world.trace.lines, digest: world.trace.digest,
            takeovers: world.checker.takeovers, fed: world.fed, replacements: world.replacements)
    }

    private mutating func random(upTo limit: Duration) -> Duration {
        world.random.duration(in: .zero...limit)
    }

    private mutating func trouble() {
        let end = Instant.zero + plan.trouble
        while world.now < end, let number = world.run(until: end) {
            guard number == Self.nextFault else {
                undo(number)
                continue
            }
            if !plan.kinds.isEmpty {
                var planned: [(Undo, Duration)] = []
                world.inflict(world.random.pick(plan.kinds), deadtime: plan.configuration.deadtime) { _, undo, delay in
                    planned.append((undo, delay))
                }
                for (undo, delay) in planned { self.plan(undo, after: delay) }
            }
            planNextFault()
        }
    }

    private mutating func planNextFault() {
        world.plan(Self.nextFault, at: world.now + world.random.duration(in: .milliseconds(10)...(plan.pace * 2)))
    }

    private mutating func plan(_ undo: Undo, after delay: Duration) {
        undos.append(undo)
        world.plan(undos.count - 1, at: world.now + delay)
    }

    private mutating func undo(_ number: Int) {
        guard let undo = undos[number] else { return }
        undos[number] = nil
        switch undo {
        case .boot(let host, let losingGeneration):
            world.boot(host, losingGeneration: losingGeneration)
        case .mend(let media, let sender):
            for medium in media {
                world.trace.note("network", "\(world.network.media[medium]) is mended", at: world.now)
                world.network.setBlocked(false, medium: medium, sender: sender)
            }
        }
    }

    /// Everything works from now on, and every machine is switched on.
    private mutating func heal() {
        guard world.checker.violations.isEmpty else { return }
        world.trace.note("network", "everything is healed", at: world.now)
        world.network.mend()
        world.scripts.heal()
        // Some things stay broken; the other node must make up for them.
        world.scripts.broken = plan.scripts.broken
        world.scripts.missing = plan.scripts.missing
        // One group that does not stop takes all others of its set along in an older version.
        if !plan.isOfOlderVersion { world.scripts.stuck = plan.scripts.stuck }
        undos = undos.map { _ in nil }
        healNetwork()
        for host in world.hosts.indices { world.editFile(0, on: host) }
        for host in world.hosts.indices { world.maintain(host == plan.maintenance.lasting, host) }
        for host in world.hosts.indices { world.boot(host) }
        guard plan.mendsFiles else { return }
        for key in plan.ownOnBoth.sorted() { world.correct(key, on: 1) }
    }

    private mutating func healNetwork() {
        for lan in plan.lans where lan.isCable { world.change(.cable(lan.name, isPlugged: true)) }
        for lan in plan.lans { world.change(.lan(lan.name, isCut: false)) }
        for host in world.hosts.indices {
            for link in plan.network.links { world.change(.link(link.interface, host: host, isUp: true)) }
            for probe in plan.network.probes { world.change(.path(probe.name, host: host, isOpen: true)) }
            for line in plan.network.lines.lines { world.change(.line(line.name, host: host, works: true)) }
        }
        for change in plan.network.lasting { world.change(change) }
    }

    /// A node on which something will not stop is told to end: everything else must be up on the other one soon, and the node
    /// must end in its time.
    private mutating func leave() {
        guard world.checker.violations.isEmpty, plan.configuration.onStopFailure == .stay, !plan.isOfOlderVersion,
            let host = world.hosts.indices.first(where: { plan.scripts.stuck[world.hosts[$0].name] != nil })
        else { return }
        world.request(.shutdown, of: host)
        run(for: plan.handover)
        for problem in LivenessChecker.missing(after: host, in: world) { world.checker.report(problem, at: world.now) }
        run(for: plan.configuration.shutdownTimeout + plan.handover)
        guard world.checker.violations.isEmpty, world.hosts[host].isUp else { return }
        world.checker.report("\(world.hosts[host].name) does not end", at: world.now)
    }

    private mutating func run(for duration: Duration) {
        let end = world.now + duration
        while world.checker.violations.isEmpty, world.now < end, world.run(until: end) != nil {}
    }

    private mutating func settle() {
        let end = world.now + plan.patience
        while world.checker.violations.isEmpty, world.now < end, let number = world.run(until: end) {
            // A shutdown that was under way ends now; nobody keeps a machine off for ever.
            if number >= 0 { undo(number) }
        }
        guard world.checker.violations.isEmpty else { return }
        for host in world.hosts.indices where !world.hosts[host].isUp { world.boot(host) }
        let secondEnd = world.now + plan.patience
        while world.checker.violations.isEmpty, world.now < secondEnd, world.run(until: secondEnd) != nil {}
        guard world.checker.violations.isEmpty else { return }
        for problem in LivenessChecker.problems(in: world, quietSince: secondEnd - .seconds(60)) {
            world.checker.report(problem, at: world.now)
        }
    }
}
