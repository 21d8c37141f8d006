// hbctl failback: brings every group to the node that haresources names. Only argument parsing.

import ArgumentParser
import HeartbeatStatus

struct Failback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failback", abstract: "Brings every group to the node that haresources names.",
        discussion: """
            It can be given on either node, and does not wait for failback_delay. It shows what moves, then asks.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl failback
              hbctl failback --yes
            """)

    @OptionGroup var options: OrderOptions

    func run() { options.perform(.failback) }
}
