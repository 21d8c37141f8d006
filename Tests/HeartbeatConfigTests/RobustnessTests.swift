// Thousands of broken files: nothing crashes, there is always either a configuration or a reason with a line, and whatever
// is accepted can be printed and read again.

import HeartbeatConfig
import HeartbeatModel
import Testing

/// Breaks bytes the way people, editors and disks do.
struct Mutator {
    var random: SplitMix64

    /// Words that mean something somewhere.
    static let words = [
        "keepalive", "deadtime 0", "node", "\\", "\\\n", "#", "::", "/", "=", ",", "\r\n", "\0", "\u{FEFF}", "ms", "us",
        "-1",
        "99999999999999999999999999", "1e9", "auth", "auth 2", "crc", "sha1", "10.0.0.1/24", "2001:db8::1", "IPaddr::",
        "IPv6addr::", "mcast eth0", "ping_group", "udpport 1", "baud 9600\n", "env A", "respawn", "apiauth x uid=",
        "nice_failback on", "\t\t", "é", "\u{1F1E6}\u{1F1F9}", "\u{301}", "stonith", "crm", "serial", "1.5.5",
    ]

    mutating func below(_ limit: Int) -> Int {
        Int.random(in: 0..<max(limit, 1), using: &random)
    }

    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        for _ in 0...below(6) { mutateOnce(&bytes) }
        return bytes
    }

    private mutating func mutateOnce(_ bytes: inout [UInt8]) {
        let start = below(bytes.count)
        let end = min(bytes.count, start + below(12))
        switch below(6) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: bytes[start..<end], at: below(bytes.count))
        case 2: if start < bytes.count { bytes[start] = UInt8(below(256)) }
        case 3: bytes.insert(contentsOf: Self.words[below(Self.words.count)].utf8, at: start)
        case 4: bytes.insert(UInt8(ascii: "\n"), at: start)
        default:
            // Exchange two lines.
            var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if !lines.isEmpty { lines.swapAt(below(lines.count), below(lines.count)) }
            bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        }
    }

    mutating func noise() -> [UInt8] {
        let alphabet = Array("abcknode= \t\n\\#:/.,0123456789\r\0é".utf8) + [0xFF, 0xC0]
        return (0..<below(400)).map { _ in
            below(4) == 0 ? UInt8(below(256)) : alphabet[below(alphabet.count)]
        }
    }
}

@Suite("Broken files")
struct RobustnessTests {
    /// Whether the files were accepted.
    @discardableResult
    private func check(_ haCf: [UInt8], _ haresources: [UInt8], _ authkeys: [UInt8]) -> Bool {
        let result = readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", bytes: haCf),
                haresources: SourceFile(path: "haresources", bytes: haresources),
                authkeys: SourceFile(path: "authkeys", bytes: authkeys), authkeysMode: 0o600,
                localNode: NodeName("cluster1"), host: HostFacts()))
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect((result.configuration == nil) == !errors.isEmpty)
        #expect(errors.allSatisfy { $0.line ?? 0 > 0 })
        #expect(result.diagnostics.allSatisfy { !$0.description.contains { $0.isNewline || $0 == "\0" } })
        #expect(!result.diagnostics.contains { $0.description.contains("replace-this-secret") })
        guard let configuration = result.configuration else { return false }
        let again = configuration.printedAndRead
        #expect(again.configuration?.withoutLines == configuration.withoutLines, "\(again.diagnostics)")
        return true
    }

    /// The examples without their prose, so that mutations hit what is read.
    private func dense(_ name: String) throws -> [UInt8] {
        let lines = try Examples.text(name).split(separator: "\n").filter { !$0.hasPrefix("# ") && $0 != "#" }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    @Test("Mutated examples, one file at a time", arguments: 0..<20)
    func mutatedExamples(seed: Int) throws {
        var mutator = Mutator(random: SplitMix64(seed: UInt64(seed)))
        let haCf = try dense("ha.cf.example")
        let haresources = try dense("haresources.example")
        let authkeys = try dense("authkeys.example")
        let accepted = (0..<150).count { round in
            check(
                round % 3 == 0 ? mutator.mutated(haCf) : haCf,
                round % 3 == 1 ? mutator.mutated(haresources) : haresources,
                round % 3 == 2 ? mutator.mutated(authkeys) : authkeys)
        }
        // Mutations that are always, or never, refused would test little.
        #expect((10...140).contains(accepted))
    }

    @Test("Mutated examples with everything switched on", arguments: 0..<10)
    func mutatedVariants(seed: Int) throws {
        var mutator = Mutator(random: SplitMix64(seed: UInt64(1000 + seed)))
        let haCf = Array(String(decoding: try dense("ha.cf.example"), as: UTF8.self).replacing("#", with: "").utf8)
        let haresources = try dense("haresources.example")
        let authkeys = try dense("authkeys.example")
        for _ in 0..<100 { check(mutator.mutated(haCf), haresources, authkeys) }
    }

    @Test("Noise", arguments: 0..<10)
    func noise(seed: Int) {
        var mutator = Mutator(random: SplitMix64(seed: UInt64(2000 + seed)))
        for _ in 0..<200 { check(mutator.noise(), mutator.noise(), mutator.noise()) }
    }

    @Test("Enormous words and lines", arguments: ["a", "1", ":", "\\", ",", "=", "é", "\u{301}", ".", "\n", "\r", "#"])
    func enormous(unit: String) {
        let text = Array(String(repeating: unit, count: 6000).utf8)
        let node = Array("cluster1 ".utf8)
        check(text, text, text)
        check(Array("keepalive ".utf8) + text, node + text, Array("auth 1\n1 sha1 ".utf8) + text)
        check(Array("mcast6 eth0 ".utf8) + text, node + Array("IPaddr::".utf8) + text, Array("auth ".utf8) + text)
    }
}
