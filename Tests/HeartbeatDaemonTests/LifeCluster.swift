// Two nodes with short times and services that only pretend, for tests of a daemon's life: the same laboratory as the
// demonstration's, another configuration. Waits are generous and end as soon as what they wait for is there.

import Foundation
import HeartbeatLab
import Testing

/// A laboratory, its configuration and what the tests ask of it.
final class LifeCluster {
    /// What ha.cf and haresources say besides the log files and the nodes.
    struct Settings {
        var media = ["bcast eth0"]
        var times = ["keepalive 100ms", "warntime 1500ms", "deadtime 2", "initdead 3"]
        var directives = ["auto_failback on"]
        /// Of one node only.
        var directivesOfNode: [[String]] = [[], []]
        var groups = ["cluster1 web", "cluster2 mail"]
        var authkeys = "auth 1\n1 sha1 laboratory\n"
        /// Every resource is a pretended service; otherwise the scripts are the shipped ones.
        var pretends = true
        /// The null modem is a medium, too.
        var hasSerial = false
        /// The nodes have an interface eth2 towards a server.
        var hasUplink = false
        /// What a daemon leaves that is killed stays, unless somebody is to look after it.
        var hasGuardian = false

        /// Only one node is started, and nobody waits for the other.
        static var lonely: Settings {
            var settings = Settings()
            settings.times = ["keepalive 100ms", "deadtime 500ms", "initdead 500ms"]
            return settings
        }
    }

    let laboratory: Laboratory
    private(set) var settings: Settings

    var first: LabNode { laboratory.nodes[0] }
    var second: LabNode { laboratory.nodes[1] }

    /// Builds it, runs `body`, and takes it away whatever happens.
    static func run(_ settings: Settings = Settings(), _ body: (LifeCluster) throws -> Void) throws {
        let cluster = try LifeCluster(settings)
        defer { cluster.laboratory.close() }
        do {
            try body(cluster)
        } catch {
            Issue.record("\(error)\n\(cluster.diagnosis)")
        }
    }

    private init(_ settings: Settings) throws {
        let places = [Bundle.main.bundleURL.path, PairTests.programs]
        let programs = places.first { FileManager.default.isExecutableFile(atPath: $0 + "/heartbeat") }
        laboratory = try Laboratory(
            prefix: "hbl", programs: try #require(programs, "heartbeat is not built beside the tests"),
            resourceScripts: PairTests.scripts, hasServer: settings.hasUplink)
        self.settings = settings
        do {
            try configure(settings)
        } catch {
            laboratory.close()
            throw error
        }
    }

    /// Writes the configuration of both nodes, with a pretended service for every resource.
    func configure(_ settings: Settings) throws {
        self.settings = settings
        for node in laboratory.nodes {
            let text = haCf(for: node).map { $0 + "\n" }.joined()
            try node.configure("ha.cf", text)
            try node.configure("haresources", settings.groups.map { $0 + "\n" }.joined())
            try node.configure("authkeys", settings.authkeys)
            if settings.pretends {
                for script in settings.groups.flatMap(Self.scripts(of:)) { try node.install(script) }
            } else {
                let own = node.configDirectory + "/resource.d"
                for script in try FileManager.default.contentsOfDirectory(atPath: own) {
                    try FileManager.default.removeItem(atPath: own + "/" + script)
                }
            }
        }
    }

    private func haCf(for node: LabNode) -> [String] {
        let logs = ["logfile \(node.logFile)", "debugfile \(node.logFile).debug"]
        let guardian = settings.hasGuardian ? [] : ["guardian off"]
        // Faster than the default, at which five keepalives a second are a warning.
        let serial = settings.hasSerial ? ["baud 115200", "serial \(node.serialDevice)"] : []
        return logs + guardian + settings.times + settings.media + serial + settings.directives
            + settings.directivesOfNode[node.number]
            + ["node cluster1 cluster2"]
    }

    // MARK: - Starting and ending

    /// Boots a node on which nothing runs.
    func boot(_ node: LabNode) throws {
        try laboratory.powerOn(node, running: ["true"])
    }

    /// Starts the daemon in the background, as an init script does. Returns when it says that it is ready.
    func start(_ node: LabNode) throws {
        let result = try laboratory.heartbeat(on: node)
        guard result.code == 0 else { throw LifeFailure("heartbeat exits \(result.code): \(result.output)") }
    }

