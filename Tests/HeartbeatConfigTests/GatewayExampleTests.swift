// examples/gateway/gateway.cf: that it is taken as it is and with each suggested line switched on, that it names every word, and that
// what it says of defaults is so.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite("The example of gateway.cf")
struct GatewayExampleTests {
    private static let path = "examples/gateway/gateway.cf"

    private func read(_ text: String) -> GatewaysResult {
        var files = GatewayFiles(text)
        files.host = HostFacts()
        return files.read()
    }

    @Test("It is taken on a machine nothing is known of, without a warning")
    func valid() throws {
        let result = read(try Examples.text(Self.path))
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect(result.gateways?.map(\.name) == ["fw"] && result.logging.facility == "daemon")
    }

    @Test("Every line that can be switched on is right")
    func suggestions() throws {
        let variants = Examples.variants(of: try Examples.text(Self.path))
        #expect(variants.count > 10)
        for variant in variants { #expect(read(variant).diagnostics.isEmpty, "\(read(variant).diagnostics)") }
    }

    @Test("It names every word there is")
    func complete() throws {
        #expect(Set(Examples.directives(in: try Examples.text(Self.path))) == Set(GatewayRule.all.map(\.name)))
    }

    /// But for the third host, which is no default.
    @Test("What is switched off says what holds without it")
    func defaults() throws {
        let text = try Examples.text(Self.path)
        let standard = try #require(read(text).gateways?.first)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            Examples.isSuggested(line) && !line.hasPrefix("#host") ? String(line.dropFirst()) : String(line)
        }
        var explicit = try #require(read(lines.joined(separator: "\n")).gateways?.first)
        for procedure in GatewayProcedure.allCases {
            #expect(explicit.timeouts[procedure] == procedure.defaultTimeout, "\(procedure)")
        }
        #expect(explicit.remoteTarget == standard.nextHop)
        (explicit.timeouts, explicit.remoteTarget) = ([:], nil)
        #expect(explicit == standard)
    }
}
