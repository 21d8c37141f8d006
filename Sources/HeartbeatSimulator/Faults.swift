// What befalls the machines of one run, drawn from the seed in the swarm manner: about half of the kinds are absent, the
// rest come at wildly different rates, so that some runs are all of one kind and some of everything.

import HeartbeatCore
import HeartbeatModel

/// A kind of misfortune, or of operator.
enum FaultKind: CaseIterable {
    case powerLoss
    case daemonCrash
    case resourceDeath
    case stall
    case cutMedium
    case cutOneWay
    case partition
    case partitionOneWay
    case shutdown
    case standby
    case takeover
}

/// The character of one run.
struct RunPlan {
    var configuration: Configuration
    var quality: LinkQuality
    var scripts: ScriptWorld
    var kinds: [FaultKind]
    /// Mean time between two misfortunes.
    var pace: Duration
    /// How long the misfortunes go on.
    var trouble: Duration
    var clockDrift: Double
    var network = NetworkPlan.none
    var replays = ReplayPlan.none
    var bystanders = BystanderPlan.none
    var sharedFile = SharedFilePlan.none
    var maintenance = MaintenancePlan.none
    /// Each node takes the other for one of a version that gives sets only as a whole.
    var isOfOlderVersion = false
    /// Keys of groups that every node has in its file under its own name.
    var ownOnBoth: Set<String> = []
    /// Somebody mends the files when everything else is healed.
    var mendsFiles = false
    /// The kernels can hold a lease.
    var hasLease = false
    /// A machine that stands still takes its kernel along.
    var pausesMachines = false
    /// On which both machines stand, where a silent one's kernel is asked.
    var lans: [Lan] = []
    /// When the cable between the nodes is pulled out, and when it is put back.
    var pulls: [(time: Duration, NetworkChange)] = []

    /// Time in which a healed cluster must have settled.
    var patience: Duration {
        let longest = scripts.duration.upperBound
        let actions = 4 * configuration.groups.reduce(0) { $0 + $1.resources.count }
        return configuration.initdead + configuration.deadtime * 4 + configuration.keepalive * 10 + longest * actions
            + configuration.actionTimeouts.stop * 2 + configuration.shutdownTimeout + .seconds(120)
            + network.patience + configuration.failbackDelay.longest
    }

