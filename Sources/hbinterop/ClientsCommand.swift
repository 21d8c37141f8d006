// Arguments of the comparison of clients.

import ArgumentParser
import Glibc
import HeartbeatInterop

struct ClientsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Runs Debian's cl_status, ipfail, ccm and api_test beside the original and beside ours.",
        discussion: """
            Six pairs live through the same scenes: a lost ping node, a killed client, a failed failfast program, a dead peer. \
            Whatever the clients print, and the code they exit with, must be the same in all of them.
            """)

    @Flag(name: .shortAndLong, help: "Print everything that the clients printed.")
    var verbose = false

    @Flag(help: "Compare the original with itself: what differs then is chance.")
    var originals = false

    @Option(help: "Directory of heartbeat and its tools. Default: where hbinterop lies.")
    var programs: String?

    @Option(help: "Play it only if it is this part's turn; scripts and clients take turns.")
    var sample = Sample.all

    func run() throws {
        guard sample.plays(0, of: 2) else { return print("clients: not in the sample \(sample)") }
        Glibc.exit(ClientsProgram(programs: programs, isVerbose: verbose, areOriginals: originals).run())
    }
}
