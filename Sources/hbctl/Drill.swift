// hbctl drill: a rehearsed failover, measured, with the way back. Only argument parsing.

import ArgumentParser
import HeartbeatModel
import HeartbeatStatus

struct Drill: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Gives groups to the other node, takes them back, and measures both ways.",
        discussion: """
            What this node serves goes to the other node and comes back; where this node serves nothing, what the other one serves \
            comes here and returns. It shows its plan, then asks. It begins only while hbctl status is OK. When the pair gets worse \
            on the way, or on SIGINT, SIGTERM and SIGHUP, the groups come home at once. Meanwhile this node asks the LAN who answers \
            for each address (docs/drill.md). Its JSON is schemas/hbctl-drill-1.json.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl drill
              hbctl drill local --yes --hold 60
            """)

    @Argument(help: "all, local or foreign.")
    var groups = GroupSet.all

    @Option(help: ArgumentHelp("How long the groups stay away.", valueName: "seconds"))
    var hold = 5

    @OptionGroup var options: OrderOptions

    func validate() throws {
        guard (0...86_400).contains(hold) else {
            throw ValidationError("--hold needs a number of seconds, at most a day")
        }
    }

    func run() { options.drill(groups.set, holding: .seconds(hold)) }
}
