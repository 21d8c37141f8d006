// hbctl standby: gives groups to the other node. Only argument parsing.

import ArgumentParser
import HeartbeatStatus

struct Standby: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standby", abstract: "Gives groups to the other node.",
        discussion: """
            It shows which groups go where, and by which scripts, then asks. Groups are called as this node sees them: local ones prefer \
            this node in haresources, foreign ones the other node.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl standby
              hbctl standby local --yes --timeout 60
            """)

    @Argument(help: "all, local or foreign.")
    var groups = GroupSet.all

    @OptionGroup var options: OrderOptions

    func run() { options.perform(.standby(groups.set)) }
}
