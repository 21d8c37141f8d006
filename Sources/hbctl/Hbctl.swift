// hbctl: the pair in an operator's hands. Only argument parsing; what is asked is in HeartbeatOperator, what is said in
// HeartbeatStatus.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

@main
struct Hbctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbctl", abstract: "Tells how the pair is, and what to do about it.",
        discussion: """
            EXAMPLES
              hbctl status                         who serves, who could, what is wrong
              hbctl status --json                  the same for programs
              hbctl status --nagios                one line for monitors
              hbctl metrics                        the same for Prometheus
              hbctl watch                          the same as a live screen
              hbctl plan power gw-a                what would come of it
              hbctl history                        which groups have moved
              hbctl why                            why the last one moved, and what would have kept it
              hbctl check                          what is wrong with the files and this machine
              hbctl script-test FILE ARGUMENT      whether a resource script keeps its contract
              hbctl standby                        gives groups away, after a question
              hbctl drill                          rehearses a failover, and measures it
              hbctl maintenance on                 takes this node out of service
              hbctl import keepalived A.conf B.conf   our files, made of another program's
              hbctl status --help                  all options, and the exit status

            Members of group haclient may ask; orders are for root.
            """, version: Version.text,
        subcommands: [
            Status.self, History.self, Check.self, Standby.self, Takeover.self, Failback.self, Move.self, Drill.self,
            MaintenanceCommand.self, Watch.self, Plan.self, Why.self, Record.self, Metrics.self, ImportCommand.self,
            Export.self, ScriptTest.self,
        ])

    /// A program that asked for JSON gets it also when the command line is wrong.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .success, let script = BashWords.script(around: fullMessage(for: error)) {
                Terminal.write(script)
                Glibc.exit(0)
            }
            if code != .success, CommandLine.arguments.contains("--json") {
                let text = ErrorJSON(
                    command: CommandLine.arguments.dropFirst().first ?? "", exit: code.rawValue, code: "usage",
                    sentence: message(for: error), remedy: ["hbctl --help"]
                ).text
                Terminal.write(text)
                Glibc.exit(code.rawValue)
            }
            exit(withError: error)
        }
    }
}