    init(seed: UInt64, using random: inout SplitMix64) {
        configuration = Self.drawConfiguration(using: &random)
        quality = Self.drawQuality(using: &random)
        scripts = Self.drawScripts(deadtime: configuration.deadtime, using: &random)
        kinds = FaultKind.allCases.filter { _ in random.chance(0.5) }
        pace = random.pick([.seconds(5), .seconds(15), .seconds(60)])
        trouble = random.pick([.seconds(60), .seconds(180), .seconds(400)])
        clockDrift = random.pick([0, 1e-5, 5e-4])
        if random.chance(0.2) {
            let group = random.pick(configuration.groups.map(\.key))
            scripts.broken[random.pick(configuration.nodes)] = [group]
        }
        var others = SplitMix64(seed: ~seed)
        network = NetworkPlan(trouble: trouble, using: &others)
        var third = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D)
        replays = ReplayPlan(trouble: trouble, using: &third)
        spoilScripts(using: &others)
        configuration.quickDeath = .off
        isOfOlderVersion = others.chance(0.2)
        drawOwnNames(seed: seed)
        drawLease(seed: seed)
        // With this number the seeds that have once shown a bug are the runs that they were.
        var fourth = SplitMix64(seed: seed &* 0xD134_2543_DE82_EF95 ^ 300_626)
        bystanders = BystanderPlan(trouble: trouble, using: &fourth)
        drawSharedFile(seed: seed)
        drawFailbackDelay(seed: seed)
        drawMaintenance(seed: seed)
        drawMoves(seed: seed)
        drawLines(seed: seed)
        configuration.interfaces =
            network.links
            + lans.filter(\.isCable).map { InterfaceRule(interface: $0.name, role: .heartbeat, isCable: true) }
        configuration.probes = network.probes
        configuration.probeGroups = network.probeGroups
        configuration.lines = network.lines
    }

    private mutating func drawSharedFile(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0xE703_7ED1_A0B4_28DB ^ 1_006)
        guard random.chance(0.12) else { return }
        sharedFile = SharedFilePlan(trouble: trouble, using: &random)
        configuration.syncFiles = [SharedFilePlan.path]
        configuration.syncMismatch = sharedFile.mismatch
    }

    private mutating func drawMaintenance(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0x9FB2_1C65_1E98_DF25 ^ 6)
        guard random.chance(0.12) else { return }
        maintenance = MaintenancePlan(trouble: trouble, using: &random)
    }

    private mutating func drawMoves(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0xA24B_AED4_963E_E407 ^ 8)
        guard random.chance(0.12) else { return }
        bystanders.drawMoves(until: trouble, using: &random)
    }

    private mutating func drawFailbackDelay(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0x8CB9_2BA7_2F3D_8DD7 ^ 2)
        guard random.chance(0.15) else { return }
        let time = random.pick([Duration.seconds(2), .seconds(10), .seconds(40)])
        configuration.failbackDelay = FailbackDelay(time, afterBoot: random.chance(0.3) ? time * 2 : nil)
    }

    private mutating func drawLines(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0xC2B2_AE3D_27D4_EB4F ^ 4)
        guard random.chance(0.15) else { return }
        network.drawLines(trouble: trouble, using: &random)
    }

    private mutating func drawLease(seed: UInt64) {
        // With this number the seeds that have once shown a bug are the runs that they were.
        var random = SplitMix64(seed: seed &* 0xD6E8_FEB8_6659_FD93 ^ 139)
        hasLease = random.chance(0.5)
        guard hasLease else { return }
        pausesMachines = random.chance(0.3)
        if random.chance(0.3) { configuration.lease = .length(.milliseconds(1)) }
        if random.chance(0.4) { trySilence(using: &random) }
        drawLans(seed: seed)
    }

    /// Those of the media, and one more.
    private mutating func drawLans(seed: UInt64) {
        var random = SplitMix64(seed: seed &* 0xA076_1D64_78BD_642F)
        guard random.chance(0.5) else { return }
        configuration.quickDeath = random.pick([.on, .on, .carrier])
        configuration.quickProbe = QuickProbe(rounds: random.pick([3, 5]), pause: .milliseconds(20))
        for (index, medium) in configuration.media.enumerated() where medium.name.text.hasPrefix("eth") {
            lans.append(Lan(name: medium.name.text, number: UInt8(index), medium: index))
        }
        if random.chance(lans.count < 2 ? 0.8 : 0.3) { lans.append(Lan(name: "wan", number: 9)) }
        let cable = random.chance(0.5) ? lans.indices.last { lans[$0].medium != nil } : nil
        for index in lans.indices {
            lans[index].isCable = index == cable
            guard index != cable, random.chance(0.8) else { continue }
            lans[index].reference = random.pick([.onBothSides, .beside(0), .beside(1)])
        }
        cutBypasses(seed: seed)
        guard let cable, random.chance(0.5) else { return }
        var time = random.duration(in: .seconds(5)...(.seconds(30)))
        while time < trouble {
            let length = random.duration(in: .milliseconds(100)...(.seconds(20)))
            pulls.append((time, .cable(lans[cable].name, isPlugged: false)))
            pulls.append((time + length, .cable(lans[cable].name, isPlugged: true)))
            time += length + random.duration(in: .milliseconds(10)...(.seconds(60)))
        }
    }

    /// In half of the runs the networks without a medium never fail, so that nothing excuses two owners there.
    private mutating func cutBypasses(seed: UInt64) {
        var random = SplitMix64(seed: seed &* 0xBF58_476D_1CE4_E5B9 ^ 17)
        if random.chance(0.1) { configuration.veto.isOn = false }
        for lan in lans where lan.medium == nil && random.chance(0.5) {
            var time = random.duration(in: .seconds(5)...(.seconds(30)))
            while time < trouble {
                let length = random.duration(in: .milliseconds(100)...(.seconds(40)))
                pulls.append((time, .lan(lan.name, isCut: true)))
                pulls.append((time + length, .lan(lan.name, isCut: false)))
                time += length + random.duration(in: .milliseconds(10)...(.seconds(60)))
            }
        }
    }

    /// Messages arrive and scripts work; machines and daemons fail all the time. Nothing then excuses two answering nodes.
    private mutating func trySilence(using random: inout SplitMix64) {
        quality = LinkQuality()
        quality.delay = .microseconds(100)...random.pick([.milliseconds(2), .milliseconds(150)])
        kinds = [.stall, .stall, .daemonCrash, .powerLoss]
        pace = random.pick([.seconds(2), .seconds(6)])
        network = .none
        replays = .none
        scripts = ScriptWorld()
        scripts.duration = .milliseconds(1)...random.pick([.milliseconds(20), .seconds(2)])
        configuration.deadtime = max(configuration.deadtime, configuration.keepalive * 4)
        configuration.initdead = max(configuration.initdead, configuration.deadtime)
        configuration.groups = configuration.groups.map { group in
            var resources = group.resources
            resources[0].address = ServiceAddress(bytes: [10, 1, 0, UInt8(group.line)], text: resources[0].word)
            return ResourceGroup(preferredNode: group.preferredNode, resources: resources, line: group.line)
        }
    }

    /// The line as it is counts for the node whose name comes first.
    private mutating func drawOwnNames(seed: UInt64) {
        var random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ 0x6F77_6E6F_6E62)
        guard !isOfOlderVersion, random.chance(0.08) else { return }
        ownOnBoth = Set(configuration.groups.map(\.key).filter { _ in random.chance(0.7) })
        mendsFiles = random.chance(0.3)
        configuration.groups = configuration.groups.map {
            ownOnBoth.contains($0.key) ? $0.preferring(configuration.nodes[0]) : $0
        }
    }

    /// One time from which on everything else of a node that leaves must be up on the other one, though something will not
    /// stop.
    var handover: Duration {
        let longest = scripts.duration.upperBound
        let steps = configuration.groups.reduce(0) { $0 + $1.steps.count }
        return longest * (3 * steps) + configuration.keepalive * 10 + .seconds(5)
    }

    /// A script that cannot be run, and a resource that does not stop.
    private mutating func spoilScripts(using random: inout SplitMix64) {
        let words = configuration.groups.flatMap(\.steps).filter { !$0.isAddresses }.map(\.word)
        guard !words.isEmpty else { return }
        if random.chance(0.15) { scripts.missing[random.pick(configuration.nodes)] = [random.pick(words)] }
        if random.chance(0.25) { scripts.stuck[random.pick(configuration.nodes)] = [random.pick(words)] }
    }

    private static func drawConfiguration(using random: inout SplitMix64) -> Configuration {
        let media = ["eth0", "eth1", "/dev/ttyS0"].prefix(Int.random(in: 1...3, using: &random))
        var configuration = Configuration(
            nodes: [NodeName("alpha"), NodeName("beta")],
            media: media.map { .broadcast(interface: $0, port: 694) }, groups: drawGroups(using: &random))
        configuration.keepalive = random.pick([.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)])
        configuration.deadtime = configuration.keepalive * random.pick([3, 4, 5, 10])
        configuration.warntime = configuration.deadtime / 2
        configuration.initdead = max(configuration.deadtime, .seconds(random.pick([4, 12, 30])))
        configuration.autoFailback = random.pick([.on, .off, .legacy])
        configuration.actionTimeouts.start = .seconds(8)
        configuration.actionTimeouts.stop = .seconds(8)
        configuration.actionTimeouts.status = .seconds(4)
        configuration.failureLimit = Int.random(in: 0...3, using: &random)
        // What failed on both nodes stays failed until the end, however long a run is.
        configuration.failureWindow = .seconds(1_000_000)
        configuration.onStopFailure = random.chance(0.1) ? .reboot : .stay
        configuration.shutdownTimeout = .seconds(20)
        if random.chance(0.3) {
            configuration.pingNodes = [PingNode(name: NodeName("10.0.0.254"), hosts: ["10.0.0.254"])]
        }
        return configuration
    }

    private static func drawGroups(using random: inout SplitMix64) -> [ResourceGroup] {
        let monitor: Duration? = random.chance(0.5) ? .seconds(random.pick([5, 30])) : nil
        return (1...Int.random(in: 1...4, using: &random)).map { number in
            let resources = (1...Int.random(in: 1...3, using: &random)).map { position in
                // Now and then two groups name the same resource and must take turns.
                let word = position > 1 && random.chance(0.15) ? "shared" : "r\(number)\(position)"
                let isAddress = word != "shared" && random.chance(0.3)
                return Resource(
                    word: word, scriptName: word, arguments: [],
                    address: isAddress
                        ? ServiceAddress(bytes: [10, 0, UInt8(number), UInt8(position)], text: word) : nil,
                    monitorInterval: monitor)
            }
            let preferred = NodeName(random.chance(0.5) ? "alpha" : "beta")
            return ResourceGroup(
                preferredNode: preferred, resources: resources.uniqued(), line: number)
        }
    }

    private static func drawQuality(using random: inout SplitMix64) -> LinkQuality {
        var quality = LinkQuality()
        if random.chance(0.5) { quality.loss = random.pick([0.01, 0.05, 0.2, 0.4]) }
        if random.chance(0.3) { quality.duplication = random.pick([0.01, 0.2]) }
        if random.chance(0.3) { quality.corruption = random.pick([0.001, 0.05]) }
        if random.chance(0.5) {
            quality.straggling = random.pick([0.001, 0.02, 0.1])
            quality.longDelay = random.pick([.milliseconds(300), .seconds(2), .seconds(15)])
        }
        quality.delay = .microseconds(100)...random.pick([.milliseconds(1), .milliseconds(20), .milliseconds(150)])
        return quality
    }

    private static func drawScripts(deadtime: Duration, using random: inout SplitMix64) -> ScriptWorld {
        var scripts = ScriptWorld()
        scripts.duration = .milliseconds(1)...random.pick([.milliseconds(20), .seconds(2), deadtime * 2])
        if random.chance(0.3) { scripts.startFailure = random.pick([0.02, 0.3]) }
        if random.chance(0.3) { scripts.stopFailure = random.pick([0.02, 0.5]) }
        if random.chance(0.2) { scripts.hang = random.pick([0.01, 0.1]) }
        return scripts
    }
}

