// Arguments of the suite of script calls.

import ArgumentParser
import Glibc
import HeartbeatInterop

struct ScriptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scripts",
        abstract: "Has a pair of each software call the same scripts in the same scenes, and compares the calls.",
        discussion: """
            Cold start, handovers, death, stop and return: words, order, working directory and environment of resource \
            scripts, and which events run a script in rc.d; once with auto_failback on, once in legacy mode. About two minutes.
            """)

    @Option(help: "Directory of heartbeat and its tools.")
    var programs = ".build/release"

    @Option(help: "Directory of the resource scripts.")
    var resourceScripts = "resource.d"

    @Flag(name: .shortAndLong, help: "Also print what is the same.")
    var verbose = false

    @Option(help: "Play it only if it is this part's turn; scripts and clients take turns.")
    var sample = Sample.all

    func run() throws {
        guard sample.plays(1, of: 2) else { return print("scripts: not in the sample \(sample)") }
        Glibc.exit(
            ScriptsProgram(programs: programs, resourceScripts: resourceScripts, isVerbose: verbose).run())
    }
}
