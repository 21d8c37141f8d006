// The program hb_site, called as an operator calls it.

import Foundation
import Testing

@Suite struct SiteProgramTests {
    private let directory = NSTemporaryDirectory() + "hb_site-\(UUID().uuidString)"

    private struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    private func hbSite(_ words: String...) throws -> Result { try hbSite(words) }

    private func hbSite(_ words: [String]) throws -> Result {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("hb_site")
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.arguments = words
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaint, as: UTF8.self))
    }

    /// Runs `body` in a directory with the shipped site file and a secret.
    private func inDirectory(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.copyItem(atPath: ExampleSite.paper.url.path, toPath: directory + "/site.cf")
        try write("0123456789abcdef0123456789abcdef\n", to: "site.key", mode: 0o600)
        try body()
    }

    private func write(_ text: String, to path: String, mode: Int) throws {
        try text.write(toFile: "\(directory)/\(path)", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(directory)/\(path)")
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
    }

    @Test("Files are written once, and nothing differs then")
    func written() throws {
        try inDirectory {
            let first = try hbSite("write", "site.cf", "--tree", "t")
            #expect(first.code == 0 && first.errors.isEmpty, "\(first)")
            #expect(first.output.contains("cluster4:etc/ha.d/haresources: written"))
            let second = try hbSite("write", "site.cf", "--tree", "t")
            #expect(second.code == 0 && second.output.isEmpty)
            for command in ["check", "diff"] {
                let result = try hbSite(command, "site.cf", "--tree", "t")
                #expect(result.code == 0 && result.output.isEmpty, "\(result)")
            }
            let keys = try FileManager.default.attributesOfItem(atPath: directory + "/t/cluster1/etc/ha.d/authkeys")
            #expect(keys[.posixPermissions] as? Int == 0o600)
            // One machine alone has the same.
            let own = try hbSite("check", "site.cf", "--node", "cluster3", "--root", "t/cluster3")
            #expect(own.code == 0 && own.output.isEmpty, "\(own)")
        }
    }

    @Test("What a hand has changed is named with both places, and is not written over unless that is asked for")
    func changed() throws {
        try inDirectory {
            _ = try hbSite("write", "site.cf", "--tree", "t")
            let path = "t/cluster1/etc/ha.d/conf/gre-main"
            let text = try text(path).replacing("GRE_PEER=10.9.0.2", with: "GRE_PEER=10.9.0.7")
            try write(text, to: path, mode: 0o644)
            let check = try hbSite("check", "site.cf", "--tree", "t")
            #expect(check.code == 1)
            #expect(check.output.contains("gre-main:7: is \"GRE_PEER=10.9.0.7\", should be \"GRE_PEER=10.9.0.2\""))
            #expect(
                check.output.contains(
                    "cluster1:etc/ha.d/conf/gre-main:7, cluster3:etc/ha.d/conf/gre-main:6: PEER and ADDRESS"))
            let diff = try hbSite("diff", "site.cf", "--tree", "t")
            #expect(diff.code == 1 && diff.output.contains("-GRE_PEER=10.9.0.7\n+GRE_PEER=10.9.0.2"), "\(diff)")
            let refused = try hbSite("write", "site.cf", "--tree", "t")
            #expect(
                refused.code == 1 && refused.output.contains("cluster1:etc/ha.d/conf/gre-main: was not made by hb_site")
            )
            #expect(try self.text(path) == text)
            #expect(try hbSite("write", "site.cf", "--tree", "t", "--force").code == 0)
            #expect(try hbSite("check", "site.cf", "--tree", "t").code == 0)
        }
    }

    @Test("A secret is on no screen")
    func secrets() throws {
        try inDirectory {
            let diff = try hbSite("diff", "site.cf", "--tree", "t")
            #expect(diff.code == 1 && diff.output.contains("+(a secret)"))
            #expect(!diff.output.contains("sha1 ") && !diff.output.contains("secret ="))
        }
    }

    @Test("Nothing is written when heartbeat would refuse it, or when one file cannot be")
    func refused() throws {
        try inDirectory {
            try write(try text("site.cf") + "option munich keepalive 5m\n", to: "site.cf", mode: 0o644)
            let mistake = try hbSite("write", "site.cf", "--tree", "t")
            #expect(mistake.code == 1 && mistake.output.contains("cluster3:etc/ha.d/ha.cf:"), "\(mistake)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/t"))
        }
        try inDirectory {
            try FileManager.default.createDirectory(
                atPath: directory + "/t/cluster2", withIntermediateDirectories: true)
            try write("in the way", to: "t/cluster2/etc", mode: 0o644)
            let result = try hbSite("write", "site.cf", "--node", "cluster2", "--root", "t/cluster2")
            #expect(result.code == 6 && result.errors.contains("etc"), "\(result)")
        }
    }

    /// Every file below a directory, without directories.
    private func files(below path: String) -> [String] {
        let root = "\(directory)/\(path)"
        return (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).filter { file in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(file)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
    }

    /// The last file of the last node is `vpn.conf` of swanctl: all others can be written when it turns out that it cannot.
    @Test("The last file that cannot be written keeps all others from their places", arguments: [false, true])
    func lastRefused(isWholeTree: Bool) throws {
        try inDirectory {
            let words =
                isWholeTree ? ["--tree", "t"] : ["--node", "cluster4", "--root", "t/cluster4"]
            func write() throws -> Result { try hbSite(["write", "site.cf"] + words) }
            let last = "t/cluster4/etc/swanctl/conf.d/vpn.conf"
            // A directory stands where the file is to be written before it gets its name.
            let obstacle = "\(directory)/\(last).hb_site"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
            let refused = try write()
            #expect(refused.code == 6 && refused.errors.contains("vpn.conf.hb_site"), "\(refused)")
            #expect(refused.output.isEmpty)
            #expect(files(below: "t") == [])
            // Nor is anything touched of what is there already.
            try FileManager.default.removeItem(atPath: obstacle)
            let written = try write()
            #expect(
                written.code == 0
                    && written.output.split(separator: "\n").last == "cluster4:etc/swanctl/conf.d/vpn.conf: written")
            let before = try files(below: "t").sorted().map { [$0, try text("t/\($0)")] }
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
            try self.write("another secret, as long as the first\n", to: "site.key", mode: 0o600)
            #expect(try write().code == 6)
            #expect(try files(below: "t").sorted().map { [$0, try text("t/\($0)")] } == before)
        }
    }

    @Test("What is missing is said, with a remedy")
    func missing() throws {
        try inDirectory {
            #expect(try hbSite("check", "nowhere.cf").code == 6)
            let node = try hbSite("check", "site.cf", "--node", "gw")
            #expect(node.code == 2 && node.errors.contains("gw is no node of vpn"))
            try write("0123456789abcdef0123456789abcdef\n", to: "site.key", mode: 0o644)
            let readable = try hbSite("check", "site.cf", "--tree", "t")
            #expect(readable.code == 6 && readable.errors.contains("chmod 600"), "\(readable)")
            try write("short\n", to: "site.key", mode: 0o600)
            #expect(try hbSite("check", "site.cf", "--tree", "t").errors.contains("head -c 32 /dev/urandom | base64"))
            try write("site s\n", to: "site.cf", mode: 0o644)
            let empty = try hbSite("check", "site.cf", "--tree", "t")
            #expect(empty.code == 2 && empty.errors.contains("site.cf:1: there is no pair"), "\(empty)")
        }
    }
}
