// hb_standby: hands resource groups to the other node. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatControl

@main
struct HbStandby: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_standby", abstract: "Hands resource groups of this node to the other node.")

    @Argument(help: "all (default), foreign, local or failback, which is foreign.") var resources: String?

    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = "/run"

    func run() {
        let tool = Tool(name: "hb_standby", client: ControlClient(runDirectory: runDirectory))
        let reply = tool.order(resources, sentence: { "Going standby [\($0)]." }, request: { .standby($0) })
        Glibc.exit(tool.show(reply))
    }
}
