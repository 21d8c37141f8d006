// What came of giving a node its files: a verdict, what it printed, and every effective value that can be seen from outside,
// as text under a name, so that two programs that say the same in different words can be compared.

/// One program's answer to one case.
package struct Observation: Hashable, Sendable {
    /// A place only of us.
    package var verdict: ConfigurationCase.Verdict
    /// Messages on the terminal, without date and process.
    package var messages: [String] = []
    /// `<file>:<line>` of each of our warnings.
    package var warnings: [String] = []
    /// Effective values by name; empty when it does not start.
    package var values: [String: String] = [:]
}

/// Reads what heartbeat 3.0.6 prints with `-v`.
struct OriginalText {
    /// Error messages, without date and process.
    private(set) var messages: [String] = []
    private(set) var values: [String: String] = [:]

    init(output: String, errors: String) {
        messages = errors.split(separator: "\n").compactMap(Self.message)
        var nodes: [String] = []
        var media: Set<String> = []
        for line in output.split(separator: "\n") where !line.hasPrefix("#") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            let words = columns[0].split(separator: " ")
            if columns.count == 1 {
                media.insert(String(line))
            } else if words.count == 2, words[0] == "node" {
                nodes.append(String(words[1]))
            } else {
                values[String(columns[0])] = String(columns[1])
            }
        }
        // Ping nodes are among the nodes, in the order of the file; they are told with the media.
        let pingNodes = Set(media.filter { $0.hasPrefix("ping") }.compactMap { $0.split(separator: " ").last })
        values["nodes"] = nodes.filter { !pingNodes.contains($0[...]) }.joined(separator: " ")
        values["media"] = media.sorted().joined(separator: ", ")
    }

    /// The text of `Nov 21 09:59:29 nodea heartbeat: [31]: ERROR: text`, or a line without level as a few messages are.
    private static func message(_ line: Substring) -> String? {
        guard let process = line.firstRange(of: "heartbeat: [") else { return String(line) }
        let parts = line[process.upperBound...].split(separator: ": ", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts[1] == "ERROR" || parts[1] == "CRIT" else { return nil }
        return parts[2]
    }
}

/// Reads what our `heartbeat -v` and `heartbeat -D` print.
struct OwnText {
    private(set) var values: [String: String] = [:]

    /// Ours alone; an original refuses them.
    static let additions: Set<String> = [
        "start_timeout", "stop_timeout", "status_timeout", "failure_limit", "failure_window", "on_stop_failure",
        "shutdown_timeout", "lease", "guardian", "quick_death", "quick_probe", "reference", "monitor",
    ]
    private static let media: Set<String> = [
        "bcast", "ucast", "ucast6", "mcast", "mcast6", "serial", "ping", "ping6", "ping_group",
    ]

    init(print: String, defaults: String) {
        for line in defaults.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[1] != "-" { values[String(words[0])] = String(words[1]) }
        }
        var nodes: [String] = []
        var media: Set<String> = []
        // ha.cf comes first; each file begins with a comment that names it.
        var files = 0
        for line in print.split(separator: "\n") {
            if line.hasPrefix("# ") { files += 1 }
            let words = line.split(separator: " ").map(String.init)
            guard files == 1, words.count >= 2, words[0] != "#" else { continue }
            switch words[0] {
            case "node": nodes += words.dropFirst()
            case _ where Self.media.contains(words[0]): media.insert("\(words[0]) \(words[1])")
            // The original does not print them; what they do is seen elsewhere: by scripts, and by clients.
            case "env", "respawn", "failfast", "apiauth": break
            default: values[words[0]] = words.dropFirst().joined(separator: " ")
            }
        }
        values["nodes"] = nodes.joined(separator: " ")
        values["media"] = media.sorted().joined(separator: ", ")
        for name in Self.additions { values[name] = nil }
    }
}

/// Reads our diagnostics: `<directory>/<file>:<line>: <text>`.
struct OwnDiagnostics {
    private(set) var errors: [String] = []
    private(set) var warnings: [String] = []
    private(set) var messages: [String] = []

    init(_ text: String, directory: String) {
        for line in text.split(separator: "\n") where line.hasPrefix(directory + "/") {
            let rest = line.dropFirst(directory.count + 1)
            guard let end = rest.firstRange(of: ": ") else { continue }
            let message = rest[end.upperBound...]
            if message.hasPrefix("warning: ") {
                warnings.append(String(rest[..<end.lowerBound]))
            } else {
                errors.append(String(rest[..<end.lowerBound]))
                messages.append(String(rest))
            }
        }
    }
}
