// hb_takeover: acquires resource groups from the other node. Only argument parsing.

import ArgumentParser
import HeartbeatControl
import HeartbeatMove

@main
struct HbTakeover: MoveCommand {
    static let move = Move.takeover
    static let configuration: CommandConfiguration = description(
        abstract: "Acquires resource groups from the other node.")

    @OptionGroup var options: MoveOptions
}
