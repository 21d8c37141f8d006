// The command line of hb_standby and hb_takeover, which have all of it in common: options, exit codes, help.

import ArgumentParser
import Glibc
import HeartbeatControl
import HeartbeatModel

/// The command line of both programs.
package struct MoveOptions: ParsableArguments {
    @Argument(help: "all (default), foreign, local or failback: foreign for hb_standby, all for hb_takeover.")
    var resources: String?

    @Flag(help: "Return when the groups have moved. (Not in the original.)")
    var wait = false

    @Option(help: ArgumentHelp("With --wait: how long. (Not in the original.)", valueName: "seconds"))
    var timeout = 300

    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = "/run"

    package init() {}

    package func validate() throws {
        guard (1...1_000_000).contains(timeout) else { throw ValidationError("--timeout needs a number of seconds") }
    }

    /// Gives the order and, if asked to, waits until it has been carried out. Returns the exit code.
    func perform(_ move: Move) -> Int32 {
        // A script that heartbeat 3 has left in rc.d gives the order that the daemon is carrying out already.
        if move == .standby, let type = getenv("HA_t"), String(cString: type) == "hb_takeover" { return 0 }
        let tool = Tool(name: move.program, client: ControlClient(runDirectory: runDirectory))
        let before = wait ? tool.facts() : nil
        let code = tool.show(tool.order(move, of: resources))
        guard wait, code == ControlExit.success, let set = move.set(for: resources ?? "all") else { return code }
        return tool.show(tool.wait(for: move, of: set, before: before, atMost: .seconds(timeout)))
    }
}

/// One of the two programs.
package protocol MoveCommand: ParsableCommand {
    static var move: Move { get }
    var options: MoveOptions { get }
}

extension MoveCommand {
    /// The original's code for a bad command line instead of the library's.
    package static func main() {
        do {
            let command = try parse()
            Glibc.exit(command.options.perform(move))
        } catch {
            if exitCode(for: error) == .success { exit(withError: error) }
            let tool = Tool(name: move.program, client: ControlClient())
            Glibc.exit(tool.show(ControlReply(exitCode: ControlExit.failure, errors: [fullMessage(for: error)])))
        }
    }

    /// Its name, version and help.
    package static func description(abstract: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: move.program, abstract: abstract,
            discussion: """
                Groups are called as this node sees them: local ones prefer this node in haresources, foreign ones the other \
                node. The command returns as soon as the daemon has taken the order, unless --wait is given.

                EXIT STATUS
                  0   the order was taken; with --wait: the groups have moved
                  1   refused, or heartbeat is not running; with --wait: not moved
                  12  no answer in time; with --wait: not over in time

                EXAMPLES
                  \(move.program)                     everything
                  \(move.program) foreign             what belongs to the other node
                  \(move.program) all --wait --timeout 120 && echo moved
                """, version: Version.text)
    }
}
