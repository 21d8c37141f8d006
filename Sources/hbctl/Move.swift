// hbctl move: brings one group to the node that does not serve it. Only argument parsing.

import ArgumentParser
import HeartbeatStatus

struct Move: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Moves one group between the nodes, without the rest of its set.",
        discussion: """
            It shows what will happen, then asks. The other node runs the group until its set changes hands, until a failback, or until \
            it cannot run it: then it returns. Groups are called by their first resource. With heartbeat 3 on the other node it is \
            refused.

            A group that the other node serves comes here if it is the only one of its set, or was given away by this node. Else it is \
            refused, with what to type on the other node.

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
