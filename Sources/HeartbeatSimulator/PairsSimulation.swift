// One seed's run of two pairs with two tunnels: things break and are mended, one after the other, and the pairs must stay together
// all the time. The same seed gives the same run.

import HeartbeatCore
import HeartbeatModel

/// A randomised run of two pairs.
package struct PairsSimulation {
    /// What can happen to one of them, or between them; each has its end.
    private enum Trouble: CaseIterable {
        case tunnel
        case cable
        case standby
        case power
        case daemon
    }

    private static let quiet = Duration.seconds(60)

    private let pairs: Pairs
    private var random: SplitMix64
    private var checker: PairsChecker
    private let seed: UInt64

    package init(seed: UInt64, traced: Bool = false) {
        self.seed = seed
        var random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ 0x5043)
        let character = Character(using: &random)
        let trace = Trace(detail: traced ? .everything : .tail(60), showsMessages: false)
        var worlds: [World] = []
        for side in 0..<2 {
            let configuration = character.configuration(of: side)
            var quality = LinkQuality()
            quality.delay = .microseconds(100)...(.milliseconds(2))
            var scripts = ScriptWorld()
            scripts.duration = .milliseconds(1)...character.scripts
            let hosts = configuration.nodes.enumerated().map { index, name in
                Host(
                    name: name, number: UInt8(side * 2 + index + 1), clockRate: 1,
                    clockOffset: random.duration(in: .zero...(.seconds(100_000))), generation: 1)
            }
            worlds.append(
                World(
                    configuration: configuration, hosts: hosts,
                    network: Network(media: configuration.media.map(\.name), quality: quality), scripts: scripts,
                    seed: random.next(), trace: trace))
        }
        pairs = Pairs(worlds, seed: random.next())
        pairs.loss = character.loss
        checker = PairsChecker(.zero)
        self.random = random
    }

    /// Runs to the end, or to the first violation.
    package mutating func run() -> Simulation.Outcome {
        for world in pairs.worlds {
            for host in world.hosts.indices {
                world.planBoot(host, after: random.duration(in: .zero...(.seconds(3))))
            }
        }
        run(for: Self.quiet)
        for _ in 0..<Int.random(in: 2...4, using: &random) where isGood { befall() }
        checker.checkEnd(pairs)
        let steps = pairs.worlds.map(\.steps).reduce(0, +)
        let digest = pairs.worlds.reduce(0) { $0 &* 31 ^ $1.trace.digest }
        return Simulation.Outcome(
            seed: seed, violations: violations, steps: steps, virtualTime: pairs.now - .zero, trace: lines,
            digest: digest, takeovers: 0, fed: [:])
    }

    private var violations: [String] {
        checker.violations + pairs.worlds.flatMap(\.checker.violations)
    }

    private var isGood: Bool { violations.isEmpty }

    private var lines: [Trace.Line] {
        pairs.worlds.flatMap(\.trace.lines).sorted { ($0.time, $0.node) < ($1.time, $1.node) }
    }

    private mutating func run(for duration: Duration) {
        let end = pairs.now + duration
        while pairs.now < end, isGood {
            pairs.advance()
            checker.check(pairs)
        }
    }

    /// Something breaks and is mended again after a while.
    private mutating func befall() {
        let trouble = random.pick(Trouble.allCases)
        let side = Int.random(in: 0...1, using: &random)
        // What happens to a node that stands by is of no great interest.
        let host = random.chance(0.8) ? pairs.place(of: side) ?? 0 : Int.random(in: 0...1, using: &random)
        checker.cause()
        begin(trouble, host, pairs.worlds[side])
        run(for: Self.quiet)
        checker.cause()
        end(trouble, host, pairs.worlds[side])
        run(for: Self.quiet)
    }

    private func begin(_ trouble: Trouble, _ host: Int, _ world: World) {
        switch trouble {
        case .tunnel: pairs.isOpen[host] = false
        case .cable: world.change(.link("lan", host: host, isUp: false))
        case .standby: world.request(.standby(.all), of: host)
        case .power: world.losePower(host)
        case .daemon: world.request(.shutdown, of: host)
        }
    }

    private func end(_ trouble: Trouble, _ host: Int, _ world: World) {
        switch trouble {
        case .tunnel: pairs.isOpen[host] = true
        case .cable: world.change(.link("lan", host: host, isUp: true))
        case .standby: world.request(.standby(.all), of: 1 - host)
        case .power, .daemon: world.boot(host)
        }
    }
}

/// What is the same in a whole run.
private struct Character {
    let interval: Duration
    let fall: Int
    let loss: Double
    let scripts: Duration
    let autoFailback: AutoFailback
    let recovery: Duration
    /// On which node each pair's group runs by preference. Whoever writes it differently has pairs that never go home.
    let preferred: [Int]
    /// Both pairs may call their nodes the same.
    let hasSameNames: Bool

    init(using random: inout SplitMix64) {
        interval = random.pick([.milliseconds(200), .milliseconds(250)])
        fall = random.pick([3, 5])
        loss = random.chance(0.5) ? 0.01 : 0
        scripts = random.pick([.milliseconds(20), .milliseconds(100)])
        autoFailback = random.chance(0.7) ? .on : .off
        recovery = random.pick([.zero, .seconds(1), .seconds(4)])
        preferred = random.chance(0.8) ? [0, 0] : [0, 1]
        hasSameNames = random.chance(0.5)
    }

    func configuration(of side: Int) -> Configuration {
        let prefix = hasSameNames ? "node" : side == 0 ? "left" : "right"
        let nodes = [NodeName("\(prefix)1"), NodeName("\(prefix)2")]
        let word = "10.\(side).0.1"
        let address = Resource(
            word: word, scriptName: "IPaddr", arguments: [],
            address: ServiceAddress(bytes: [10, UInt8(side), 0, 1], text: word))
        var configuration = Configuration(
            nodes: nodes, media: ["eth0", "eth1"].map { .broadcast(interface: $0, port: 694) },
            groups: [ResourceGroup(preferredNode: nodes[preferred[side]], resources: [address], line: 1)])
        configuration.keepalive = .milliseconds(500)
        configuration.deadtime = .seconds(3)
        configuration.initdead = .seconds(6)
        configuration.autoFailback = autoFailback
        configuration.interfaces = [InterfaceRule(interface: "lan", debounce: .milliseconds(20), recovery: recovery)]
        var probe = PathProbe(name: "far", kind: .partner(host: "far", port: PartnerService.defaultPort))
        (probe.interval, probe.timeout, probe.fall, probe.rise) = (interval, interval, fall, 5)
        configuration.probes = [probe]
        return configuration
    }
}
