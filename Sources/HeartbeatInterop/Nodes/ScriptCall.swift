// One call of a script with everything it was told, and how scripts are made to write that down.

import HeartbeatLab

/// What a script saw when it was called.
struct ScriptCall: Hashable, Sendable {
    /// Its name and words, `front a1 a2 start`; of a hook `rc.d/status status`.
    var words: String
    var directory: String
    var environment: [String: String]

    var script: String { words.split(separator: " ").first.map(String.init) ?? "" }
    var verb: String { words.split(separator: " ").last.map(String.init) ?? "" }
    var isHook: Bool { words.hasPrefix("rc.d/") }

    /// Reads what `recorder` has written. `places` are paths of the laboratory, and what the node would call them.
    init(_ text: String, places: [(String, String)]) {
        var text = text
        for (path, name) in places { text.replace(path, with: name) }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        words = lines.popFirst() ?? ""
        directory = lines.popFirst() ?? ""
        environment = [:]
        for line in lines {
            guard let sign = line.firstIndex(of: "=") else { continue }
            environment[String(line[..<sign])] = String(line[line.index(after: sign)...])
        }
    }

    /// Shell text that writes the call into a file of its own below `directory`, named so that they sort by time.
    static func recorder(_ directory: String, prefix: String = "") -> String {
        """
        read -r uptime _ </proc/uptime
        { echo "\(prefix)${0##*/} $*"; pwd; env; } >'\(directory)/'"$uptime-$$"

        """
    }
}

extension MixedNode {
    /// A group has a second script, which tells the order, and the first has arguments.
    private static let secondService = "after"
    /// Types for which the original runs nothing of its own.
    private static let hooks = ["starting", "resource", "shutdone", "stonith"]
    private static let machDown = "/usr/share/heartbeat/mach_down"

    private var calls: String { "\(lab.directory)/calls" }

    /// Has each call of its scripts written down from now on. Once, after `prepare`.
    func record() throws {
        try Files.makeDirectory(calls)
        let haresources = NodeConfiguration.haresources.split(separator: "\n").map { line in
            line.hasSuffix(" front") ? "\(line)::a1::a2 \(Self.secondService)\n" : "\(line)\n"
        }
        try lab.configure("haresources", haresources.joined())
        for service in NodeConfiguration.services + [Self.secondService] {
            try lab.install(service, lines: ScriptCall.recorder(calls))
        }
        let hooks = "\(lab.configDirectory)/rc.d"
        if software == .ours { try Files.makeDirectory(hooks) }
        let recorder = "#!/bin/sh\n" + ScriptCall.recorder(calls, prefix: "rc.d/")
        for type in Self.hooks { try lab.write(recorder, to: "\(hooks)/\(type)", mode: 0o755) }
        // The original's own script of this name is what takes over.
        let work = software == .original ? "[ \"$HA_st\" != dead ] || exec \(Self.machDown) \"$HA_src\"\n" : ""
        try lab.write(recorder + work, to: "\(hooks)/status", mode: 0o755)
    }

    /// The calls since the last time, in order.
    func takeCalls() -> [ScriptCall] {
        let places = [
            (lab.configDirectory, "/etc/ha.d"), (lab.stateDirectory, "/var/lib/heartbeat"), (lab.directory, "/node"),
        ]
        return Files.names(in: calls).map { name in
            defer { Files.remove("\(calls)/\(name)") }
            return ScriptCall(Files.read("\(calls)/\(name)"), places: places)
        }
    }
}