extension Array where Element: Hashable {
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension World {
    /// Lets one misfortune of `kind` happen; what must be undone later is planned by the caller through `undo`.
    func inflict(_ kind: FaultKind, deadtime: Duration, undo: (World, Undo, Duration) -> Void) {
        let host = Int.random(in: 0..<hosts.count, using: &random)
        let medium = Int.random(in: 0..<network.media.count, using: &random)
        let all = Array(network.media.indices)
        switch kind {
        case .powerLoss:
            guard hosts[host].isUp else { return }
            losePower(host)
            undo(
                self, .boot(host, losingGeneration: random.chance(0.1)),
                random.duration(in: .milliseconds(100)...(.seconds(40))))
        case .daemonCrash:
            guard hosts[host].isUp else { return }
            crash(host)
            undo(
                self, .boot(host, losingGeneration: false),
                random.duration(in: .milliseconds(10)...(random.chance(0.5) ? deadtime : .seconds(60))))
        case .resourceDeath:
            let places = mortalPlaces(on: host)
            guard !places.isEmpty else { return }
            die(random.pick(places), on: host)
        case .shutdown:
            request(.shutdown, of: host)
            undo(self, .boot(host, losingGeneration: false), random.duration(in: .seconds(1)...(.seconds(60))))
        case .stall:
            stall(host, for: random.duration(in: (deadtime / 4)...(deadtime * 2)), isPaused: pausesMachines && hasLease)
        case .cutMedium:
            cut([medium], sender: nil, for: random.duration(in: .milliseconds(500)...(.seconds(30))), undo: undo)
        case .cutOneWay:
            cut([medium], sender: host, for: random.duration(in: .milliseconds(500)...(.seconds(30))), undo: undo)
        case .partition:
            cut(all, sender: nil, for: random.duration(in: .milliseconds(500)...(.seconds(60))), undo: undo)
        case .partitionOneWay:
            cut(all, sender: host, for: random.duration(in: .milliseconds(500)...(.seconds(60))), undo: undo)
        case .standby:
            request(.standby(random.pick([.all, .local, .foreign])), of: host)
        case .takeover:
            request(.takeover(random.pick([.all, .local, .foreign])), of: host)
        }
    }

    private func cut(
        _ media: [Int], sender: Int?, for duration: Duration, undo: (World, Undo, Duration) -> Void
    ) {
        let direction = sender.map { " from \(hosts[$0].name)" } ?? ""
        for medium in media {
            trace.note("network", "\(network.media[medium]) is cut\(direction)", at: now)
            network.setBlocked(true, medium: medium, sender: sender)
        }
        undo(self, .mend(media, sender: sender), duration)
    }
}

/// The end of a misfortune.
enum Undo {
    case boot(Int, losingGeneration: Bool)
    case mend([Int], sender: Int?)
}
