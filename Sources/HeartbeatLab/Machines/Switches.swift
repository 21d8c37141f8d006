// The switches of a laboratory. They stand in a namespace of their own, so every cable has an end outside the machine it serves:
// pulling it there is what the machine would see of a pulled cable. What is plugged in where, others decide.

import CLinux
import Glibc

/// Bridges, and the ports that cables lead to.
final class Switches {
    let namespace: NetworkNamespace
    /// Reaches the bridges without a program, which would take milliseconds.
    private var socket: Int32 = -1
    private var numbers: [String: Int32] = [:]

    /// Makes nothing yet.
    init(name: String) { namespace = NetworkNamespace(name: name) }

    /// Makes the namespace and bridges of these names.
    func make(_ bridges: [String]) throws {
        _ = try NetworkNamespace.make(namespace.name)
        socket = try namespace.open("route socket") { clinux_lab_route_socket() }
        try namespace.configure(bridges.flatMap { ["link add name \($0) type bridge", "link set dev \($0) up"] })
    }

    /// Leads a cable from a bridge to a machine, whose interface stays as it is made: down.
    func lead(
        _ port: String, of bridge: String, to machine: NetworkNamespace, interface: String, address: HardwareAddress
    ) throws {
        try namespace.configure([
            "link add \(port) type veth peer name \(interface) address \(address) netns \(machine.name)",
            "link set \(port) master \(bridge) up",
        ])
    }

    /// The number of a port, by which it can be cut without a program.
    func number(of port: String) throws -> Int32 {
        if let known = numbers[port] { return known }
        for line in try Command.succeed(["ip", "-n", namespace.name, "-o", "link", "show"]).split(separator: "\n") {
            // `7: lan-cluster1@if2: <…>`
            let words = line.split(separator: " ")
            guard words.count > 1, let number = Int32(words[0].prefix { $0 != ":" }) else { continue }
            numbers[String(words[1].prefix { $0 != "@" && $0 != ":" })] = number
        }
        guard let number = numbers[port] else { throw LabError.missing("the switches have no port \(port)") }
        return number
    }

    /// Switches ports on or off, and with them the carriers at the other ends of their cables.
    func set(_ ports: [String], up: Bool) throws {
        try namespace.configure(ports.map { "link set \($0) \(up ? "up" : "down")" })
    }

    /// Ends all forwarding at a port, at once, until it is switched off and on again. Nobody behind it sees a carrier change.
    func cut(_ port: Int32) throws {
        try check(clinux_lab_cut_port(socket, port), "cut port \(port)")
    }

    /// Switches a port off as fast as a cut, which a program would not be.
    func switchOff(_ port: Int32) throws {
        // A netlink header (RTM_NEWLINK, a request with an acknowledgement), then `ifinfomsg`: of the flags only IFF_UP changes.
        let words: [UInt32] = [32, 16 | 5 << 16, 0, 0, 0, UInt32(port), 0, UInt32(IFF_UP)]
        let count = words.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, 0) }
        try check(Int32(count), "switch port \(port) off")
        // The code follows the header of the answer.
        let answer = readSome(socket, atMost: 1024)
        let code = answer.count < 20 ? EIO : -answer[16..<20].reversed().reduce(0) { $0 << 8 | Int32($1) }
        guard code == 0 else { throw LabError.system(operation: "switch port \(port) off", code: code) }
    }

    /// From now on what the rules say is lost, and nothing else. Needs the program nft.
    func lose(_ losses: FrameLosses) throws {
        try Command.succeed(namespace.inside + ["nft", "-f", "-"], input: losses.script)
    }

    /// Takes the namespace away.
    func close() {
        namespace.remove()
        if socket >= 0 { _ = Glibc.close(socket) }
        socket = -1
    }
}
