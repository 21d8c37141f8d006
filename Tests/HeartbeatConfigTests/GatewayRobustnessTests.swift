// Thousands of broken files of a gateway service: nothing traps, there are services exactly when there is no error, and every message
// has a line.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Broken files of a gateway service")
struct GatewayRobustnessTests {
    /// Words that mean something in this file.
    private static let words = [
        "gateway fw", "gateway x down=eth0 up=eth1 roving=10.9.0.1/24,192.0.2.1/24\n", "host gwa ", "host ",
        "priority=",
        "svc_check=1ms", "self_check 0", "deny_timeout 1", "hear_timeout ", "uplink module=", "addresses", "fd00::1",
        "::",
        "/0", "/33", ",", "=", "\n", "#", "\0", "é", "service IPaddr::", "IPv6addr::", "procedure_timeout ", "witness ",
        "99999999999999999999", "ms", "0.0.0.0", "255.255.255.255",
    ]

    /// Whether the files were taken.
    @discardableResult
    private func check(_ bytes: [UInt8], authkeys: [UInt8] = Array("auth 1\n1 sha1 SecretKey\n".utf8)) -> Bool {
        let result = readGateways(
            SourceFile(path: "gateway.cf", bytes: bytes), authkeys: SourceFile(path: "authkeys", bytes: authkeys),
            authkeysMode: 0o600, localNode: NodeName("gwa"))
        #expect((result.gateways == nil) == !result.errors.isEmpty)
        #expect(result.errors.allSatisfy { $0.line ?? 0 > 0 })
        #expect(result.diagnostics.allSatisfy { !$0.description.contains { $0.isNewline || $0 == "\0" } })
        #expect(!result.diagnostics.contains { $0.description.contains("SecretKey") })
        guard let gateways = result.gateways else { return false }
        #expect(!gateways.isEmpty && Set(gateways.map(\.name)).count == gateways.count)
        for gateway in gateways {
            #expect(gateway.problems.isEmpty && (1...16).contains(gateway.hosts.count))
            #expect(gateway.hosts.contains { $0.name == NodeName("gwa") })
            #expect(Set(gateway.hosts.map(\.priority)).count == gateway.hosts.count)
            let addresses =
                gateway.hosts.flatMap { [$0.down, $0.up] } + [gateway.down.roving.ip, gateway.up.roving.ip]
            #expect(Set(addresses).count == addresses.count)
        }
        return true
    }

    @Test("Mutated files", arguments: 0..<12)
    func mutated(seed: Int) {
        var mutator = Mutator(random: SplitMix64(seed: UInt64(4000 + seed)))
        let authkeys = Array("auth 1\n1 sha1 SecretKey\n".utf8)
        // Comments, so that some mutations are harmless.
        let text = (GatewayFiles.good + "reply_timeout 4\nuplink link\n" + GatewayFiles.second)
            .replacing("\n", with: "  # " + String(repeating: "why ", count: 20) + "\n")
        let good = Array(text.utf8)
        let accepted = (0..<200).count { round in
            var bytes = round % 10 == 0 ? good : mutator.mutated(good)
            if round % 3 == 1 {
                let word = Self.words[mutator.below(Self.words.count)]
                bytes.insert(contentsOf: word.utf8, at: mutator.below(bytes.count))
            }
            return check(bytes, authkeys: round % 10 == 0 ? mutator.mutated(authkeys) : authkeys)
        }
        // Mutations that are always, or never, refused would test little.
        #expect((10...190).contains(accepted), "\(accepted)")
    }

    @Test("The example with everything switched on, mutated", arguments: 0..<6)
    func mutatedExample(seed: Int) throws {
        var mutator = Mutator(random: SplitMix64(seed: UInt64(5000 + seed)))
        let lines = try Examples.text("examples/gateway/gateway.cf").split(separator: "\n").filter {
            !$0.hasPrefix("# ")
        }
        let text = lines.map { $0.drop { $0 == "#" } }.joined(separator: "\n")
        #expect(check(Array(text.utf8)))
        for _ in 0..<100 { check(mutator.mutated(Array(text.utf8))) }
    }

    @Test("Noise, and enormous words and lines")
    func noise() {
        var mutator = Mutator(random: SplitMix64(seed: 6000))
        for _ in 0..<300 { check(mutator.noise(), authkeys: mutator.noise()) }
        for unit in ["a", "1", ":", ",", "=", "é", "\u{301}", ".", "\n", "\r", "#", "/"] {
            let text = String(repeating: unit, count: 6000)
            for start in ["", "gateway ", "gateway fw roving=", "host ", "witness ", "service ", "self_check "] {
                check(Array((start + text).utf8))
                check(Array((GatewayFiles.good + start + text).utf8))
            }
        }
    }
}
