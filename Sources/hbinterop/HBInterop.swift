// Arguments of the comparisons with the original. What they do is in HeartbeatInterop.

import ArgumentParser

@main
struct HBInterop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbinterop",
        abstract: "Compares this heartbeat with Debian's heartbeat 3.0.6.",
        discussion: """
            Needs root, iproute2, util-linux and the package heartbeat. Exit code 0: nobody could tell; 1: somebody could; \
            3: impossible here; 130: interrupted.
            """,
        subcommands: [PairsCommand.self])
}
