// hb_standby: hands resource groups to the other node. Only argument parsing.

import ArgumentParser
import HeartbeatControl
import HeartbeatMove

@main
struct HbStandby: MoveCommand {
    static let move = Move.standby
    static let configuration: CommandConfiguration = description(
        abstract: "Hands resource groups of this node to the other node.")

    @OptionGroup var options: MoveOptions
}
