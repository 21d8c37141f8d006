// Arguments of the bench. What it does is in HeartbeatBench.

import ArgumentParser
import Glibc
import HeartbeatBench
import HeartbeatLab
import HeartbeatModel

@main
struct HBBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbbench",
        abstract: "Measures failovers as a client sees them, one daemon beside the other.",
        discussion: """
            Each daemon runs on two nodes of its own in network namespaces; their faults are measured in turn. Needs root,
            iproute2 and util-linux, and the daemons. Touches nothing but its own namespaces and /tmp/hbb<pid>.
            Exit code 0: everything was measured; 1: a daemon did not serve or recover; 3: nothing can be measured here;
            130: interrupted.
            """, version: Version.text,
        subcommands: [
            Plan.self, Run.self, Cost.self, Forward.self, Load.self, Torture.self, Connections.self, Pairs.self,
            Lines.self, Hosts.self, Forecast.self, Report.self, MakeLoad.self, Clean.self,
        ])
}

struct Places: ParsableArguments {
    @Option(help: "File for all rows and what they were measured on (JSON).")
    var json: String?

    @Option(help: "Directory of our own programs. Default: where hbbench lies.")
    var programs: String?

    @Option(help: "Directory of the resource scripts. Default: resource.d above the programs, or /etc/ha.d/resource.d.")
    var resourceScripts: String?

    var resolved: ProgramPlaces { ProgramPlaces(programs: programs, resourceScripts: resourceScripts) }

    func measure(_ sections: [BenchSection]) -> Never {
        Glibc.exit(BenchProgram(sections: sections, file: json, places: resolved).run())
    }
}

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure everything there is a goal for.")

    @Flag(help: "A first look, about three minutes.")
    var quick = false

    @Flag(help: "Only what is about nodes and daemons that are dead or seem so, about 19 minutes.")
    var deaths = false

    @Option(help: "How often each fault is repeated.")
    var runs = 5

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
        guard !quick || !deaths else { throw ValidationError("--quick and --deaths are two plans") }
    }

    func run() {
        places.measure(
            quick ? BenchPlan.quick : deaths ? BenchPlan.deaths(runs: runs) : BenchPlan.standard(runs: runs))
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure some daemons and faults.")

    @Option(help: "Separated by commas: \(names(of: PeerName.allCases)).")
    var peers: List<PeerName> = List(PeerName.plain)

    @Option(help: "Separated by commas: \(names(of: Fault.allCases)).")
    var faults: List<Fault> = List([.powerLoss])

    @Option(
        help:
            "1s (250 ms/1 s), 10s (1 s/10 s), 30s (2 s/30 s), tight (each daemon's shortest) or KEEPALIVE/DEADTIME in milliseconds."
    )
    var setting: DetectionSetting = .oneSecond

    @Option(help: "How many addresses move together.")
    var addresses = 1

    @Option(help: "How often each fault is repeated.")
    var runs = 5

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
        guard (1...ServiceAddress.limit).contains(addresses) else {
            throw ValidationError("--addresses needs a number from 1 to \(ServiceAddress.limit)")
        }
        if let objection = section.objection { throw ValidationError(objection) }
    }

    private var section: BenchSection {
        BenchSection(peers: peers.values, faults: faults.values, setting: setting, addresses: addresses, runs: runs)
    }

    func run() { places.measure([section]) }
}

