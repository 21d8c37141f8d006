// One case tried on one program, in a sandbox of its own: started, listened to, and taken as far as the case wants. Which words
// start which program is in the two extensions; what the result means is judged elsewhere.

import Glibc
import HeartbeatLab
import HeartbeatModel

/// A program under test.
enum Program: Hashable, Sendable {
    case original
    /// `directory` holds heartbeat and cl_status, `shared` is what lies above the shipped resource.d, `defaults` what
    /// `heartbeat -D` prints.
    case own(directory: String, shared: String, defaults: String)
}

/// One case, one program.
struct Trial {
    let given: ConfigurationCase
    let files: [ConfigurationCase.File]
    /// What we read in the files ourselves: the keys to check signatures with, and what there is to wait for. `nil` when we
    /// refuse them.
    let reading: Configuration?
    /// A directory of its own, which exists.
    let directory: String

    /// Tries the case.
    func observe(_ program: Program) throws -> Observation {
        let modem = usesSerialLine ? try NullModem() : nil
        defer { modem?.close() }
        let sandbox = try boot(program, modem, name: "node")
        defer { sandbox.powerOff() }
        let witness = try Witness(sandbox)
        defer { witness.close() }
        var observation = try start(program, in: sandbox)
        guard observation.verdict == .starts else { return observation }
        guard try isSending(sandbox, witness, modem) else {
            observation.verdict = .fails
            observation.values = [:]
            return observation
        }
        let directives = Set(observation.values.keys)
        observation.values.merge(WireValues(witness, keys: reading?.authentication).values) { _, new in new }
        if program == .original {
            observation.values["deadtime sent"] = observation.values["deadtime sent"].map(Self.withoutGrace)
        }
        observation.values.merge(try processValues(sandbox, modem)) { _, new in new }
        switch given.depth {
        case .start: break
        case .environment:
            observation.values.merge(try environment(sandbox, of: directives)) { _, new in new }
        case .resources:
            let resources =
                switch program {
                case .original: try originalResources()
                case .own: try ownResources(program, sandbox)
                }
            observation.values.merge(resources) { _, new in new }
        }
        return observation
    }

    // MARK: The machine

    /// Boots a machine with the case's files. Its serial lines, the two ends of one cable, are /run/ttyA and /run/ttyB.
    func boot(_ program: Program, _ modem: NullModem?, name: String) throws -> Sandbox {
        let machine = "\(directory)/\(name)"
        try Files.makeDirectory(machine)
        try Files.makeDirectory("\(machine)/ha.d")
        if program == .original { try Command.succeed(["cp", "-a", "/etc/ha.d/.", "\(machine)/ha.d"]) }
        try CaseFiles.write(files, to: "\(machine)/ha.d", calls: "\(machine)/calls")
        return try Sandbox(directory: machine, host: given.host, terminals: modem?.paths ?? [])
    }

    private var usesSerialLine: Bool {
        files.contains { String(decoding: $0.text, as: UTF8.self).contains("/run/tty") }
    }

    private func start(_ program: Program, in sandbox: Sandbox) throws -> Observation {
        switch program {
        case .original: try startOriginal(sandbox)
        case .own(_, _, let defaults): try startOwn(program, defaults: defaults, sandbox)
        }
    }

    // MARK: What it does

    /// Waits until it sends on everything that can be heard, or has ended. What cannot be heard may end it a little later.
    private func isSending(_ sandbox: Sandbox, _ witness: Witness, _ modem: NullModem?) throws -> Bool {
        let datagramMedia =
            reading?.media.count { if case .serial = $0 { false } else { true } } ?? (modem == nil ? 1 : 0)
        _ = try Interruption.wait(atMost: .seconds(20)) {
            witness.collect()
            return witness.paths.count >= datagramMedia - given.unheard && modem?.carried != 0
        }
        if given.unheard > 0 {
            _ = try Self.poll(atMost: .seconds(3)) {
                witness.collect()
                return try !isAlive(sandbox)
            }
        }
        return try isAlive(sandbox)
    }

    /// As `Interruption.wait`, for questions that cost a few processes.
    static func poll(atMost limit: Duration, until condition: () throws -> Bool) throws -> Bool {
        let end = Moment.now() + limit
        while try !condition() {
            guard Moment.now() < end else { return false }
            try Interruption.pause(.milliseconds(250))
        }
        return true
    }

    /// A zombie has ended, too: nobody collects it in a sandbox.
    private func isAlive(_ sandbox: Sandbox) throws -> Bool {
        try sandbox.run("read -r pid </run/heartbeat.pid && grep -q '^State:[[:space:]]*[RSD]' /proc/$pid/status").code
            == 0
    }

    private func processValues(_ sandbox: Sandbox, _ modem: NullModem?) throws -> [String: String] {
        var values: [String: String] = [:]
        // Fields 40 and 41 of proc(5); none of the words before them contains a blank but the second, which is in brackets.
        let stat = try sandbox.run("read -r pid </run/heartbeat.pid && cat /proc/$pid/stat").output
        if let bracket = stat.lastIndex(of: ")") {
            let fields = stat[bracket...].split(separator: " ")
            if fields.count > 39 { values["scheduling"] = "priority \(fields[38]), policy \(fields[39])" }
        }
        for name in Files.names(in: sandbox.logDirectory) {
            let text = Files.read("\(sandbox.logDirectory)/\(name)")
            guard let line = text.split(separator: "\n").first else { continue }
            values["log \(name)"] = line.hasPrefix("heartbeat[") ? "own form" : "syslog form"
        }
        if modem != nil {
            values["rate of the serial line"] = String(
                try sandbox.run("stty -F /run/ttyA speed").output.prefix { $0 != "\n" })
        }
        return values
    }

    /// What a script sees of ha.cf: of the directives and of what `env` lines name.
    private func environment(_ sandbox: Sandbox, of directives: Set<String>) throws -> [String: String] {
        var text = ""
        // The name stands there only when the script has written all of it.
        _ = try Interruption.wait(atMost: .seconds(30)) {
            text = Files.read("\(sandbox.calls).environment")
            return !text.isEmpty
        }
        let wanted = directives.union(namesOfEnvironment)
        var result = ["environment": text.isEmpty ? "no script was started" : "seen"]
        for line in text.split(separator: "\n") where line.hasPrefix("HA_") {
            let parts = line.dropFirst(3).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, wanted.contains(String(parts[0])) else { continue }
            result["HA_\(parts[0])"] = String(parts[1])
        }
        return result
    }

    /// What `env` lines name.
    private var namesOfEnvironment: [String] {
        let text = String(decoding: files.first { $0.name == "ha.cf" }?.text ?? [], as: UTF8.self)
        return text.split(separator: "\n").flatMap { line -> [String] in
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," }
            guard words.first == "env" else { return [] }
            return words.dropFirst().map { String($0.prefix { $0 != "=" }) }
        }
    }
}
