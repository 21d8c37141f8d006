// What our own daemon is to reach, as data: one line a goal. How far it is from them is computed elsewhere.

/// A limit for one figure.
struct Goal: Hashable, Sendable {
    /// The trials it is about.
    var fault: String
    var setting: String
    var addresses: Int
    var figure: String
    /// What the page calls the figure, with its unit.
    var title: String
    /// The figure must not be above it.
    var limit: Double
    /// Of several runs, the one in the middle counts; where a single time is one too many, the worst.
    var judgesWorst = false

    static let all: [Goal] = outages + costs + loads

    private static let outages: [Goal] = [
        Goal("power-loss", "1s", 1, Figure.afterDeadtime, "outage beyond the dead time, ms", 5),
        Goal("power-loss", "1s", 10, Figure.afterDeadtime, "outage beyond the dead time, ms", 10),
        Goal("power-loss", "1s", 100, Figure.afterDeadtime, "outage beyond the dead time, ms", 20),
        Goal("power-loss", "1s", 500, Figure.afterDeadtime, "outage beyond the dead time, ms", 60),
        Goal("power-loss", "tight", 1, Figure.outage, "outage, ms", 50),
        Goal("failback", "1s", 1, Figure.outage, "outage, ms", 10),
        Goal("standby", "1s", 1, Figure.outage, "outage, ms", 10),
        Goal("stop", "1s", 1, Figure.outage, "outage, ms", 10),
        Goal("hang", "1s", 1, Figure.outage, "outage, ms", 100),
    ]

    private static let costs: [Goal] = [
        Goal("cost", "1s", 1, Figure.proportionalMemory, "memory (PSS), MiB", 7),
        Goal("cost", "1s", 1, Figure.processorTime, "processor seconds an hour", 5),
        Goal("cost", "1s", 1, Figure.switches, "context switches a second", 20),
        Goal("cost", "1s", 1, Figure.systemCalls, "system calls a keepalive interval", 16),
    ]

    private static let loads: [Goal] = ["100/500", "50/200", "25/100"].map { setting in
        Goal("load", setting, 1, Figure.takeovers, "takeovers without a fault", 0, judgesWorst: true)
    }

    private init(
        _ fault: String, _ setting: String, _ addresses: Int, _ figure: String, _ title: String, _ limit: Double,
        judgesWorst: Bool = false
    ) {
        self.fault = fault
        self.setting = setting
        self.addresses = addresses
        self.figure = figure
        self.title = title
        self.limit = limit
        self.judgesWorst = judgesWorst
    }

    /// `met`, `missed by 1.2`, or `not measured`.
    func verdict(_ measured: Spread?) -> String {
        guard let measured else { return "not measured" }
        let value = judgesWorst ? measured.greatest : measured.median
        guard value > limit else { return "met" }
        return "**missed by \(decimal(value - limit, digits: value - limit < 10 ? 1 : 0))**"
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
    /// How long nobody answered ARP for the address.
    static let noOwner = "no_owner_ms"
    /// Share of the processors' time that the hypervisor gave to others, in percent.
    static let steal = "steal_percent"
}
