// The JSON of an import is what its schema says.

import Foundation
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
}
