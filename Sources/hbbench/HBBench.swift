// Arguments of the bench. What it does is in HeartbeatBench.

import ArgumentParser
import HeartbeatBench

@main
struct HBBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbbench", abstract: "Measures failovers from the client's side, one daemon beside the other.")
}
