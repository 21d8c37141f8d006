// How long the kernel takes for the rules and routes of two lines and four classes, told by the program's own means.

import Glibc
import HeartbeatLab
import HeartbeatLineKeeper
import HeartbeatLines
import HeartbeatModel

/// Measures in a namespace of its own.
enum TableTiming {
    private static let lines = ["one", "two"]

    /// Figures of one programming from nothing, and of one class's move after it.
    static func figures() throws -> [String: Double] {
        let namespace = try NetworkNamespace.make(RunName(prefix: BenchCluster.prefix)("tables"))
        defer { namespace.remove() }
        for (number, line) in lines.enumerated() {
            try namespace.configure([
                "link add \(line) type veth peer name \(line)-end", "link set \(line) up", "link set \(line)-end up",
                "address add 192.0.\(number).2/24 dev \(line)",
            ])
        }
        return try namespace.run { try measure() }
    }

    private static func measure() throws -> [String: Double] {
        let configuration = configuration
        let kernel = LineKernel(configuration)
        let facts = Dictionary(
            uniqueKeysWithValues: configuration.lines.enumerated().map { number, line in
                (
                    line.name,
                    LineFacts(
                        index: if_nametoindex(line.interface), addresses: [address(192, 0, UInt8(number), 2)],
                        networks: [],
                        gateway: address(192, 0, UInt8(number), 1))
                )
            })
        var chosen = Dictionary(uniqueKeysWithValues: configuration.classes.map { ($0.name, $0.lines[0]) })
        // The socket is opened by the first use.
        _ = try kernel.present()
        var figures: [String: Double] = [:]
        for figure in [Figure.programAll, Figure.programMove] {
            let wanted = LineTables(configuration, facts: facts, chosen: chosen)
            let start = Moment.now()
            let result = try kernel.program(wanted)
            figures[figure] = (Moment.now() - start).inMilliseconds
            guard result.refusals.isEmpty, result.count > 0 else {
                throw LabError.notReached("the kernel to take everything: \(result.refusals)")
            }
            chosen[configuration.classes[0].name] = configuration.classes[0].lines[1]
        }
        return figures
    }

    private static var configuration: LineConfiguration {
        LineConfiguration(
            lines: lines.enumerated().map { number, name in
                var line = LineRule(name: name, interface: name, gateway: .peer, table: 101 + UInt32(number))
                line.mark = line.table
                return line
            },
            classes: (0..<4).map { number in
                TrafficClass(
                    name: "class\(number)", sources: [NetworkPrefix(address(10, UInt8(number), 0, 0), bits: 16)],
                    lines: number % 2 == 0 ? lines : lines.reversed())
            })
    }

    private static func address(_ parts: UInt8...) -> IPAddress { IPAddress(bytes: parts[...]) ?? .any(isIPv6: false) }
}
