// The built hbctl imports: what it writes, where it does not, and what it ends with.

import Foundation
import HeartbeatLab
import Testing

@Suite struct HbctlImportTests {
    private let directory = NSTemporaryDirectory() + "hbctl-import-\(UUID().uuidString.prefix(8))"

    private func hbctl(_ words: [String]) throws -> (code: Int32, output: String) {
        let result = try Command.run([ProgramPlaces().programs + "/hbctl", "import"] + words, limit: .seconds(30))
        return (result.code, result.output)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func inDirectory(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let text =
            "vrrp_instance A {\ninterface eth0\nstate MASTER\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\ninclude more/*.conf\n"
        try write(text, "a.conf")
        try body()
    }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }

    private var nodes: [String] { ["--node", "gw-a", "--node", "gw-b"] }

    @Test func `included files beside the file are read, and all is written into a new directory`() throws {
        try inDirectory {
            try FileManager.default.createDirectory(atPath: path("more"), withIntermediateDirectories: false)
            try write(
                "vrrp_instance B {\ninterface eth1\nstate MASTER\nvirtual_ipaddress {\n198.51.100.1/28\n}\n}\n",
                "more/b.conf")
            let words = ["keepalived", path("a.conf"), "--output", path("new")] + nodes
            let result = try hbctl(words)
            #expect(result.code == 0, "\(result)")
            let haresources = try String(contentsOfFile: path("new/haresources"), encoding: .utf8)
            #expect(haresources.hasSuffix("gw-a 192.0.2.1/24/eth0\ngw-a 198.51.100.1/28/eth1\n"), "\(haresources)")
            let mode = try FileManager.default.attributesOfItem(atPath: path("new/authkeys"))[.posixPermissions]
            #expect(mode as? Int == 0o600)
            // A second run would make another secret.
            let keys = try Data(contentsOf: URL(fileURLWithPath: path("new/authkeys")))
            #expect(try hbctl(words).code == 2)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path("new/authkeys"))) == keys)
        }
    }

    @Test func `without a directory it prints the files, and secrets differ from run to run`() throws {
        try inDirectory {
            let results = try (0..<2).map { _ in try hbctl(["keepalived", path("a.conf")] + nodes) }
            for result in results {
                #expect(result.code == 1 && result.output.contains("==== ha.cf\n"), "\(result)")
                #expect(result.output.contains("a.conf:8: include more/*.conf: there is no such file"), "\(result)")
            }
            #expect(results[0].output != results[1].output)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.conf"])
        }
    }

    @Test func `what cannot be read ends with 2, and what has to be said with 64`() throws {
        try inDirectory {
            try write("vrrp_instance A {\n", "broken.conf")
            for name in ["broken.conf", "gone.conf"] {
                #expect(try hbctl(["keepalived", path(name), "--output", path("new")] + nodes).code == 2)
            }
            #expect(try hbctl(["keepalived", path("a.conf")]).code == 64)
            #expect(try hbctl(["carp", path("a.conf")] + nodes).code == 64)
            #expect(!FileManager.default.fileExists(atPath: path("new")))
            let result = try hbctl(["keepalived", path("a.conf"), "--json"])
            let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            #expect(value?["schema"] as? String == "hbctl/error/1" && value?["exit"] as? Int == 64)
        }
    }

    @Test func `of more files than are read none is passed over in silence`() throws {
        try inDirectory {
            try FileManager.default.createDirectory(atPath: path("more"), withIntermediateDirectories: false)
            for number in 1...255 { try write("! nothing\n", "more/\(number).conf") }
            #expect(try hbctl(["keepalived", path("a.conf")] + nodes).code == 0)
            try write("! nothing\n", "more/256.conf")
            let result = try hbctl(["keepalived", path("a.conf")] + nodes)
            #expect(result.code == 2 && result.output.contains("a.conf:8: too many files are included"), "\(result)")
        }
    }

    @Test func `the files of this machine are exported, and mistakes in them end with 2`() throws {
        try inDirectory {
            try write("node gw-a gw-b\nbcast hb-none0\nauto_failback on\nlogfacility daemon\n", "ha.cf")
            try write("gw-a 192.0.2.1/24\n", "haresources")
            try write("gw-a\n", "nodeinfo")
            try write("auth 1\n1 sha1 secret\n", "authkeys")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("authkeys"))
            let program = ProgramPlaces().programs + "/hbctl"
            let words = [program, "export", "pacemaker", "--config-dir", directory, "--output", path("new")]
            let result = try Command.run(words, limit: .seconds(30))
            #expect(result.code == 1 && result.output.contains("next:\n"), "\(result)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: path("new")).sorted() == [
                    "cib.xml", "corosync.conf",
                ])
            let plain = Array(words.dropLast(2)) + ["--json"]
            let told = try Command.run(plain, limit: .seconds(30))
            #expect(told.code == 1 && told.output.hasPrefix("{\"schema\": \"hbctl/export/1\", "), "\(told)")
            try write("nodes gw-a gw-b\n", "ha.cf")
            let refused = try Command.run(plain, limit: .seconds(30))
            #expect(refused.code == 2 && refused.output.hasPrefix("{\"schema\": \"hbctl/error/1\", "), "\(refused)")
            #expect(try Command.run(Array(words.dropLast(2)), limit: .seconds(30)).code == 2)
        }
    }
}
