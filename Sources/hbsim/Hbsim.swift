// Command line of the simulator.

import ArgumentParser
import HeartbeatModel
import HeartbeatSimulator

@main
struct Hbsim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbsim",
        abstract: "Runs pairs of nodes in virtual time with everything going wrong, and checks that the rules hold.",
        discussion: """
            Every run is determined by its seed. Exit code 0 only if every rule held in every run; otherwise the \
            violations are printed with the last lines of the run and the command that repeats it.

            --replay plays what hbctl record save has written. Exit code 0: each group ends where it ended then; 1: it does \
            not, or it cannot be played; 64: the file is no record.
            """, version: Version.text)

    @Option(help: "First seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, counting up from the first.")
    var seeds: UInt64 = 1

    @Flag(help: "Print everything that happens, with every message.")
    var trace = false

    @Flag(help: "Print one line a seed: steps, virtual seconds, takeovers, digest.")
    var digests = false

    @Flag(help: "Explore all interleavings within bounds instead: --seeds is how far, 1 as in the tests.")
    var explore = false

    @Flag(help: "Run two to six hosts of a gateway service instead of a pair of nodes.")
    var gateways = false

    @Flag(
        help:
            "Print what every combination of cuts comes to, as docs/what-moves-the-service.md and docs/veto.md show it."
    )
    var cuts = false

    // The mutants are built of the simulator alone.
    #if canImport(HeartbeatReplay)
        @Option(help: ArgumentHelp("Play the record of a movement.", valueName: "file"))
        var replay: String?
    #endif

    func run() throws {
        #if canImport(HeartbeatReplay)
            if let replay { return try RecordPlay(path: replay).run() }
        #endif
        if cuts { return print(CutTable.markdown() + "\n\n" + VetoTable.markdown()) }
        if gateways { return try explore ? exploreGateways() : runGateways() }
        if explore { return try exploreAll() }
        let report = SimulationReport.run(seeds: seed..<(seed &+ seeds), traced: trace, showsDigests: digests) {
            print($0)
        }
        print(report.summary)
        if report.failures > 0 { throw ExitCode.failure }
    }

    private func runGateways() throws {
        let report = GatewayReport.run(seeds: seed..<(seed &+ seeds), traced: trace) { print($0) }
        print(report.summary)
        if report.failures > 0 { throw ExitCode.failure }
    }

    /// `seeds` faults in every run: 1 is all single faults, 2 all pairs of them as well.
    private func exploreGateways() throws {
        for var exploration in GatewayExploration.all(size: Int(seeds)) {
            exploration.run()
            print(exploration.summary)
            guard let objection = exploration.objection else { continue }
            print(objection)
            throw ExitCode.failure
        }
    }

    private func exploreAll() throws {
        for bounds in Exploration.worlds(size: Int(seeds)) {
            let result = Exploration.explore(bounds)
            let end = result.isComplete ? "all of them" : "not all of them"
            print("\(bounds.name): \(result.states) states, \(end); \(result.steps) steps, depth \(result.depth)")
            guard let objection = result.objection else { continue }
            print(objection)
            throw ExitCode.failure
        }
    }
}
