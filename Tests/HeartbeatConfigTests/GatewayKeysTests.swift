// The keys of a gateway service: authkeys as everywhere, but nothing that anybody could forge.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Keys of a gateway service")
struct GatewayKeysTests {
    @Test(
        "A key that signs nothing is refused, also one that is only accepted",
        arguments: [("auth 1\n1 crc\n", 2, 1), ("auth 1\n1 sha1 SecretKey\n7 crc\n", 3, 7)])
    func crc(text: String, line: Int, number: Int) {
        var files = GatewayFiles()
        files.authkeys = text
        let result = files.read()
        #expect(result.gateways == nil && result.diagnostics.count == 1)
        #expect(
            result.diagnostics.first?.description
                == "authkeys:\(line): crc signs nothing, so that anybody on the networks could take the service away; write "
                + "\"\(number) sha1 <secret>\"")
    }

    @Test("Everything else is judged as it is for a cluster")
    func others() {
        var files = GatewayFiles()
        files.mode = 0o644
        #expect(files.read().gateways == nil && files.read().errors.map(\.file) == ["authkeys"])
        files.mode = 0o600
        files.authkeys = "auth 2\n1 sha1 SecretKey\n"
        #expect(files.read().gateways == nil && files.read().errors.map(\.line) == [1])
        files.authkeys = "auth 1\n1 sha1 replace-this-secret\n"
        #expect(files.read().gateways != nil && files.read().warnings.map(\.file) == ["authkeys"])
    }

    @Test("Files that cannot be read are named")
    func unreadable() {
        let missing = { SourceFile(path: $0, contents: .unreadable(reason: "there is none")) }
        let result = readGateways(
            missing("gateway.cf"), authkeys: missing("authkeys"), authkeysMode: 0, localNode: NodeName("gwa"))
        #expect(result.gateways == nil)
        #expect(
            result.diagnostics.map(\.description) == [
                "gateway.cf: cannot be read: there is none", "authkeys: cannot be read: there is none",
            ])
    }
}