struct Cost: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure what daemons cost while nothing happens.")

    @Option(help: "Separated by commas: \(names(of: PeerName.allCases)).")
    var peers: List<PeerName> = List(PeerName.plain + [.watching])

    @Option(
        help:
            "1s (250 ms/1 s), 10s (1 s/10 s), 30s (2 s/30 s), tight (each daemon's shortest) or KEEPALIVE/DEADTIME in milliseconds."
    )
    var setting: DetectionSetting = .oneSecond

    @Option(help: "How long each pair is watched.")
    var seconds = 30

    @Option(help: "How often each pair is built and watched.")
    var runs = 3

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...86400).contains(seconds) else { throw ValidationError("--seconds needs a number from 1 to 86400") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
    }

    func run() {
        let program = CostProgram(
            peers: peers.values, setting: setting, seconds: seconds, runs: runs, file: places.json,
            places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what the lease's filters cost a packet that a node forwards.")

    @Option(help: "How often each pair is measured.")
    var rounds = 30

    @Option(help: "How long packets are sent each time, in milliseconds.")
    var milliseconds = 400

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...10_000).contains(rounds) else { throw ValidationError("--rounds needs a number from 1 to 10000") }
        guard (10...60_000).contains(milliseconds) else {
            throw ValidationError("--milliseconds needs a number from 10 to 60000")
        }
    }

    func run() {
        let program = ForwardProgram(
            rounds: rounds, span: .milliseconds(milliseconds), file: places.json, places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what load does to daemons although nothing is broken.",
        discussion: "Without --clusters everything there is a goal for, about 20 minutes.")

    @Option(help: "Under load together, separated by commas: PEER@SETTING, such as ours@25/100.")
    var clusters: Clusters?

    @Option(help: "How long they are under load.")
    var seconds = 180

    @Option(help: "Directory that the nodes' logs are copied to.")
    var logs: String?

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...86400).contains(seconds) else { throw ValidationError("--seconds needs a number from 1 to 86400") }
    }

    func run() {
        let phases = clusters.map { [LoadPhase($0.names, seconds: seconds)] } ?? LoadPhase.standard
        let program = LoadProgram(phases: phases, file: places.json, logs: logs, places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Torture: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Give every daemon the same long list of faults, drawn from a seed, and tell what each cost the client.",
        discussion: "With result files as arguments nothing is played: their rows become one table.")

    @Argument(help: "What --json of this subcommand has written.")
    var files: [String] = []

    @Option(help: "The same seed gives the same faults.")
    var seed: UInt64 = 1

    @Option(help: "How many faults.")
    var faults = 60

    @Option(help: "Separated by commas: \(names(of: TortureProgram.candidates)).")
    var peers: List<PeerName> = List([.ours, .keepalived, .heartbeat])

    @Option(help: "Only these kinds, separated by commas. Default: all.")
    var kinds: List<TortureKind> = List(TortureKind.allCases)

    @Option(help: "1s (250 ms/1 s), 10s (1 s/10 s), 30s (2 s/30 s) or KEEPALIVE/DEADTIME in milliseconds.")
    var setting: DetectionSetting = .oneSecond

    @Option(help: "File for the tables.")
    var markdown: String?

    @Option(help: "Directory for what the client saw and the nodes wrote in each fault.")
    var logs: String?

    @Flag(help: "Only print the list of faults.")
    var list = false

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...10_000).contains(faults) else { throw ValidationError("--faults needs a number from 1 to 10000") }
        guard peers.values.allSatisfy(TortureProgram.candidates.contains) else {
            throw ValidationError("--peers needs some of \(names(of: TortureProgram.candidates))")
        }
    }

    func run() {
        if !files.isEmpty { Glibc.exit(TortureProgram.tabulate(files, markdown: markdown)) }
        let schedule = TortureSchedule(seed: seed, count: faults, kinds: kinds.values)
        guard !list else { return print(schedule.text, terminator: "") }
        let program = TortureProgram(
            schedule: schedule, peers: peers.values, setting: setting, file: places.json, markdown: markdown,
            logs: logs, places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Connections: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See connections survive failovers of two gateways with conntrackd, and die without.",
        discussion: """
            Needs conntrackd, conntrack and nftables, and the built hb_site. Exit code 1 also when a connection died that must \
            survive, or one survived in the control.
            """)

    @Option(help: "Separated by commas: \(names(of: ConnectionTrial.allCases)).")
    var faults: List<ConnectionTrial> = List(ConnectionTrial.allCases)

    @Option(help: "How often each fault is repeated.")
    var runs = 5

    @Option(help: "How many connections are taken over to measure that, separated by commas; none: 0.")
    var entries: Numbers = Numbers([1000, 10_000, 100_000])

    @Option(help: "Directory that the nodes' logs are copied to.")
    var logs: String?

    @Flag(help: "Where this cannot be played here, say so and succeed.")
    var maySkip = false

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
        guard entries.values.allSatisfy({ (0...100_000).contains($0) }) else {
            throw ValidationError("--entries needs numbers from 0 to 100000")
        }
    }

    func run() {
        let program = ConnectionsProgram(
            trials: faults.values, runs: runs, entries: entries.values.filter { $0 > 0 }, maySkip: maySkip,
            file: places.json, logs: logs, places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move one of two pairs, and measure when the other one has followed.",
        discussion: "Exit code 1 when the pairs did not come to the same tunnel, or not within a second.")

    @Option(help: "Separated by commas: \(names(of: PairsTrial.allCases)).")
    var faults: List<PairsTrial> = List(PairsTrial.allCases)

    @Option(help: "How often each is repeated.")
    var runs = 20

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...1000).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 1000") }
    }

    func run() {
        Glibc.exit(
            PairsProgram(trials: faults.values, runs: runs, file: places.json, places: places.resolved).run())
    }
}

