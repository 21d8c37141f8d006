// hbctl maintenance: takes this node out of service, or puts it back. Only argument parsing.

import ArgumentParser
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct MaintenanceCommand: ParsableCommand {
    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on
        case off
    }

    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Takes this node out of service, or puts it back.",
        discussion: """
            A node in maintenance gives its groups to the other node and gets none while that serves; it takes over when the other \
            one dies. It stays so over a restart and a boot, until "off" or until the time that --until gives. With heartbeat 3 on the \
            other node it is refused.

            \(OrderOptions.exitStatus)

            EXAMPLES
              hbctl maintenance on --reason "new disks"
              hbctl maintenance on --reason "kernel" --until 2h --yes
              hbctl maintenance off
            """)

    @Argument(help: "on or off.")
    var position: Switch

    @Option(help: "Why, for whoever asks: at most 80 bytes.")
    var reason = "no reason was given"

    @Option(help: ArgumentHelp("It ends then: 90m, 2h, 3d, 17:30 or 2026-11-28T17:30.", valueName: "time"))
    var until: String?

    @OptionGroup var options: OrderOptions

    func validate() throws {
        if position == .off, until != nil { throw ValidationError("--until goes with \"on\"") }
        if Maintenance(reason: reason) == nil {
            throw ValidationError("--reason needs 1 to \(Maintenance.longestReason) bytes on one line")
        }
        if until != nil, end == nil { throw ValidationError("--until needs a time to come, as 2h or 17:30") }
    }

    private var end: UInt64? { until.flatMap { UntilTime.parse($0) } }

    func run() {
        options.perform(.maintenance(position == .off ? nil : Maintenance(reason: reason, until: end)))
    }
}
