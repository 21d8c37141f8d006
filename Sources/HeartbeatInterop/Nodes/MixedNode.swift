// A node of a mixed pair: the same questions and commands, put to whatever software runs there in its own words.

import HeartbeatLab

/// One node and its software.
final class MixedNode {
    private(set) var software: Software
    let lab: LabNode
    let number: Int
    private let laboratory: Laboratory

    private var repeatedTakeovers = 0

    static let daemon = "/usr/libexec/heartbeat/heartbeat"
    private static let tools = "/usr/share/heartbeat"

    init(_ software: Software, _ lab: LabNode, number: Int, in laboratory: Laboratory) {
        self.software = software
        self.lab = lab
        self.number = number
        self.laboratory = laboratory
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
    /// original go, and everything else is kept.
    func install() throws {
        let scripts = "\(lab.configDirectory)/resource.d"
        try Command.succeed(["mv", scripts, scripts + ".old"])
        try Command.succeed(["mkdir", scripts])
        try Command.succeed(["cp", "-a"] + NodeConfiguration.services.map { "\(scripts).old/\($0)" } + [scripts])
        software = .ours
    }

    /// Checks the files in place; before the first start of our software.
    func check() throws {
        let result = try laboratory.heartbeat(["-t"], on: lab)
        guard result.code == 0 else { throw LabError.command(words: ["heartbeat", "-t"], output: result.output) }
    }

    // MARK: - Power and software

    func powerOn() throws {
        switch software {
        case .ours: try laboratory.powerOn(lab)
        case .original: try laboratory.powerOn(lab, running: ["sh", "-c", LabNode.originalStart])
        }
    }

    func powerOff() throws {
        try laboratory.powerOff(lab)
        try mark(ScriptRecord.powerCut)
    }

    /// Ends the software in order, then switches the machine off.
    func stop() throws {
        let result =
            switch software {
            case .ours: try laboratory.heartbeat(["-k"], on: lab, limit: .seconds(60))
            case .original: try lab.run([Self.daemon, "-k"], limit: .seconds(60))
            }
        guard result.code == 0 else { throw LabError.command(words: ["heartbeat", "-k"], output: result.output) }
        try powerOff()
    }

    /// Makes it read its files again.
    func reload() throws {
        let result =
            switch software {
            case .ours: try laboratory.heartbeat(["-r"], on: lab)
            case .original: try lab.run([Self.daemon, "-r"])
            }
        guard result.code == 0 else { throw LabError.command(words: ["heartbeat", "-r"], output: result.output) }
    }

    /// Puts a line of the laboratory's own into the record of the scripts, so that it can be read in order.
    func mark(_ word: String) throws {
        try Command.succeed(["sh", "-c", "echo 0 \(lab.name) power \(word) >>'\(laboratory.scriptRecord)'"])
    }

    // MARK: - Commands

    /// `hb_standby` or `hb_takeover` with a word.
    func move(_ program: String, _ word: String) throws {
        let result =
            switch software {
            case .ours: try laboratory.tool(program, [word], on: lab)
            case .original: try lab.run(["\(Self.tools)/\(program)", word])
            }
        guard result.code == 0 else { throw LabError.command(words: [program, word], output: result.output) }
    }

    /// Drops every fifth heartbeat that arrives by IP, or none.
    func loseHeartbeats(_ isLossy: Bool) throws {
        let words = [
            "iptables", isLossy ? "-I" : "-D", "INPUT", "-p", "udp", "--dport", "694", "-m", "statistic",
            "--mode", "random", "--probability", "0.2", "-j", "DROP",
        ]
        try Command.succeed(["ip", "netns", "exec", lab.namespace.name] + words)
    }

    // MARK: - What is there

    /// Groups (by preferred node) whose address is up here and whose service runs.
    func groups(_ history: ScriptHistory) throws -> Set<Int> {
        guard lab.isPowered else { return [] }
        let shown = try Command.succeed(["ip", "-n", lab.namespace.name, "-o", "-4", "addr", "show", "dev", "eth0"])
        let running = history.running(on: lab.name)
        return Set(
            [0, 1].filter { group in
                shown.contains("inet \(NodeConfiguration.addresses[group])/")
                    && running.contains(NodeConfiguration.services[group])
            })
    }

    /// Whether anything of a group is here, complete or not.
    func touches(_ group: Int, _ history: ScriptHistory) throws -> Bool {
        guard lab.isPowered else { return false }
        let shown = try Command.succeed(["ip", "-n", lab.namespace.name, "-o", "-4", "addr", "show", "dev", "eth0"])
        return shown.contains("inet \(NodeConfiguration.addresses[group])/")
            || history.running(on: lab.name).contains(NodeConfiguration.services[group])
    }

    /// What its own `cl_status rscstatus` says; empty when it does not answer.
    func resourceStatus() throws -> String {
        guard lab.isPowered else { return "" }
        let result =
            switch software {
            case .ours: try laboratory.tool("cl_status", ["rscstatus"], on: lab)
            case .original: try lab.run(["/usr/bin/cl_status", "rscstatus"])
            }
        return result.code == 0 ? result.output.split(separator: "\n").last.map(String.init) ?? "" : ""
    }

    /// Lines that tell of messages that were lost or not acknowledged.
    var complaints: [String] {
        let words = ["lost packet", "history queue", "Cannot rexmit", "Large message queue"]
        return lab.log.split(separator: "\n").map(String.init).filter { line in words.contains { line.contains($0) } }
    }

    var hasLostAnOrder: Bool {
        software == .original
            && ["Invalid message in send_cluster_msg", "msg2string: Message with zero fields"].contains {
                lab.log.contains($0)
            }
    }

    /// Tells the original once more that its own script has taken over, when it has lost the script's word: it would call
    /// itself in transition, and delay its end, for ever (observed, also of originals among themselves). False when there is
    /// nothing to tell.
    func repeatLostTakeover() throws -> Bool {
        guard software == .original, lab.isPowered else { return false }
        let lines = lab.log.split(separator: "\n")
        let told = lines.count { $0.contains("mach_down takeover complete for node") }
        let heard = lines.count { $0.hasSuffix("info: mach_down takeover complete.") }
        guard told > heard + repeatedTakeovers else { return false }
        repeatedTakeovers += 1
        let message = ">>>\\nt=resource\\nrsc_hold=foreign\\ninfo=mach_down\\n<<<\\n"
        try Command.succeed(["timeout", "5", "sh", "-c", "printf '\(message)' >'\(lab.stateDirectory)/fifo'"])
        return true
    }

    var diagnosis: String { lab.diagnosis }
}
