// The character of one run of a gateway service: how many hosts, which of them the others have never heard of, the times they are
// configured with, how bad the two segments are, how often checks lie, and what befalls the hosts. Swarm style: most seeds leave most of
// it out.

import HeartbeatModel

/// Something that befalls hosts or segments.
enum GatewayFault: CaseIterable {
    /// Two hosts do not hear each other on one side.
    case pairCut
    /// Only one of them does.
    case oneWayCut
    /// Two hosts do not hear each other at all.
    case bothSidesCut
    /// The hosts fall into two parts that do not hear each other.
    case partition
    /// A host's cable of one side is out.
    case port
    case powerLoss
    case brokenService
    case stop
    /// A host stands still, with all it runs.
    case stall
    /// A host has other things to do, or has them no more.
    case burden
}

/// What is the same in a whole run.
struct GatewayPlan {
    static let names = ["gwa", "gwb", "gwc", "gwd", "gwe", "gwf"]

    /// Each host as it is configured. All know the first ones; who joins later is in no other list than its own.
    var configurations: [GatewayConfiguration] = []
    var hosts: [GatewayHost] = []
    var quality = LinkQuality()
    /// Probability that a check says no although the answer is yes.
    var lies = 0.0
    /// Probabilities that a procedure takes up to its time, never ends, or – one that activates something – fails.
    var slow = 0.0
    var hangs = 0.0
    var fails = 0.0
    /// What a procedure usually takes.
    var usual: ClosedRange<Duration> = .milliseconds(20)...(.milliseconds(300))
    var faults: [GatewayFault] = []
    /// Mean time from one fault to the next.
    var pace = Duration.seconds(20)
    var trouble = Duration.seconds(180)
    /// A machine that has ended is started again after so long.
    var restart = Duration.seconds(45)
    /// The uplink of this host never works: another one must serve.
    var unfit: Int?
    /// When each host is switched on.
    var boots: [Duration] = []
    /// Packets travel as bytes.
    var isEncoded = false

    /// Some hosts with the usual times, of whom nothing is expected but good.
    init(count: Int) {
        hosts = (0..<count).map { number in
            GatewayHost(
                NodeName(Self.names[number]), priority: 10 + UInt16(count - number) * 10,
                down: IPAddress(0x0A00_0001 + UInt32(number)), up: IPAddress(0xC633_6401 + UInt32(number)))
        }
        var common = Self.common
        common.hosts = hosts
        configurations = hosts.map { _ in common }
        boots = hosts.map { _ in .zero }
    }

    /// - Parameter isLarge: as many hosts as there are names.
    init(using random: inout SplitMix64, isLarge: Bool) {
        let count = Int.random(in: 2..<Self.names.count, using: &random)
        self.init(count: isLarge ? Self.names.count : count)
        // The names say nothing of the order.
        hosts.shuffle(using: &random)
        drawConfigurations(using: &random)
        drawTrouble(using: &random)
        drawWorld(using: &random)
        boots = hosts.map { _ in
            random.chance(0.5)
                ? random.duration(in: .zero...(.seconds(2))) : random.duration(in: .zero...(.seconds(90)))
        }
    }

    /// Nothing goes wrong from now on that is left to chance.
    mutating func calm() {
        quality = LinkQuality()
        (lies, slow, hangs, fails) = (0, 0, 0, 0)
    }

    private static let common: GatewayConfiguration = {
        let leg = { (interface: String, number: UInt32) in
            GatewayLeg(interface: interface, roving: ServiceAddress(IPAddress(number), text: interface))
        }
        return GatewayConfiguration(
            name: "fw", down: leg("eth0", 0x0A00_00FE), up: leg("eth1", 0xC633_64FE), hosts: [],
            selfCheck: .seconds(5), serviceCheck: .seconds(10),
            timeouts: [.downlinkCheck: .seconds(2), .uplinkCheck: .seconds(2), .remoteSvcCheck: .seconds(3)], spread: 15
        )
    }()

    private mutating func drawConfigurations(using random: inout SplitMix64) {
        var common = Self.common
        if random.chance(0.5) {
            common.selfCheck = random.pick([.seconds(1), .seconds(3), .seconds(5)])
            common.serviceCheck = common.selfCheck + random.milliseconds(in: .zero...(.seconds(6)))
        }
        if random.chance(0.5) {
            for check in [GatewayProcedure.downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck] {
                common.timeouts[check] = random.milliseconds(in: .milliseconds(500)...(.seconds(3)))
            }
            common.denyTimeout = common.longestCheck + random.milliseconds(in: .milliseconds(200)...(.seconds(3)))
            common.replyTimeout =
                common.timeout(of: .localSvcCheck) + random.milliseconds(in: .milliseconds(200)...(.seconds(2)))
            common.hearTimeout = random.milliseconds(in: .milliseconds(100)...(.seconds(1)))
            common.initPatience = GatewayConfiguration.usualPatience(replyTimeout: common.replyTimeout)
        }
        let joining = hosts.count > 2 && random.chance(0.4) ? Int.random(in: 0..<hosts.count, using: &random) : nil
        let known = hosts.enumerated().filter { $0.offset != joining }.map(\.element)
        configurations = hosts.indices.map { number in
            var own = common
            own.hosts = number == joining ? hosts : known
            return own
        }
    }

    private mutating func drawTrouble(using random: inout SplitMix64) {
        faults = GatewayFault.allCases.filter { $0 != .burden && random.chance(0.4) }
        // Not from the same numbers: what a seed has shown once it shall show again.
        var others = random
        if others.chance(0.4) { faults.append(.burden) }
        pace = random.pick([.seconds(4), .seconds(15), .seconds(40)])
        trouble = random.duration(in: .seconds(60)...(.seconds(300)))
        restart = random.duration(in: .seconds(30)...(.seconds(60)))
        if random.chance(0.2) { unfit = Int.random(in: hosts.indices, using: &random) }
    }

    private mutating func drawWorld(using random: inout SplitMix64) {
        quality.loss = random.pick([0, 0, 0, 0.02, 0.1, 0.3])
        quality.duplication = random.pick([0, 0, 0.1])
        quality.straggling = random.pick([0, 0, 0.05, 0.2])
        quality.longDelay = random.pick([.milliseconds(300), .seconds(2), .seconds(20)])
        lies = random.pick([0, 0, 0.05, 0.2])
        slow = random.pick([0, 0, 0.1, 0.4])
        hangs = random.pick([0, 0, 0.02])
        fails = random.pick([0, 0, 0.05])
        if random.chance(0.3) { usual = .milliseconds(1)...(.milliseconds(20)) }
        isEncoded = random.chance(0.2)
    }
}

extension SplitMix64 {
    /// As it is configured and sent.
    fileprivate mutating func milliseconds(in range: ClosedRange<Duration>) -> Duration {
        .milliseconds(duration(in: range).milliseconds)
    }
}
