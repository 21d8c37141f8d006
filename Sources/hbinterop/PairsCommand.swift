// Arguments of the suite of mixed pairs.

import ArgumentParser
import Glibc
import HeartbeatInterop

struct PairsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Plays the life of pairs of which one node runs the original and the other this heartbeat.",
        discussion: """
            Handovers, deaths, stops, loss, a cut of all media: at every moment each service must run once, and nothing may be \
            started or stopped that a pair of originals would not have touched. Needs iptables beside what all need.
            """)

    @Option(help: "Only rows whose name contains this.")
    var only = ""

    @Option(help: "Only this part of them, such as 3/6, and the pairs of originals that they are compared with.")
    var sample = Sample.all

    @Option(help: "How many pairs live at the same time.")
    var jobs = 6

    @Option(help: "Directory of heartbeat and its tools.")
    var programs = ".build/release"

    @Option(help: "Directory of the resource scripts.")
    var resourceScripts = "resource.d"

    @Flag(help: "Print a line for each scene.")
    var verbose = false

    @Flag(help: "Only list the rows.")
    var list = false

    func run() throws {
        let rows = CaseMatrix.rows(of: sample).filter { only.isEmpty || $0.name.contains(only) }
        guard !list else { return rows.forEach { print($0.name) } }
        let program = InteropProgram(
            rows: rows, programs: programs, resourceScripts: resourceScripts, jobs: jobs, isVerbose: verbose)
        Glibc.exit(program.run())
    }
}
