// Examples that a page calls whole files are read, or run, as such.

import Foundation
import HeartbeatConfig
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct WholeFileTests {
    private static let haCf = "node cluster1 cluster2\nbcast eth0\nauto_failback on\nlogfacility daemon\n"
    private static let authkeys = "auth 1\n1 sha1 SecretKey\n"

    private static func complaints(
        haCf: String = Self.haCf, haresources: String = "cluster1 10.0.0.100/24 web\n",
        authkeys: String = Self.authkeys
    ) -> [String] {
        readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: haCf),
                haresources: SourceFile(path: "haresources", text: haresources),
                authkeys: SourceFile(path: "authkeys", text: authkeys), authkeysMode: 0o600,
                localNode: NodeName("cluster1"))
        ).diagnostics.map(\.description)
    }

    private static func complaints(ofGateway text: String) -> [String] {
        readGateways(
            SourceFile(path: "gateway.cf", text: text), authkeys: SourceFile(path: "authkeys", text: authkeys),
            authkeysMode: 0o600, localNode: NodeName("gwa")
        ).diagnostics.filter { $0.severity == .error }.map(\.description)
    }

    @Test func `the reader has nothing to say of a whole file`() throws {
        var kinds: [String: Int] = [:]
        for name in ManPage.names {
            for (kind, text) in try ManPage(name).wholeFiles {
                kinds[kind, default: 0] += 1
                let complaints: [String] =
                    switch kind {
                    case "ha.cf": Self.complaints(haCf: text)
                    case "haresources": Self.complaints(haresources: text)
                    case "authkeys": Self.complaints(authkeys: text)
                    case "lines.cf": readLines(SourceFile(path: kind, text: text)).diagnostics.map(\.description)
                    case "gateway.cf": Self.complaints(ofGateway: text)
                    case "script": []
                    default: ["nobody reads a \(kind)"]
                    }
                #expect(complaints == [], "\(name)")
            }
        }
        #expect(kinds == ["ha.cf": 3, "haresources": 2, "authkeys": 2, "lines.cf": 1, "gateway.cf": 1, "script": 1])
    }

    @Test func `hbctl prints the script of heartbeat-scripts`() throws {
        let script = try #require(try ManPage("heartbeat-scripts.7").wholeFiles.first { $0.kind == "script" }?.text)
        let words = [ProgramPlaces().programs + "/hbctl", "script-test", "--skeleton"]
        #expect(try Command.run(words, limit: .seconds(30)).output == script)
    }

    @Test func `the script of heartbeat-scripts does what it promises`() throws {
        let script = try #require(try ManPage("heartbeat-scripts.7").wholeFiles.first { $0.kind == "script" }?.text)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("script-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let program = URL(fileURLWithPath: "/bin/sleep").resolvingSymlinksInPath().path
        let file = directory.path + "/mydaemon"
        try script.replacing("program=/usr/local/sbin/mydaemon", with: "program=\(program)")
            .replacing("pidfile=/run/mydaemon.pid", with: "pidfile=\(directory.path)/pid")
            .write(toFile: file, atomically: false, encoding: .utf8)
        let expected: [(verb: String, code: Int32, output: String)] = [
            ("status", 3, "stopped\n"), ("start", 0, ""), ("start", 0, ""), ("status", 0, "running\n"), ("stop", 0, ""),
            ("stop", 0, ""), ("status", 3, "stopped\n"),
        ]
        for (verb, code, output) in expected {
            let result = try Command.run(["sh", file, "60", verb], limit: .seconds(30))
            #expect(result.code == code && result.output == output, "\(verb): \(result)")
            if verb == "status" { #expect(statusTextMeansRunning(result.output) == (code == 0)) }
        }
        #expect(try Command.run(["sh", file, "60", "bogus"]).code == 2)
    }
}
