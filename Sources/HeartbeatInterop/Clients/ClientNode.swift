// A node in the standard places, where Debian's clients look for whatever software runs there.

import HeartbeatLab

/// One node of a pair with clients.
final class ClientNode {
    let lab: LabNode
    private let software: Software
    private let places: ProgramPlaces
    private let hasNoIPFail: Bool
    private let laboratory: Laboratory

    init(
        _ software: Software, _ lab: LabNode, _ places: ProgramPlaces, hasNoIPFail: Bool, in laboratory: Laboratory
    ) {
        self.software = software
        self.lab = lab
        self.places = places
        self.hasNoIPFail = hasNoIPFail
        self.laboratory = laboratory
    }

    /// Writes its files. Once, before the first start.
    func prepare() throws {
        try lab.configure("ha.cf", ClientLife.haCf(hasNoIPFail: hasNoIPFail))
        try lab.configure("haresources", NodeConfiguration.haresources)
        try lab.configure("authkeys", "auth 1\n1 sha1 between friends\n")
        for service in NodeConfiguration.services { try lab.install(service) }
        for (name, text) in ClientLife.programs {
            try lab.write(text, to: "\(lab.configDirectory)/\(name)", mode: 0o755)
        }
        try lab.write(Friends.script, to: "\(lab.configDirectory)/\(Friends.program)", mode: 0o755)
        try lab.takeStandardPlaces(withOriginal: software == .original)
    }

    func powerOn() throws {
        // The directory of Debian's ccm is made at boot, whoever runs.
        let start =
            switch software {
            case .ours:
                """
                mkdir -p /run/heartbeat/ccm && chown -R hacluster:haclient /run/heartbeat && chmod -R 750 /run/heartbeat
                exec '\(places.programs)/heartbeat' -f --share-dir '\(places.resourceScripts)/..'
                """
            case .original: LabNode.originalStart
            }
        try laboratory.powerOn(lab, running: ["sh", "-c", "mkdir -m 777 /run/notes; \(start)"])
    }

    /// Tells the software to end in order.
    func stop() throws {
        try begin("\(software == .ours ? "\(places.programs)/heartbeat" : MixedNode.daemon) -k")
    }

    /// Runs a line of shell; both kinds of output come as one. What does not end is ended, with exit code 124.
    func run(_ line: String) throws -> ClientAnswer {
        let result = try lab.run(["timeout", "-k", "1", "70", "sh", "-c", line], limit: .seconds(80))
        return ClientAnswer(output: ClientAnswer.withoutChance(result.output), code: result.code)
    }

    /// Begins a line of shell and leaves it alone.
    func begin(_ line: String) throws {
        _ = try lab.run(["sh", "-c", "{ \(line); } </dev/null >/dev/null 2>&1 &"])
    }
}

/// What a line printed and how it ended.
struct ClientAnswer: Hashable, Sendable, CustomStringConvertible {
    var output: String
    var code: Int32

    var description: String {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n        ")
        return "exit \(code): \(lines)"
    }

    /// Output without process numbers, times – the library writes them in front of its complaints –, the name of the
    /// program behind the version, and how often Debian's ccm has counted its members.
    static func withoutChance(_ output: String) -> String {
        output.replacing(/\[\d+\]/, with: "[#]")
            .replacing(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/, with: "now")
            .replacing(/3\.0\.6 \([^)]*\)/, with: "3.0.6 (…)")
            .replacing(/instance \d+|\(born: \d+\)/, with: "#")
    }
}
