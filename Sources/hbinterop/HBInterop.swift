// Arguments of the interoperability suite. What it does is in HeartbeatInterop.

import ArgumentParser
import Glibc
import HeartbeatInterop

@main
struct HBInterop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbinterop",
        abstract: "Plays the life of pairs of which one node runs Debian's heartbeat 3.0.6 and the other this one.",
        discussion: "Needs root, iproute2, util-linux, iptables and heartbeat. Exit code 0 only if nobody could tell.")

    @Option(help: "Only rows whose name contains this.")
    var only = ""

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
        let rows = CaseMatrix.all.filter { only.isEmpty || $0.name.contains(only) }
        guard !list else { return rows.forEach { print($0.name) } }
        let program = InteropProgram(
            rows: rows, programs: programs, resourceScripts: resourceScripts, jobs: jobs, isVerbose: verbose)
        Glibc.exit(program.run())
    }
}
