// How our own daemon is started, and how its resources are: alone in its cluster it takes every group.

import HeartbeatLab
import HeartbeatModel

extension Trial {
    func startOwn(_ program: Program, defaults: String, _ sandbox: Sandbox) throws -> Observation {
        let heartbeat = words("heartbeat", of: program)
        let test = try sandbox.run("\(heartbeat) -t")
        let diagnostics = OwnDiagnostics(test.errors, directory: "/etc/ha.d")
        var observation = Observation(
            verdict: .refuses(place: diagnostics.errors.first), messages: diagnostics.messages,
            warnings: diagnostics.warnings)
        guard test.code == 0 else { return observation }
        let text = OwnText(print: try sandbox.run("\(heartbeat) -v").output, defaults: defaults)
        let code = try sandbox.run(heartbeat).code
        observation.verdict = code == 0 ? .starts : code == 6 ? .refuses(place: nil) : .fails
        if code == 0 { observation.values = text.values }
        return observation
    }

    private func words(_ name: String, of program: Program) -> String {
        guard case .own(let directory, let shared, _) = program else { return name }
        return "\(directory)/\(name)" + (name == "heartbeat" ? " --share-dir \(shared)" : "")
    }

    /// Waits until the daemon has done what it can for every group, then stops it.
    func ownResources(_ program: Program, _ sandbox: Sandbox) throws -> [String: String] {
        let groups = reading?.groups ?? []
        let status = words("cl_status", of: program) + " groups"
        var state = ""
        let isSettled = try Self.poll(atMost: .seconds(30)) {
            state = try sandbox.run(status).output
            let lines = state.split(separator: "\n")
            return lines.count >= groups.count
                && lines.allSatisfy { line in Self.settledStates.contains { line.hasSuffix("\t\($0)") } }
        }
        var values = ["groups": groups.map(\.key).joined(separator: ", ")]
        if !isSettled { values["groups not settled"] = state }
        values["addresses"] = try addresses(sandbox)
        let end = try sandbox.run("\(words("heartbeat", of: program)) -k --timeout 20", limit: .seconds(60))
        values["release"] = end.code == 0 ? "everything" : "never ends"
        values["addresses left"] = try addresses(sandbox)
        let lines = Files.read(sandbox.calls).split(separator: "\n").map(String.init)
        for (index, group) in groups.enumerated() {
            values["start of group \(index + 1)"] = calls(of: group, "start", in: lines)
            values["stop of group \(index + 1)"] = calls(of: group, "stop", in: lines)
        }
        return values
    }

    private static let settledStates = ["running", "failed", "stopFailed"]

    /// Groups are started side by side; the calls of one are those of its resources.
    private func calls(of group: ResourceGroup, _ verb: String, in lines: [String]) -> String {
        let own = group.resources.map { resource in
            ([resource.scriptName] + (resource.arguments + [verb]).map { "[\($0)]" }).joined(separator: " ")
        }
        return lines.filter { own.contains($0) }.joined(separator: ", ")
    }
}
