// cl_status: tells what the heartbeat of this machine knows. Only argument parsing; words and exit codes are in
// HeartbeatControl.

import ArgumentParser
import Glibc
import HeartbeatControl
import HeartbeatModel

@main
struct ClStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cl_status", abstract: "Tells what the heartbeat of this machine knows.",
        discussion: """
            Every sub-command takes -m, which answers in sentences instead of words.

            EXIT STATUS
              0   yes: running, active, up, answered
              1   no: stopped, dead, unset; heartbeat is not running
              11  a parameter is missing or names nothing
              12  heartbeat did not answer within 5 s
              13  anything else

            EXAMPLES
              cl_status hbstatus                   is it running?
              cl_status nodestatus cluster2        active, up, dead, ...
              cl_status hblinkstatus cluster2 eth1
              cl_status rscstatus                  none, local, foreign, all or transition
              cl_status hbparameter -p deadtime    as in ha.cf, or the default
              cl_status groups                     all groups and their state here
              cl_status network                    interfaces and paths that are watched
              cl_status lines                      lines to the internet, and who uses which
              cl_status files                      are the files of "sync" lines the same on both nodes?
              cl_status timeline                   where the time of the last movements went
            """, version: Version.text,
        subcommands: [
            HbStatus.self, ListNodes.self, NodeStatusCommand.self, NodeType.self, NodeWeight.self, NodeSite.self,
            ListHbLinks.self, HbLinkStatus.self, ClientStatus.self, RscStatus.self, HbParameter.self, Groups.self,
            Network.self, Lines.self, Files.self, Timeline.self, Snapshot.self,
        ])

    /// The original's codes instead of the library's.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            Glibc.exit(complain(about: error))
        }
    }

    private static func complain(about error: any Error) -> Int32 {
        let tool = Tool(name: "cl_status", client: ControlClient())
        let words = CommandLine.arguments.dropFirst()
        let isKnown = configuration.subcommands.contains { command in
            let names = [command.configuration.commandName ?? ""] + command.configuration.aliases
            return words.first.map(names.contains) == true
        }
        let text = isKnown ? "No enough parameter." : "ERROR: \(words.first ?? ""): invalid sub-command."
        return tool.show(ControlReply(exitCode: ControlExit.badParameter, errors: [text, message(for: error)]))
    }
}

struct Options: ParsableArguments {
    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = "/run"

    @Flag(name: .customShort("m"), help: "Answer in sentences.")
    var inProse = false

    /// Asks, prints and ends the program.
    func ask(_ question: ClusterQuestion) -> Never {
        let tool = Tool(name: "cl_status", client: ControlClient(runDirectory: runDirectory))
        Glibc.exit(tool.show(tool.reply(to: question, inProse: inProse)))
    }
}
