// What is made of configurations as people write them: as it was looked at, and accepted by heartbeat's own readers.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatImport

@Suite struct ImportTests {
    private func made(_ name: String) throws -> Import { try ImportCase(name: name).run().get() }

    private func file(_ name: String, of made: Import) throws -> [String] {
        let file = try #require(made.files.first { $0.name == name })
        return file.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    @Test func `the cases are found`() { #expect(ImportCase.all.count >= 20) }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes them anew.
    @Test(arguments: ImportCase.all) func `what is made is as it was looked at`(example: ImportCase) throws {
        let text = ImportCase.text(try example.run())
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: example.expected)
        }
        #expect(try String(contentsOf: example.expected, encoding: .utf8) == text)
    }

    @Test(arguments: ImportCase.all) func `our own readers take it without a word`(example: ImportCase) throws {
        guard let made = try? example.run().get() else { return }
        #expect(ImportCase.diagnostics(of: made).map(\.description) == [])
    }

    @Test(arguments: ImportCase.all) func `no password and no other secret is printed`(example: ImportCase) throws {
        let text = ImportCase.text(try example.run())
        for secret in ["s3cr3t", "not-for-you", "736563726574"] { #expect(!text.contains(secret)) }
    }

    @Test func `a simple pair is carried over whole`() throws {
        let made = try made("pair")
        #expect(made.isWhole)
        #expect(try file("haresources", of: made) == ["gw-a 192.0.2.10/24/eth0"])
        let haCf = try file("ha.cf", of: made)
        // Three advertisements and the skew of the host that waits, of priority 100.
        for line in ["node gw-a gw-b", "keepalive 1", "deadtime 3609ms", "bcast eth0", "auto_failback on"] {
            #expect(haCf.contains(line), "\(haCf)")
        }
        #expect(made.files.last?.mode == 0o600)
    }

    @Test func `instances that move together are one group`() throws {
        let lines = try file("haresources", of: made("sync-group"))
        #expect(lines == ["gw-a 198.51.100.1/28/eth1 192.0.2.1/24/eth0:gw/192.0.2.255 192.0.2.2/24/eth0"])
    }

    @Test func `unicast names both addresses, so that both nodes can have the same file`() throws {
        let haCf = try file("ha.cf", of: made("unicast"))
        #expect(haCf.filter { $0.hasPrefix("ucast ") } == ["ucast ens3 203.0.113.11", "ucast ens3 203.0.113.12"])
        #expect(haCf.contains("keepalive 500ms") && haCf.contains("deadtime 1804ms"), "\(haCf)")
    }

    @Test func `an address behind a name goes where no file has one`() throws {
        let example = ImportCase(name: "unicast-one-file")
        let nodes = [try #require(ImportNode("web1=203.0.113.12")), try #require(ImportNode("web2"))]
        let made = try ImportCase.make(.keepalived, [example.source("a.conf")], nodes).get()
        let haCf = try file("ha.cf", of: made)
        #expect(haCf.filter { $0.hasPrefix("ucast ") } == ["ucast ens3 203.0.113.12", "ucast ens3 203.0.113.11"])
        #expect(made.isWhole)
    }

    @Test func `what does not preempt stays, and serves where the priority is higher`() throws {
        let made = try made("nopreempt")
        #expect(try file("ha.cf", of: made).contains("auto_failback off"))
        #expect(try file("ha.cf", of: made).contains("link bond1"))
        #expect(try file("haresources", of: made) == ["db2 192.0.2.33/24/bond0"])
    }

    @Test func `a script becomes a probe, and what only a shell understands does not`() throws {
        let probes = try file("ha.cf", of: made("scripts")).filter { $0.hasPrefix("probe ") }
        #expect(
            probes == [
                "probe chk_haproxy interval=2000ms timeout=2000ms fall=3 rise=2 command /usr/bin/killall -0 haproxy",
                "probe chk_gateway interval=5000ms timeout=3000ms fall=3 rise=6 "
                    + "command /usr/local/sbin/ask-gateway 192.0.2.254",
            ])
    }

    @Test func `where interfaces differ each node has a file, and haresources names none`() throws {
        let made = try made("other-interface")
        #expect(made.files.map(\.name) == ["ha.cf.gw-a", "ha.cf.gw-b", "haresources", "authkeys"])
        #expect(try file("ha.cf.gw-b", of: made).contains("bcast enp1s0"))
        #expect(try file("haresources", of: made) == ["gw-a 192.0.2.10/24"])
    }

    @Test func `an unknown word is lost, with what it may have been meant for`() throws {
        let finding = try #require(try made("scripts").findings.first { $0.what == "priorty 10" })
        #expect(finding.outcome == .lost && finding.why.contains("did you mean \"priority\"?"))
    }

    @Test(arguments: [" >/dev/null 2>&1 &", " 2> /var/log/it", " </dev/null >>/var/log/it"])
    func `where the output of a call goes is none of its words`(end: String) throws {
        let nodes = [try #require(ImportNode("a")), try #require(ImportNode("b"))]
        for (source, call) in [
            (ImportSource.vrrpd, "vrrpd -i eth0 -v 1 -n 192.0.2.1/24"), (.ucarp, "ucarp -i eth0 -v 1 -a 192.0.2.1/24"),
        ] {
            let files = [call, call + end].map { SourceFile(path: "f", text: $0 + "\n") }
            let plain = try ImportCase.make(source, [files[0]], nodes).get()
            #expect(try ImportCase.make(source, [files[1]], nodes).get() == plain)
        }
    }

    @Test func `includes that nobody follows are named`() throws {
        let example = ImportCase(name: "include")
        let main = SourceFile(
            path: "main.conf",
            text: "include other.conf\nvrrp_instance A {\ninterface eth0\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n")
        let made = try ImportCase.make(.keepalived, [main], example.call().nodes).get()
        #expect(made.findings.contains { $0.outcome == .lost && $0.place.line == 1 && $0.what == "include other.conf" })
    }

    @Test func `a file that includes itself is refused, and not read for ever`() throws {
        let nodes = try ImportCase(name: "include").call().nodes
        let file = SourceFile(path: "a.conf", text: "include a.conf\ninclude a.conf\n")
        let result = ImportCase.make(.keepalived, [file], nodes) { _, _ in [file] }
        #expect(throws: ImportMistake.self) { try result.get() }
    }

    @Test func `what is missing is asked for, and a file that cannot be read is named`() throws {
        let text = "vrrpd -i eth0 -v 1 192.0.2.1"
        let file = SourceFile(path: "run", text: text)
        let one = try #require(ImportNode("a"))
        for nodes in [[], [one], [one, one], [one, one, one]] {
            guard case .failure(let mistake) = ImportCase.make(.vrrpd, [file], nodes) else {
                Issue.record("\(nodes.count) nodes were enough")
                continue
            }
            #expect(mistake.kind == .question && mistake.remedy.contains("--node"))
        }
        let gone = SourceFile(path: "gone", contents: .unreadable(reason: "No such file"))
        for source in ImportSource.allCases {
            guard case .failure(let mistake) = ImportCase.make(source, [gone], [one]) else {
                Issue.record("\(source) was made of nothing")
                continue
            }
            #expect(mistake.kind == .file && mistake.text == "gone: cannot be read: No such file")
        }
    }

    @Test func `a node is a name, perhaps with an address`() {
        #expect(ImportNode("gw-b=192.0.2.12") != nil && ImportNode("gw-b.example.org") != nil)
        for word in ["", "=192.0.2.1", "gw b", "gw-b=", "gw-b=224.0.0.1", "-x", "gw_b"] {
            #expect(ImportNode(word) == nil)
        }
    }
}
