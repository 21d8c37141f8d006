// What a person behind the machine can do with its cables, by QEMU's monitor.

import HeartbeatLab

/// The monitor of one machine. Each command is a connection of its own.
struct MachineMonitor {
    /// The monitor's socket.
    let path: String
    private static let patience = Duration.seconds(10)

    /// Plugs in or pulls the cable of an interface: its carrier and its MII say so.
    func plug(_ interface: String, _ isPlugged: Bool) throws {
        struct Link: Encodable {
            var name: String
            var up: Bool
        }
        try ask("set_link", Link(name: interface, up: isPlugged))
    }

    private func ask(_ command: String, _ arguments: (some Encodable)?) throws {
        let deadline = Moment.now() + Self.patience
        let socket = try LineSocket(path)
        _ = try socket.line(by: deadline)  // It greets.
        _ = try socket.ask("qmp_capabilities", NoArguments?.none, as: NoArguments.self, by: deadline)
        _ = try socket.ask(command, arguments, as: NoArguments.self, by: deadline)
    }
}