    /// Boots both nodes, starts both daemons, and waits until each holds its own groups.
    func startBoth() throws {
        for node in laboratory.nodes { try boot(node) }
        for node in laboratory.nodes { try start(node) }
        try waitForHoldings("local", "local")
    }

    /// Boots both nodes, starts both daemons, and waits until the first serves the address and the second has heard so.
    func startServing(_ address: String) throws {
        for node in laboratory.nodes { try boot(node) }
        for node in laboratory.nodes { try start(node) }
        try wait(for: "cluster1 to serve") { try has(address, first) }
        #expect(says("remote resource transition completed.", on: second))
    }

    /// Whether the node's eth0 has the address.
    func has(_ address: String, _ node: LabNode) throws -> Bool {
        try node.run(["ip", "address", "show", "dev", "eth0"]).output.contains(address + "/")
    }

    /// The daemon's process inside the node, as its pid file says.
    func pid(of node: LabNode) throws -> String {
        let text = try String(contentsOfFile: node.runDirectory + "/heartbeat.pid", encoding: .utf8)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func signal(_ name: String, _ node: LabNode) throws {
        let result = try node.run(["kill", "-" + name, try pid(of: node)])
        guard result.code == 0 else { throw LifeFailure("kill -\(name): \(result.output)") }
    }

    func isRunning(_ node: LabNode) throws -> Bool {
        try laboratory.heartbeat(["-s"], on: node).code == 0
    }

    // MARK: - Asking

    /// The last line that `cl_status` prints.
    func status(_ words: [String], on node: LabNode) throws -> String {
        let output = try laboratory.tool("cl_status", words, on: node).output
        return output.split(separator: "\n").last.map { String($0) } ?? ""
    }

    func log(of node: LabNode) -> String {
        text(node.logFile)
    }

    /// Whether the node's log has the text, or gets it soon: its lines are written by a thread of their own, which may be late.
    func says(_ text: String, on node: LabNode) -> Bool {
        (try? wait(for: text) { log(of: node).contains(text) }) != nil
    }

    /// A file's text; empty when it cannot be read.
    func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// What changed something, in order: `cluster1 start web`.
    var changes: [String] {
        laboratory.scripts().records.filter { $0.verb != "status" }.map { "\($0.node) \($0.verb) \($0.script)" }
    }

    // MARK: - Waiting

    /// Waits until `condition` holds. A machine that runs other tests too may take its time.
    func wait(for what: String, atMost limit: Duration = .seconds(30), _ condition: () throws -> Bool) throws {
        guard try Interruption.wait(atMost: limit, until: condition) else {
            throw LifeFailure("waited \(limit) in vain for: \(what)")
        }
    }

    /// Waits until the nodes' `rscstatus` are these and the scripts have done accordingly.
    func waitForHoldings(_ first: String, _ second: String) throws {
        try wait(for: "the nodes to hold \(first) and \(second)") {
            let words = try laboratory.nodes.map { try status(["rscstatus"], on: $0) }
            return words == [first, second]
                && zip(laboratory.nodes, words).allSatisfy { running(on: $0) == scripts(on: $0, holding: $1) }
        }
    }

    /// Resources that run on a node, sorted.
    func running(on node: LabNode) -> [String] {
        laboratory.scripts().running(on: node.name).sorted()
    }

    /// Scripts that must run on a node that holds the set `word`, sorted.
    private func scripts(on node: LabNode, holding word: String) -> [String] {
        let held = settings.groups.filter { group in
            switch word {
            case "all": true
            case "local": group.hasPrefix(node.name)
            case "foreign": !group.hasPrefix(node.name)
            default: false
            }
        }
        return held.flatMap(Self.scripts(of:)).sorted()
    }

    /// The scripts of a line of haresources.
    private static func scripts(of group: String) -> [String] {
        group.split(separator: " ").dropFirst().compactMap { $0.split(separator: ":").first.map { String($0) } }
    }

    private var diagnosis: String {
        "scripts: \(changes.joined(separator: ", "))\n" + laboratory.nodes.map(\.diagnosis).joined()
    }
}

/// Why a test cannot go on.
struct LifeFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
