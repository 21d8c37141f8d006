// Arguments of the configuration suite.

import ArgumentParser
import Glibc
import HeartbeatInterop

struct ConfigurationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration",
        abstract: "Gives the same files to both and compares what they make of them.",
        discussion: """
            The cases are Tests/Interop/configuration/*.case. Nothing of this machine is touched but /tmp/hbc<pid>; with \
            --clean only what killed runs have left there is removed.
            """)

    @Argument(help: "Only cases whose names contain one of these words.")
    var only: [String] = []

    @Option(help: "Only this part of them, such as 3/6.")
    var sample = Sample.all

    @Option(name: .shortAndLong, help: "How many cases at once.")
    var jobs = 8

    @Flag(name: .shortAndLong, help: "Print every effective value of both.")
    var verbose = false

    @Flag(help: "Only remove what killed runs have left behind.")
    var clean = false

    @Option(help: "Directory of heartbeat and cl_status. Default: where hbinterop lies.")
    var programs: String?

    func run() throws {
        guard !clean else { Glibc.exit(ConfigurationProgram.sweep()) }
        let program = ConfigurationProgram(
            only: only, sample: sample, parallel: jobs, isVerbose: verbose, programs: programs)
        Glibc.exit(program.run())
    }
}
