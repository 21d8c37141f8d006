// The kernel's rules and routes after every decision: all that is wanted, nothing else of ours, and everybody else's.

import Glibc
import HeartbeatFormats
import HeartbeatLab
import HeartbeatLineKeeper
import HeartbeatLines
import HeartbeatModel
import HeartbeatNetlink
import Testing

@Suite(.enabled(if: geteuid() == 0, "network namespaces need root")) struct LineKernelTests {
    @Test(
        "After each of 1,000 random events the kernel has what is wanted, whatever was removed, and others' entries stay"
    )
    func anything() throws {
        try RandomLines.inNamespace { lines in
            for number in 0..<1000 {
                lines.event()
                try lines.check(number)
            }
        }
    }
}

/// Four lines and six classes in a namespace of their own, whose kernel is told what a machine decides of random events.
private struct RandomLines {
    private static let names = ["one", "two", "three", "four"]
    private var random = SplitMix64(seed: 16)
    private var machine: LineMachine
    private var now = Instant.zero
    private var wanted: LineTables?
    private let kernel: LineKernel
    private let hand = NetlinkSocket()
    private let namespace: NetworkNamespace
    private var foreign = ""

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Runs a body on a thread inside.
    static func inNamespace(_ body: @escaping @Sendable (inout RandomLines) throws -> Void) throws {
        RunName.sweep(prefix: "hblk")
        let namespace = try NetworkNamespace.make(RunName(prefix: "hblk")("all"))
        defer { namespace.remove() }
        try namespace.run {
            var lines = try RandomLines(namespace)
            try body(&lines)
            try lines.end()
        }
    }

    private init(_ namespace: NetworkNamespace) throws {
        self.namespace = namespace
        for (number, name) in Self.names.enumerated() {
            try namespace.configure(
                ["link add \(name) type veth peer name \(name)-end", "link set \(name) up", "link set \(name)-end up"]
                    + (2...5).map { "address add 192.0.\(number).\($0)/24 dev \(name)" })
        }
        try namespace.configure([
            "rule add priority 500 from 10.9.0.0/16 lookup 200", "rule add priority 1500 from 10.8.0.0/16 lookup 200",
            "route add default dev one table 200", "route add 10.7.0.0/16 dev two table 101",
        ])
        machine = LineMachine(Self.configuration, now: now)
        kernel = LineKernel(Self.configuration)
        foreign = entriesOfOthers
    }

    private static let configuration = LineConfiguration(
        lines: names.enumerated().map { number, name in
            var line = LineRule(
                name: name, interface: name, gateway: .address(address(192, 0, UInt8(number), 1)),
                table: 101 + UInt32(number))
            line.mark = line.table
            line.hold = .seconds(2)
            line.rise = .seconds(5)
            return line
        },
        classes: (0..<6).map { number in
            let order = names[(number % 4)...] + names[..<(number % 4)]
            guard number > 0 else { return TrafficClass(name: "local", sources: [], lines: Array(order)) }
            return TrafficClass(
                name: "class\(number)", sources: [NetworkPrefix(address(10, UInt8(number), 0, 0), bits: 16 + number)],
                destinations: number % 2 == 0 ? [] : [NetworkPrefix(address(172, 16, 0, 0), bits: 12)],
                lines: Array(order))
        })

    private static func address(_ parts: UInt8...) -> IPAddress { IPAddress(bytes: parts[...]) ?? .any(isIPv6: false) }

    /// Something happens to one of the lines, or to what is there of them.
    mutating func event() {
        let number = Int.random(in: 0..<4, using: &random)
        let name = Self.names[number]
        var effects: [LineEffect] = []
        switch Int.random(in: 0..<4, using: &random) {
        case 0: effects = machine.handle(.unusable(line: name, .noAddress), at: now)
        case 1:
            let host = UInt8.random(in: 2...5, using: &random)
            let facts = LineFacts(
                index: if_nametoindex(name), addresses: [Self.address(192, 0, UInt8(number), host)],
                networks: [NetworkPrefix(Self.address(192, 0, UInt8(number), 0), bits: 24)],
                gateway: Self.address(192, 0, UInt8(number), 1))
            effects = machine.handle(.found(line: name, facts), at: now)
        case 2:
            now = now + .seconds(Int.random(in: 1...8, using: &random))
            effects = machine.expireTimers(at: now)
        default: removeSomething()
        }
        for case .program(let tables) in effects { wanted = tables }
    }

    /// Somebody else's hand.
    private mutating func removeSomething() {
        guard let present = try? kernel.present() else { return }
        let removals = present.rules.map(\.removal) + present.routes.map(\.removal)
        guard let one = removals.randomElement(using: &random) else { return }
        _ = try? hand.change([one])
    }

    func check(_ number: Int) throws {
        guard let wanted else { return }
        let refusals = try kernel.program(wanted).refusals
        guard refusals.isEmpty else { throw Failure(description: "event \(number): \(refusals)") }
        let present = try kernel.present()
        guard Set(present.rules) == Set(wanted.rules), Set(present.routes) == Set(wanted.routes),
            present.rules.count == wanted.rules.count, present.routes.count == wanted.routes.count
        else { throw Failure(description: "event \(number): \(present)\nis not \(wanted)") }
        guard try kernel.program(wanted).count == 0 else {
            throw Failure(description: "event \(number): there is something to change in what is right")
        }
        guard entriesOfOthers == foreign else { throw Failure(description: "event \(number): \(entriesOfOthers)") }
    }

    func end() throws {
        _ = try kernel.removeAll()
        guard try kernel.present() == LineTables(), entriesOfOthers == foreign else {
            throw Failure(description: "at the end: \(try kernel.present()) \(entriesOfOthers)")
        }
    }

    /// Everything that is not ours.
    private var entriesOfOthers: String {
        let all =
            Command.attempt(["ip", "-n", namespace.name, "rule", "show"])
            + Command.attempt(["ip", "-4", "-n", namespace.name, "route", "show", "table", "all"])
        return all.split(separator: "\n").filter {
            !$0.contains("proto 71") && !$0.contains("lookup 10") && !$0.contains("suppress")
        }
        .joined(separator: "\n")
    }
}
