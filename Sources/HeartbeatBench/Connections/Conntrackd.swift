// The conntrackd of a node, asked by its own command.

import HeartbeatLab

/// Questions to it.
struct Conntrackd {
    let node: LabNode

    /// Runs a request of its command line, such as `-s`; what it prints, also when nobody answers.
    func ask(_ words: String...) throws -> String {
        try node.run([GatewayPeer.daemon] + words).output
    }

    /// How many connections of the other node it knows.
    func externalCount() throws -> Int { Self.external(try ask("-s")) }

    /// The same, of its statistics.
    static func external(_ statistics: String) -> Int {
        guard let part = statistics.firstRange(of: "cache external:") else { return 0 }
        let line = statistics[part.upperBound...].split(separator: "\n").first ?? ""
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).last.flatMap { Int($0) } ?? 0
    }

    /// Waits until its first minute is over, in which the script waits for what the other node may still have to tell.
    func outgrow() throws {
        let isOld = try Interruption.wait(atMost: .seconds(70)) {
            try Interruption.pause(.milliseconds(500))
            let answer = try ask("-s", "runtime")
            return answer.contains("daemon uptime:") && !answer.contains("daemon uptime: 0 min")
        }
        guard isOld else { throw LabError.notReached("\(node.name) has no conntrackd that has run for a minute") }
    }
}
