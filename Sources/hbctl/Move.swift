// hbctl move: gives one group to the other node. Only argument parsing.

import ArgumentParser
import HeartbeatStatus

struct Move: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Gives one group to the other node, without the rest of its set.",
        discussion: """
            It shows what will happen, then asks. The other node runs the group until its set changes hands, until a failback, or until \
            it cannot run it: then it returns. Groups are called by their first resource. With heartbeat 3 on the other node it is \
            refused.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl move 10.0.0.1/24
              hbctl move web --yes --json
            """)

    @Argument(help: ArgumentHelp("The group, as hbctl status calls it.", valueName: "group"), completion: .groups)
    var group: String

    @OptionGroup var options: OrderOptions

    func run() { options.perform(.move(group)) }
}
