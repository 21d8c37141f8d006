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

    func run() throws {
        Glibc.exit(ClientsProgram(programs: programs, isVerbose: verbose, areOriginals: originals).run())
    }
}
