// The JSON of an import, and of an export, is what its schema says.

import Foundation
import HeartbeatConfig
import HeartbeatImport
import HeartbeatModel
import Testing

@Suite struct ImportSchemaTests {
    @Test(arguments: [nil, "new"]) func `the JSON of an import is as its schema says, and the schema knows every key`(
        directory: String?
    ) throws {
        let text = "vrrp_instance A {\ninterface eth0\nvirtual_ipaddress {\n192.0.2.1/24\n}\nnotify /bin/true\n}\n"
        let nodes = [try #require(ImportNode("gw-a")), try #require(ImportNode("gw-b"))]
        let made = try Import.make(
            from: .keepalived, [SourceFile(path: "a.conf", text: text)], nodes: nodes, secret: "secret")
        let value = try JSONSerialization.jsonObject(
            with: Data(ImportJSON(made, writtenTo: directory).text.utf8))
        let schema = try SchemaTests.schema("hbctl-import-1")
        #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        let files = try #require((value as? [String: Any])?["files"] as? [[String: Any]])
        #expect(files.allSatisfy { ($0["text"] is NSNull) == (directory != nil) })
        #expect((value as? [String: Any])?["exit"] as? Int == 1)
    }

    @Test(arguments: [nil, "new"]) func `the JSON of an export is as its schema says, and the schema knows every key`(
        directory: String?
    ) throws {
        let read = readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(
                    path: "ha.cf",
                    text: "logfacility daemon\nauto_failback on\nbcast eth0\nserial /dev/ttyS0\nnode gw-a gw-b\n"),
                haresources: SourceFile(path: "haresources", text: "gw-a 192.0.2.1/24 web\n"),
                authkeys: SourceFile(path: "authkeys", text: "auth 1\n1 sha1 secret\n"), authkeysMode: 0o600,
                localNode: NodeName("gw-a")))
        let made = PacemakerExport(try #require(read.configuration, "\(read.diagnostics)"))
        let value = try JSONSerialization.jsonObject(with: Data(ExportJSON(made, writtenTo: directory).text.utf8))
        let schema = try SchemaTests.schema("hbctl-export-1")
        #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        let told = try #require(value as? [String: Any])
        let files = try #require(told["files"] as? [[String: Any]])
        #expect(files.map { $0["name"] as? String } == ["corosync.conf", "cib.xml"])
        #expect(files.map { $0["text"] as? String } == (directory == nil ? [made.corosync, made.cib] : [nil, nil]))
        #expect(told["output"] as? String == directory && told["exit"] as? Int == 1)
        let findings = try #require(told["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["outcome"] as? String == "lost" && $0["what"] as? String == "serial" })
        #expect((told["next"] as? [String])?.isEmpty == false)
    }
}
