// hb_takeover: acquires resource groups from the other node. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatControl

@main
struct HbTakeover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_takeover", abstract: "Acquires resource groups from the other node.")

    @Argument(help: "all (default), foreign, local or failback, which is foreign.") var resources: String?

    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = "/run"

    func run() {
        let tool = Tool(name: "hb_takeover", client: ControlClient(runDirectory: runDirectory))
        let reply = tool.order(resources, sentence: { "Taking over [\($0)]." }, request: { .takeover($0) })
        Glibc.exit(tool.show(reply))
    }
}
