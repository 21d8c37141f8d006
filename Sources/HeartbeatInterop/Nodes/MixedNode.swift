// A node of a mixed pair: the same questions and commands, put to whatever software runs there in its own words.

import HeartbeatLab

/// One node and its software.
final class MixedNode {
    /// Of the names of everything that a pair makes on this machine.
    static let prefix = "hbi"

    private(set) var software: Software
    let lab: LabNode
    let number: Int
    private let laboratory: Laboratory

    /// Words of its children that it did not hear however often they were repeated, by what the child has logged.
    var unheard: [String: Int] = [:]
    /// Everything is where the packages put it: of the original always, of ours after `install`.
    private var isInstalled: Bool

    static let daemon = "/usr/libexec/heartbeat/heartbeat"
    private static let tools = "/usr/share/heartbeat"

    init(_ software: Software, _ lab: LabNode, number: Int, in laboratory: Laboratory) {
        self.software = software
        self.lab = lab
        self.number = number
        self.laboratory = laboratory
        isInstalled = software == .original
    }

    /// Writes its files. Once, before the first start.
    func prepare(_ row: MixedCase) throws {
        try lab.configure("ha.cf", NodeConfiguration.haCf(row, on: lab, number: number))
        try lab.configure("haresources", NodeConfiguration.haresources)
        try lab.configure("authkeys", NodeConfiguration.authkeys(row))
        for service in NodeConfiguration.services { try lab.install(service) }
        guard software == .original else { return }
        try lab.takeStandardPlaces(withOriginal: true)
    }

    /// What docs/replace-heartbeat.md says of a node that is stopped: the owner's own scripts stay, the shipped ones of the
    /// original go, everything else is kept, and install.sh puts ours over what it replaces.
    func install() throws {
        let scripts = "\(lab.configDirectory)/resource.d"
        try Command.succeed(["mv", scripts, scripts + ".old"])
        try Command.succeed(["mkdir", scripts])
        try Command.succeed(["cp", "-a"] + NodeConfiguration.services.map { "\(scripts).old/\($0)" } + [scripts])
        let layer = "\(lab.directory)/installed"
        try Files.makeDirectory(layer)
        try Files.makeDirectory("\(layer)/etc")
        try Command.succeed(["ln", "-s", lab.configDirectory, "\(layer)/etc/ha.d"])
        let words = [
            "env", "PREFIX=/usr", "DESTDIR=\(layer)", "BIN=\(laboratory.programs)",
            "PROGRAMS=heartbeat cl_status hb_standby hb_takeover", "sh", "\(laboratory.shared)/install.sh",
        ]
        try succeed(words, try Command.run(words, limit: .seconds(120)))
        lab.layer = "\(layer)/usr"
        software = .ours
    }

    /// Checks the files in place; before the first start of our software.
    func check() throws {
        try succeed(["heartbeat", "-t"], try lab.run([Self.daemon, "-t"]))
    }

    // MARK: - Power and software

    func powerOn() throws {
        switch software {
        case .ours where isInstalled: try laboratory.powerOn(lab, running: [Self.daemon, "-f"])
        case .ours: try laboratory.powerOn(lab)
        case .original: try laboratory.powerOn(lab, running: ["sh", "-c", LabNode.originalStart])
        }
    }

    /// It is written down first: on a busy machine the other node takes over before everything here is gone.
    func powerOff() throws {
        try mark(ScriptRecord.powerCut)
        try laboratory.powerOff(lab)
    }

    /// Ends the software in order, then switches the machine off.
    func stop() throws {
        try succeed(["heartbeat", "-k"], try heartbeat("-k", limit: .seconds(60)))
        try powerOff()
    }

    /// Makes it read its files again.
    func reload() throws {
        try succeed(["heartbeat", "-r"], try heartbeat("-r", limit: .seconds(20)))
    }

    private func heartbeat(_ option: String, limit: Duration) throws -> Command {
        try isInstalled
            ? lab.run([Self.daemon, option], limit: limit) : laboratory.heartbeat([option], on: lab, limit: limit)
    }

    private func succeed(_ words: [String], _ result: Command) throws {
        guard result.code == 0 else { throw LabError.command(words: words, output: result.output) }
    }

    /// Puts a line of the laboratory's own into the record of the scripts, so that it can be read in order.
    func mark(_ word: String) throws {
        try Command.succeed(["sh", "-c", "echo 0 \(lab.name) power \(word) >>'\(laboratory.scriptRecord)'"])
    }

    // MARK: - Commands

    /// `hb_standby` or `hb_takeover` with a word.
    func move(_ program: String, _ word: String) throws {
        try succeed(
            [program, word],
            try isInstalled
                ? lab.run(["\(Self.tools)/\(program)", word]) : laboratory.tool(program, [word], on: lab))
    }

    /// Drops every fifth heartbeat that arrives by IP, or none.
    func loseHeartbeats(_ isLossy: Bool) throws {
        let words = [
            "iptables", isLossy ? "-I" : "-D", "INPUT", "-p", "udp", "--dport", "694", "-m", "statistic",
            "--mode", "random", "--probability", "0.2", "-j", "DROP",
        ]
        try Command.succeed(lab.namespace.inside + words)
    }

    // MARK: - What is there

    /// Groups, by preferred node, of which all is here, and of which anything is here.
    func groups(_ history: ScriptHistory) throws -> (complete: Set<Int>, touched: Set<Int>) {
        guard lab.isPowered else { return ([], []) }
        let shown = try Command.succeed(["ip", "-n", lab.namespace.name, "-o", "-4", "addr", "show", "dev", "eth0"])
        let running = history.running(on: lab.name)
        let withAddress = Set([0, 1].filter { shown.contains("inet \(NodeConfiguration.addresses[$0])/") })
        let withService = Set([0, 1].filter { running.contains(NodeConfiguration.services[$0]) })
        return (withAddress.intersection(withService), withAddress.union(withService))
    }

    /// What its own `cl_status rscstatus` says; empty when it does not answer.
    func resourceStatus() throws -> String {
        guard lab.isPowered else { return "" }
        let words = ["rscstatus"]
        let result =
            try isInstalled
            ? lab.run(["/usr/bin/cl_status"] + words) : laboratory.tool("cl_status", words, on: lab)
        return result.code == 0 ? result.output.split(separator: "\n").last.map(String.init) ?? "" : ""
    }

    /// Lines that tell of messages that were lost or not acknowledged.
    var complaints: [String] {
        let words = ["lost packet", "history queue", "Cannot rexmit", "Large message queue"]
        return lab.log.split(separator: "\n").map(String.init).filter { line in words.contains { line.contains($0) } }
    }

    var diagnosis: String { lab.diagnosis }
}
