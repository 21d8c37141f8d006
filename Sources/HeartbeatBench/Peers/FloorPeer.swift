// hbfloor, the bare-C daemon of these sources: what is left when everything that can be left out is left out.

import Glibc
import HeartbeatLab

/// The physical limit.
package struct FloorPeer: FailoverPeer {
    package let name = "floor"
    package let keepalive: Duration
    package let deadtime: Duration
    package let signOfLife = SignOfLife.udp(port: 6940)
    package let rest = Duration.seconds(1)
    private let programs: String

    /// - Parameter programs: directory of `hbfloor`.
    package init(_ setting: DetectionSetting, programs: String) {
        (keepalive, deadtime) = setting.times(tight: (.milliseconds(10), .milliseconds(30)))
        self.programs = programs
    }

    private var program: String { "\(programs)/hbfloor" }

    package var requirements: [Requirement] { [Requirement(program, package: nil)] }

    package func version() -> String { "hbfloor" }

    package func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        // It has no file; the addresses are words of its command line.
        try node.write(addresses.map { "\($0.text)\n" }.joined(), to: Self.list(of: node))
    }

    private static func list(of node: LabNode) -> String { "\(node.directory)/addresses" }

    package func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        [
            "sh", "-c", "exec \"$@\" $(cat '\(Self.list(of: node))')", "sh", program, "eth0", "\(node.number + 1)",
            "192.168.77.255", "\(ServiceAddress.prefixLength)", "\(keepalive.roundedMilliseconds * 1000)",
            "\(deadtime.roundedMilliseconds * 1000)",
        ]
    }

    package func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        guard let pid = node.mainProcess, kill(pid, SIGUSR2) == 0 else {
            throw LabError.notReached("hbfloor does not run on \(node.name), see \(node.directory)/console")
        }
    }

    package func ownFigures(of node: LabNode) -> [String: Double] {
        Self.ownFigures(console: node.console)
    }

    /// Reads the last `floor: 3 addresses, added 45 us, announced 61 us`.
    static func ownFigures(console: String) -> [String: Double] {
        guard let line = console.split(separator: "\n").last(where: { $0.hasPrefix("floor: ") }) else { return [:] }
        let words = line.split(whereSeparator: { $0 == " " || $0 == "," })
        func figure(after word: String) -> Double? {
            words.firstIndex { $0 == word }.flatMap { words.indices.contains($0 + 1) ? Double(words[$0 + 1]) : nil }
        }
        guard let added = figure(after: "added"), let announced = figure(after: "announced") else { return [:] }
        return [Figure.ownAdded: added / 1000, Figure.ownAnnounced: announced / 1000]
    }
}
