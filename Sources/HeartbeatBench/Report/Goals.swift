// What our own daemon is to reach, as data: one line a goal. How far it is from them is computed elsewhere.

/// A limit for one figure.
struct Goal: Hashable, Sendable {
    /// What the figure must not be above.
    enum Limit: Hashable, Sendable {
        case most(Double)
        /// So many times what another peer takes for the same.
        case times(Double, peer: String)
        /// So much more than with one address.
        case moreThanOneAddress(Double)
    }

    /// The trials it is about.
    var fault: String
    var setting: String
    var addresses: Int
    var figure: String
    /// What the page calls the figure, with its unit.
    var title: String
    var limit: Limit
    /// Which variant of ours it is for, as its rows name it.
    var peer = ours
    /// Of several runs, the one in the middle counts; where a single time is one too many, the worst.
    var judgesWorst = false

    /// The first variant, with all settings at their defaults.
    static let ours = PeerName.ours.rawValue

    static let all: [Goal] = outages + deaths + announcements + costs + loads + connections + lines + hosts + forecasts

    private static let outages: [Goal] = [
        Goal("power-loss", "1s", 1, Figure.afterDeadtime, "outage beyond the dead time, ms", .most(20)),
        Goal("power-loss", "1s", 10, Figure.afterDeadtime, "outage beyond the dead time, ms", .moreThanOneAddress(10)),
        Goal("power-loss", "1s", 100, Figure.afterDeadtime, "outage beyond the dead time, ms", .moreThanOneAddress(20)),
        Goal("power-loss", "tight", 1, Figure.outage, "outage, ms", .most(40)),
        Goal("power-loss", "tight", 1, Figure.outage, "outage, ms", .times(1, peer: "keepalived")),
        Goal("failback", "1s", 1, Figure.outage, "outage, ms", .most(14)),
        Goal("standby", "1s", 1, Figure.outage, "outage, ms", .most(20)),
        Goal("stop", "1s", 1, Figure.outage, "outage, ms", .most(20)),
        Goal("carrier-loss", "1s", 1, Figure.outage, "outage, ms", .most(30)),
        Goal("carrier-loss", "1s", 1, Figure.outage, "worst outage, ms", .most(100), judgesWorst: true),
        Goal("carrier-loss", "1s", 1, Figure.outage, "outage, ms", .most(30), for: .eager),
    ]

    /// Whether the other node is dead, and what it does if it is not quite. A lease of 500 ms ends that long before the deadtime.
    private static let deaths: [Goal] =
        ["kill", "hang"].flatMap { fault in
            [
                Goal(fault, "1s", 1, Figure.twoOwners, "two owners, ms", .most(0), judgesWorst: true),
                Goal(fault, "1s", 1, Figure.outage, "outage, ms", .most(550)),
            ]
        } + [
            Goal("power-loss", "1s", 1, Figure.afterLastHeard, "outage since last heard, ms", .most(580), for: .asking),
            Goal(
                "power-loss", "30s", 1, Figure.afterLastHeard, "outage since last heard, ms", .most(4080), for: .asking),
            Goal("media-cut", "1s", 1, Figure.twoOwners, "two owners, ms", .most(0), judgesWorst: true),
        ]
        + ["1s", "10s", "30s"].map { setting in
            Goal("power-cable", setting, 1, Figure.outage, "outage, ms", .most(150), for: .cable)
        }

    private static let announcements: [Goal] = [100, 500].map { count in
        Goal(
            "power-loss", "1s", count, Figure.announcedAfterDeadtime, "dead time to last announcement, ms",
            .times(2, peer: "floor"))
    }

    private static let costs: [Goal] = [
        Goal("cost", "1s", 1, Figure.proportionalMemory, "memory (PSS), MiB", .most(7)),
        Goal("cost", "1s", 1, Figure.processorTime, "processor seconds an hour", .most(5)),
        Goal("cost", "1s", 1, Figure.switches, "context switches a second", .most(20)),
        Goal("cost", "1s", 1, Figure.systemCalls, "system calls a keepalive interval", .most(16)),
        Goal("cost", "1s", 1, Figure.instructions, "instructions a keepalive interval", .times(4, peer: "floor")),
    ]

    private static let loads: [Goal] =
        ["100/500", "50/200", "25/100"].map { setting in
            Goal("load", setting, 1, Figure.takeovers, "takeovers without a fault", .most(0), judgesWorst: true)
        } + [
            Goal("load", "100/500", 1, Figure.quickDeaths, "quick deaths", .most(0), judgesWorst: true, for: .asking),
            Goal("forward", "1s", 1, Figure.forwardShare, "a forwarded packet costs more, %", .most(10)),
        ]

    /// At most a second beyond the dead time, which is one, too: TCP tries again in growing pauses, and does not know when the
    /// address is back.
    private static let connections: [Goal] = [ConnectionTrial.powerLoss, .killed, .cut].flatMap { trial in
        [(Figure.outgoingStall, "outgoing stall, ms"), (Figure.inboundStall, "inbound stall, ms")].map {
            figure, title in
            Goal(
                trial.name, "1s", 1, figure, title, .most(2000), judgesWorst: true,
                for: GatewayVariant.conntrackd.rawValue)
        }
    }

