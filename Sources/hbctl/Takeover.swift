// hbctl takeover: takes groups from the other node. Only argument parsing.

import ArgumentParser
import HeartbeatStatus

struct Takeover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "takeover", abstract: "Takes groups from the other node.",
        discussion: """
            It shows which groups come, and by which scripts, then asks. Groups are called as this node sees them: local ones prefer this \
            node in haresources, foreign ones the other node.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl takeover
              hbctl takeover local --yes --json
            """)

    @Argument(help: "all, local or foreign.")
    var groups = GroupSet.all

    @OptionGroup var options: OrderOptions

    func run() { options.perform(.takeover(groups.set)) }
}