struct Lines: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the line of a gateway die, under hb_lines and under a shell script, and measure what both cost.",
        discussion: "Needs nftables and the built hb_lines.")

    @Option(help: "Separated by commas: \(names(of: LinesTrial.allCases)).")
    var trials: List<LinesTrial> = List(LinesTrial.allCases)

    @Option(help: "How often each is repeated.")
    var runs = 5

    @Option(help: "How many deaths of a line a random run has.")
    var switches = 20

    @Option(help: "How long the cost is watched each time.")
    var seconds = 30

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
        guard (1...10_000).contains(switches) else {
            throw ValidationError("--switches needs a number from 1 to 10000")
        }
        guard (1...86400).contains(seconds) else { throw ValidationError("--seconds needs a number from 1 to 86400") }
    }

    func run() {
        let program = LinesProgram(
            trials: trials.values, runs: runs, switches: switches, seconds: seconds, file: places.json,
            places: places.resolved)
        Glibc.exit(program.run())
    }
}

struct Hosts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Break three hosts of a gateway service, under hb_gateway and under keepalived, and watch what five cost.",
        discussion: "Needs keepalived and the built hb_gateway.")

    @Option(help: "Separated by commas: \(names(of: HostsTrial.allCases)).")
    var faults: List<HostsTrial> = List(HostsTrial.allCases)

    @Option(help: "How often each fault is repeated.")
    var runs = 5

    @Option(help: "How long the cost is watched each time.")
    var seconds = 30

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
        guard (1...86400).contains(seconds) else { throw ValidationError("--seconds needs a number from 1 to 86400") }
    }

    func run() {
        let program = HostsProgram(
            trials: faults.values, runs: runs, seconds: seconds, file: places.json, places: places.resolved)
        Glibc.exit(program.run())
    }
}

/// Numbers separated by commas.
struct Numbers: ExpressibleByArgument {
    var values: [Int]

    init(_ values: [Int]) {
        self.values = values
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        values = words.compactMap { Int($0) }
        guard values.count == words.count else { return nil }
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the page of benchmarks and its picture up to date with result files.")

    @Argument(help: "What --json of the other subcommands has written.")
    var files: [String]

    @Option(help: "The page; only what stands between its markers is replaced. Default: standard output.")
    var markdown: String?

    @Option(help: "The picture (SVG).")
    var picture: String?

    func run() {
        Glibc.exit(ReportProgram(files: files, page: markdown, picture: picture).run())
    }
}

/// Started by `load` itself, so that the load is made by processes like any other.
struct MakeLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-load", abstract: "Make one kind of load until ended.", shouldDisplay: false)

    @Argument var kind: LoadKind
    @Argument(help: "Directory of the file that is written.") var directory: String

    func run() throws {
        try kind.run(in: directory)
    }
}

extension LoadKind: ExpressibleByArgument {}

/// Words such as `ours@25/100`, separated by commas.
struct Clusters: ExpressibleByArgument {
    var names: [ClusterName]

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        names = words.compactMap { ClusterName(String($0)) }
        guard names.count == words.count else { return nil }
    }
}

struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Only remove what killed runs have left behind.")

    func run() {
        Glibc.exit(BenchProgram.sweep())
    }
}

/// Words separated by commas, each of which must be known.
struct List<Element: RawRepresentable>: ExpressibleByArgument where Element.RawValue == String {
    var values: [Element]

    init(_ values: [Element]) {
        self.values = values
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        values = words.compactMap { Element(rawValue: String($0)) }
        guard values.count == words.count else { return nil }
    }

    var defaultValueDescription: String { values.map(\.rawValue).joined(separator: ",") }
}

/// As help texts list them.
func names<Element: RawRepresentable>(of elements: [Element]) -> String where Element.RawValue == String {
    elements.map(\.rawValue).joined(separator: ", ")
}

extension DetectionSetting: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(argument)
    }
}
