// What Pacemaker is given of a pair's files: as it was looked at.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatImport

@Suite struct PacemakerExportTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("export/everything")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.directory.appendingPathComponent(name), encoding: .utf8)
    }

    /// Of the node gw-a.
    static func configuration(_ haCf: String, _ haresources: String) throws -> Configuration {
        let result = readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: haCf),
                haresources: SourceFile(path: "haresources", text: haresources),
                authkeys: SourceFile(path: "authkeys", text: "auth 1\n1 sha1 secret\n"), authkeysMode: 0o600,
                localNode: NodeName("gw-a")))
        return try #require(result.configuration, "\(result.diagnostics)")
    }

    private func exported(_ haCf: String, _ haresources: String) throws -> PacemakerExport {
        PacemakerExport(try Self.configuration(haCf, haresources))
    }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes them anew.
    @Test func `the files and the findings are as they were looked at`() throws {
        let made = try exported(text("ha.cf"), text("haresources"))
        let parts = [
            ("corosync.conf", made.corosync), ("cib.xml", made.cib),
            ("findings", made.lines.map { $0 + "\n" }.joined()),
        ]
        for (name, made) in parts {
            if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] != nil {
                try Data(made.utf8).write(to: Self.directory.appendingPathComponent(name))
            }
            #expect(try text(name) == made)
        }
    }

    @Test func `no id stands twice, and what is lost is not in the CIB`() throws {
        let cib = try exported(text("ha.cf"), text("haresources")).cib
        let ids = cib.matches(of: #/ id="([^"]*)"/#).map { String($0.output.1) }
        #expect(ids.count > 20 && Set(ids).count == ids.count)
        #expect(!cib.contains("berlin") && cib.contains("value=\"/etc/nginx/a&amp;b.conf\""))
    }

    @Test func `a group of which nothing is left has no rule`() throws {
        let made = try exported(
            "node gw-a gw-b\nbcast eth0\nauto_failback on\nlogfacility daemon\n",
            "gw-a ipsec::berlin\ngw-b 192.0.2.1/24\n")
        #expect(!made.cib.contains("group-1") && made.cib.contains("rsc=\"group-2\" node=\"gw-b\""))
        #expect(made.cib.contains("name=\"resource-stickiness\" value=\"0\""))
        #expect(!made.isWhole && made.lines.contains { $0.hasPrefix("  haresources:1: ipsec::berlin: ") })
    }

    @Test(arguments: [
        ("deadtime 100ms\nkeepalive 20ms", "token: 150", "  keepalive, deadtime: token is 150 ms, "),
        ("deadtime 150ms\nkeepalive 20ms", "token: 150", "  keepalive, deadtime: token is deadtime; "),
        ("deadtime 4294968\ninitdead 4294968", "token: 4294967295", "  keepalive, deadtime: token is 4294967295 ms, "),
        ("cluster \(String(repeating: "x", count: 255))", "name: x", "  keepalive, deadtime: token is deadtime; "),
        (
            "cluster \(String(repeating: "x", count: 256))", "name: linux-ha",
            "  cluster: Corosync cannot have this name"
        ),
    ]) func `what Corosync would refuse is changed and told`(directives: String, line: String, finding: String) throws {
        let made = try exported(
            "node gw-a gw-b\nbcast eth0\nauto_failback on\nlogfacility daemon\n\(directives)\n", "gw-a 192.0.2.1/24\n")
        #expect(made.corosync.contains(line), "\(made.corosync)")
        #expect(made.lines.contains { $0.hasPrefix(finding) }, "\(made.lines)")
        #expect(finding.hasPrefix("  cluster") == made.lines.contains { $0.hasPrefix("  cluster") })
    }
}
