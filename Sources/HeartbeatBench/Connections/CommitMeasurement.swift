// What it takes to make the other node's connections one's own: entries made by hand on the node that serves, copied to the one that
// stands by, and there brought into the kernel – once by conntrackd's own command, once by the whole script.

import HeartbeatLab

/// Measures on a pair with conntrackd whose first node serves.
struct CommitMeasurement {
    let cluster: BenchCluster
    let script: String

    /// conntrackd's own work, and the script's, in milliseconds.
    func figures(entries count: Int) throws -> [String: Double] {
        try cluster.ready()
        let (server, standby) = (cluster.nodes[0], cluster.nodes[1])
        let file = "\(server.directory)/entries"
        try wait(on: standby, "the last connections to be forgotten") { $0 < Self.few }
        try server.write((0..<count).map(Self.entry).joined(), to: file)
        let made = try server.run(["conntrack", "-R", file], limit: .seconds(120))
        guard made.code == 0 else { throw LabError.command(words: ["conntrack", "-R", file], output: made.output) }
        try wait(on: standby, "\(count) connections to be copied") { $0 >= count }
        let commit = try milliseconds(of: [GatewayPeer.daemon, "-c"], on: standby)
        let known = try number(standby.run(["conntrack", "-C"]).output)
        guard known >= count else { throw LabError.notReached("\(known) of \(count) connections were committed") }
        try Conntrackd(node: standby).outgrow()
        // Both begin with a kernel that knows nothing.
        try forget(standby)
        try wait(on: standby, "\(count) connections to be copied") { $0 >= count }
        let start = try milliseconds(of: ["env", "HA_RSCTMP=\(standby.runDirectory)", script, "start"], on: standby)
        let after = try number(standby.run(["conntrack", "-C"]).output)
        guard after >= count else { throw LabError.notReached("\(after) of \(count) connections were taken over") }
        for node in [standby, server] { try forget(node) }
        return [Figure.entries: Double(count), Figure.commit: commit, Figure.scriptStart: start]
    }

    /// A line of conntrack's own form: an established connection whose source address is translated.
    static func entry(_ number: Int) -> String {
        let source = "10.99.\(number / 250 % 250).\(number % 250 + 1)"
        // Each half is one connection only.
        let (sourcePort, port, outer) = (1024 + number / 62_500, 80 + number / 60_000, 1024 + number % 60_000)
        return
            "-A -t 3600 -u SEEN_REPLY,ASSURED -s \(source) -d \(Laboratory.serverAddress) -r \(Laboratory.serverAddress) "
            + "-q \(GatewaySite.outer) -p tcp --sport \(sourcePort) --dport \(port) --reply-port-src \(port) "
            + "--reply-port-dst \(outer) --state ESTABLISHED\n"
    }

    private func forget(_ node: LabNode) throws {
        let result = try node.run(["conntrack", "-F"], limit: .seconds(60))
        guard result.code == 0 else { throw LabError.command(words: ["conntrack", "-F"], output: result.output) }
    }

    /// Those of the probe, at most.
    private static let few = 50

    /// Waits until the node knows as many connections of the other one as wanted.
    private func wait(on node: LabNode, _ what: String, until isEnough: (Int) -> Bool) throws {
        var known = 0
        let isThere = try Interruption.wait(atMost: .seconds(120)) {
            try Interruption.pause(.milliseconds(200))
            known = try Conntrackd(node: node).externalCount()
            return isEnough(known)
        }
        guard isThere else { throw LabError.notReached("\(node.name) waits for \(what), and knows \(known)") }
    }

    /// Timed by a shell beside it: entering the node takes longer than a small commit.
    private func milliseconds(of words: [String], on node: LabNode) throws -> Double {
        let line = #"a=$(date +%s%N); "$@" >&2 || exit; b=$(date +%s%N); echo "took $(((b - a) / 1000))""#
        let result = try node.run(["sh", "-c", line, "sh"] + words, limit: .seconds(120))
        guard result.code == 0, let found = result.output.split(separator: "\n").last(where: { $0.hasPrefix("took ") })
        else { throw LabError.command(words: words, output: result.output) }
        return Double(try number(String(found.dropFirst(5)))) / 1000
    }

    private func number(_ text: String) throws -> Int {
        guard let number = text.split(separator: "\n").lazy.compactMap({ Int($0) }).first else {
            throw LabError.notReached("a number in: \(text)")
        }
        return number
    }
}
