// Debian's crm_verify, crm_simulate and corosync: where they are, how they are asked, and what crm_simulate answers. None of them needs a
// cluster.

import Foundation
import HeartbeatLab

enum PacemakerPrograms {
    private struct IsMissing: Error {
        var path: String
    }

    private static let build = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../.build").standardizedFileURL.path

    /// Installed, or only unpacked, for the packages would start services.
    private static func place(_ path: String, unpacked directory: String) throws -> String {
        let places = ["/\(path)", "\(build)/\(directory)/\(path)"]
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw IsMissing(path: path)
        }
        return place
    }

    static func run(_ name: String, _ words: [String]) throws -> Command {
        let program = try place("usr/sbin/\(name)", unpacked: name == "corosync" ? "corosync" : "pacemaker")
        let schemas = try place("usr/share/pacemaker", unpacked: "pacemaker-common")
        return try Command.run(["env", "PCMK_schema_directory=\(schemas)", program] + words, limit: .seconds(60))
    }

    /// Those that are not there, or not with their libraries.
    static let missing = [("crm_verify", "--version"), ("crm_simulate", "--version"), ("corosync", "-v")]
        .filter { name, version in (try? run(name, [version]).code) != 0 }.map(\.0).joined(separator: ", ")

    /// What crm_simulate says of one transition.
    struct Transition {
        /// In the order in which they are carried out.
        private(set) var starts: [(id: String, node: String)] = []
        /// Nodes, by ids of what runs there in the end.
        private(set) var running: [String: String] = [:]

        init(_ output: String) {
            var isEnd = false
            for line in output.split(separator: "\n") {
                if line == "Revised Cluster Status:" { isEnd = true }
                if let start = line.wholeMatch(of: #/  \* Resource action: (\S+) +start on (\S+)/#) {
                    starts.append((String(start.output.1), String(start.output.2)))
                } else if isEnd, let run = line.wholeMatch(of: #/ +\* (\S+)\t\(\S+\):\t Started (\S+).*/#) {
                    running[String(run.output.1)] = String(run.output.2)
                }
            }
        }
    }
}