    private static let lines: [Goal] =
        [LinesTrial.dead, .carrier].flatMap { trial in
            [
                Goal(
                    trial.name, "1s", 1, Figure.otherLost, "datagrams lost by the other class", .most(0),
                    judgesWorst: true),
                Goal(
                    trial.name, "1s", 1, Figure.lineResume, "an old socket on the new line, ms", .most(2000),
                    judgesWorst: true),
                Goal(trial.name, "1s", 1, Figure.wrongLine, "packets by the wrong line", .most(0), judgesWorst: true),
            ]
        } + [
            Goal(
                LinesTrial.random.name, "1s", 1, Figure.wrongLine, "packets by the wrong line", .most(0),
                judgesWorst: true),
            Goal(LinesTrial.program.name, "1s", 1, Figure.programAll, "2 lines × 4 classes, ms", .most(5)),
            Goal(LinesTrial.cost.name, "1s", 1, Figure.residentMemory, "memory (RSS), MiB", .most(20)),
            Goal(LinesTrial.cost.name, "1s", 1, Figure.switches, "wake-ups a second", .most(10)),
        ]

    /// Not behind keepalived in anything that happens to three hosts, and never two of them at once.
    private static let hosts: [Goal] = HostsTrial.faults.flatMap { trial in
        [
            (Figure.outage, "outage, ms"), (Figure.upstreamOutage, "outage upstream, ms"),
            (Figure.holderOutage, "outage by the holder, ms"),
        ].map { figure, title in
            Goal(trial.name, HostsTrial.setting, 2, figure, title, .times(1, peer: HostsKeepalived.name))
        } + [Goal(trial.name, HostsTrial.setting, 2, Figure.twoHolders, "two hosts, ms", .most(0), judgesWorst: true)]
    }

    /// Another order and another owner are no goal: they fail the run.
    private static let forecasts: [Goal] = ForecastSetting.allCases.flatMap { setting in
        ForecastTrial.allCases.map { trial in
            Goal(
                trial.name, setting.rawValue, 1, Figure.beyondForecast,
                "predicted time off by more than 20 ms or 20 %, ms",
                .most(0))
        }
    }

    private init(
        _ fault: String, _ setting: String, _ addresses: Int, _ figure: String, _ title: String, _ limit: Limit,
        judgesWorst: Bool = false, for peer: PeerName = .ours
    ) {
        self.init(
            fault, setting, addresses, figure, title, limit, judgesWorst: judgesWorst, for: peer.rawValue)
    }

    private init(
        _ fault: String, _ setting: String, _ addresses: Int, _ figure: String, _ title: String, _ limit: Limit,
        judgesWorst: Bool, for peer: String
    ) {
        self.peer = peer
        self.fault = fault
        self.setting = setting
        self.addresses = addresses
        self.figure = figure
        self.title = title
        self.limit = limit
        self.judgesWorst = judgesWorst
    }

    /// `≤ 20`, `≤ 2 × floor`, `≤ 10 more than with one`.
    var limitText: String {
        switch limit {
        case .most(let most): "≤ \(decimal(most, digits: 0))"
        case .times(let factor, let peer): factor == 1 ? "≤ \(peer)" : "≤ \(decimal(factor, digits: 0)) × \(peer)"
        case .moreThanOneAddress(let more): "≤ \(decimal(more, digits: 0)) more than with one"
        }
    }

    /// What was measured of a peer in its trial.
    func measured(of peer: String, in table: RowTable) -> Spread? {
        measured(of: peer, addresses: addresses, in: table)
    }

    private func measured(of peer: String, addresses: Int, in table: RowTable) -> Spread? {
        table[TrialKey(fault: fault, setting: setting, addresses: addresses, peer: peer)].spread(figure)
    }

    /// `met`, `missed by 1.2`, or `not measured`, ours or what it is compared with.
    func verdict(in table: RowTable) -> String {
        guard let own = measured(of: peer, in: table), let most = most(in: table) else {
            return "not measured"
        }
        let value = judgesWorst ? own.greatest : own.median
        guard value > most else { return "met" }
        return "**missed by \(decimal(value - most, digits: value - most < 10 ? 1 : 0))**"
    }

    private func most(in table: RowTable) -> Double? {
        switch limit {
        case .most(let most): most
        case .times(let factor, let peer): measured(of: peer, in: table).map { factor * $0.median }
        case .moreThanOneAddress(let more):
            measured(of: peer, addresses: 1, in: table).map { $0.median + more }
        }
    }
}

extension Figure {
    // Cost of one node, all processes of the daemon together.
    /// 1 or 2: which node of the pair.
    static let node = "node"
    static let processes = "processes"
    /// In MiB: the daemon's share of the pages it uses, while both nodes run and share them.
    static let proportionalMemory = "pss_mib"
    /// The same while the other node is off.
    static let proportionalMemoryAlone = "pss_alone_mib"
    static let residentMemory = "rss_mib"
    static let lockedMemory = "locked_mib"
    static let processorTime = "cpu_s_per_hour"
    static let switches = "switches_per_s"
    static let systemCalls = "calls_per_interval"
    /// Carried out in user space for each keepalive interval; the same on a busy machine.
    static let instructions = "instructions_per_interval"
    /// What the node sends on its LAN interface and on the second link.
    static let lanPackets = "lan_packets_per_s"
    static let lanBytes = "lan_bytes_per_s"
    static let crossPackets = "cross_packets_per_s"
    static let crossBytes = "cross_bytes_per_s"

    // A cluster under load, without any fault.
    static let loadSeconds = "load_s"
    /// How often the second node came to own the address.
    static let takeovers = "takeovers"
    /// How often a node of the pair told that the other is dead.
    static let deaths = "deaths"
    /// How often a node took the other for dead because its kernel was silent.
    static let quickDeaths = "quick_deaths"
    /// How long nobody answered ARP for the address.
    static let noOwner = "no_owner_ms"
    /// Share of the processors' time that the hypervisor gave to others, in percent.
    static let steal = "steal_percent"

    // A packet that a node forwards.
    /// Processor time of one, all the way from its sender to where it is dropped.
    static let forwardTime = "forward_ns"
    /// How much more that is than without a lease, in percent, in the same round.
    static let forwardShare = "forward_percent"
}
