// How heartbeat 3.0.6 of Debian is started, and how its resources are: by its ResourceManager, group by group, because the
// daemon itself does several things at once and says of none when it is done.

import HeartbeatLab

/// Where Debian puts it.
enum OriginalProgram {
    static let daemon = "/usr/libexec/heartbeat/heartbeat"
    static let resourceManager = "/usr/share/heartbeat/ResourceManager"

    static var isInstalled: Bool {
        Files.isExecutable(daemon) && Files.isExecutable(resourceManager)
    }
}

extension Trial {
    func startOriginal(_ sandbox: Sandbox) throws -> Observation {
        let (code, output, errors) = try sandbox.run("\(OriginalProgram.daemon) -v")
        let text = OriginalText(output: output, errors: errors)
        let verdict: ConfigurationCase.Verdict = code == 0 ? .starts : code == 6 ? .refuses(place: nil) : .fails
        return Observation(verdict: verdict, messages: text.messages, values: verdict == .starts ? text.values : [:])
    }

    /// In its first five seconds the original asks for two more seconds of patience than it is configured to.
    static func withoutGrace(_ deadtime: String) -> String {
        guard deadtime.hasSuffix("ms"), let milliseconds = Int(deadtime.dropLast(2)) else { return deadtime }
        return "\(milliseconds - 2000)ms"
    }

    /// Starts and stops every group on a machine without a daemon.
    func originalResources() throws -> [String: String] {
        let sandbox = try boot(.original, nil, name: "manager")
        defer { sandbox.powerOff() }
        let manager = OriginalProgram.resourceManager
        let keys = try sandbox.run("\(manager) allkeys").output.split(separator: "\n").map(String.init)
        var values = ["groups": keys.joined(separator: ", ")]
        for (index, key) in keys.enumerated() {
            values["start of group \(index + 1)"] = try calls(of: "\(manager) takegroup '\(key)'", sandbox, "start")
        }
        values["addresses"] = try addresses(sandbox)
        for (index, key) in keys.enumerated() {
            values["stop of group \(index + 1)"] = try calls(of: "\(manager) givegroup '\(key)'", sandbox, "stop")
        }
        values["addresses left"] = try addresses(sandbox)
        values["release"] = "everything"
        return values
    }

    private func calls(of line: String, _ sandbox: Sandbox, _ verb: String) throws -> String {
        Files.remove(sandbox.calls)
        _ = try sandbox.run(line, limit: .seconds(60))
        let lines = Files.read(sandbox.calls).split(separator: "\n")
        return lines.filter { $0.hasSuffix(" [\(verb)]") }.joined(separator: ", ")
    }

    /// Addresses beyond the machine's own: `eth0 10.77.0.100/24 brd 10.77.0.255 eth0:0`.
    func addresses(_ sandbox: Sandbox) throws -> String {
        let text = try sandbox.run("ip -o address show").output
        let own = ["127.0.0.1/8", "::1/128", "10.77.0.1/24", "10.78.0.1/24"]
        return text.split(separator: "\n").compactMap { line -> String? in
            let words = line.split { $0 == " " || $0 == "\\" }.map(String.init)
            guard words.count > 3, !own.contains(words[3]), !words[3].hasPrefix("fe80:") else { return nil }
            let broadcast = words.firstIndex(of: "brd").map { " brd \(words[$0 + 1])" } ?? ""
            let label = words.firstIndex(of: "valid_lft").map { words[$0 - 1] } ?? ""
            return "\(words[1]) \(words[3])\(broadcast)" + (label.contains(":") ? " \(label)" : "")
        }.sorted().joined(separator: ", ")
    }
}
