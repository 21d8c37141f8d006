// Whatever stands in a file, it is read or refused, and what is made of it heartbeat's own readers take.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatImport

@Suite struct ImportRobustnessTests {
    private func expectAccepted(_ result: Result<Import, ImportMistake>, _ what: String) {
        guard case .success(let made) = result else { return }
        let errors = ImportCase.diagnostics(of: made).filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(what): \(errors)")
        for finding in made.findings {
            #expect(!finding.what.contains("\n") && finding.place.line >= 1, "\(what): \(finding)")
        }
    }

    @Test(arguments: ImportCase.all) func `a file that ends anywhere does no harm`(example: ImportCase) throws {
        let longest =
            try example.call().files.map {
                try Data(
                    contentsOf: ImportCase.directory
                        .appendingPathComponent("\(example.name)/\($0)")
                ).count
            }.max() ?? 0
        for length in stride(from: 0, to: longest, by: 11) {
            expectAccepted(try example.run { Array($0.prefix(length)) }, "\(example.name) cut at \(length)")
        }
    }

    @Test(arguments: ImportCase.all) func `bytes that change do no harm`(example: ImportCase) throws {
        var random = SplitMix64(seed: 1)
        let marks = Array(" \n{}\"'#!$\\/:.-@,%=0\u{7F}\u{0}9a".utf8) + [0x80, 0xFF, 0xC3]
        for round in 0..<60 {
            let result = try example.run { bytes in
                var bytes = bytes
                for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let byte = marks.randomElement(using: &random) ?? 0
                    if Bool.random(using: &random) { bytes[place] = byte } else { bytes.insert(byte, at: place) }
                }
                return bytes
            }
            expectAccepted(result, "\(example.name) changed, round \(round)")
        }
    }

    /// Words that the readers know, in any order.
    @Test(arguments: 0..<60) func `words in any order do no harm`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let words = [
            "vrrp_instance", "A", "B", "{", "}", "\n", "{", "\n", "}", "interface", "eth0", "0eth", "eth0:1", "a/b",
            "\n",
            "virtual_ipaddress", "192.0.2.1", "192.0.2.1/24", "192.0.2.2/0", "2001:db8::1/64", "::/0",
            "255.255.255.255",
            "dev", "label", "brd", "eth0:x#", "unicast_peer", "unicast_src_ip", "priority", "999999999999999999999",
            "254",
            "advert_int", "0.001", "0", "vrrp_script", "script", "\"/bin/x #\"", "/bin/true", "track_script",
            "track_interface",
            "fall", "interval", "timeout", "preempt_delay", "nopreempt", "vrrp_sync_group", "group", "$A=$A$A", "$A",
            "ucarp", "-a", "-i", "-k", "--addr=192.0.2.3/33", "vrrpd", "-v", "-p", "iface", "ucarp-vip", "netmask",
            "\\\n",
        ]
        let text = (0..<400).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
        // Braces that close what is open let more of it be read.
        let closed = "vrrp_instance A {\ninterface eth0\n" + text.filter { $0 != "}" && $0 != "{" } + "\n}\n"
        let nodes = [try #require(ImportNode("a")), try #require(ImportNode("b=192.0.2.9"))]
        for source in ImportSource.allCases {
            for text in [text, closed] {
                let file = SourceFile(path: "f", text: text)
                expectAccepted(ImportCase.make(source, [file], nodes), "\(source), seed \(seed)")
                expectAccepted(ImportCase.make(source, [file, file], nodes), "\(source) twice, seed \(seed)")
            }
        }
    }

    @Test func `definitions that grow stay small, and braces within braces end somewhere`() throws {
        let nodes = [try #require(ImportNode("a")), try #require(ImportNode("b"))]
        let growing = "$A=xxxxxxxxxxxxxxxx\n" + String(repeating: "$A=$A$A$A$A\n", count: 40) + "word $A\n"
        let deep = String(repeating: "a {\n", count: 5000)
        for text in [growing, deep] {
            let result = ImportCase.make(.keepalived, [SourceFile(path: "f", text: text)], nodes)
            #expect(throws: ImportMistake.self) { try result.get() }
        }
    }

    /// In less time than anybody waits: the rest of the line was looked through once for each name or word in quotes.
    @Test(arguments: ["${", "${A}", "'a' "]) func `a line of names or of quotes is read`(piece: String) throws {
        let text = "$A=x\nnotify " + String(repeating: piece, count: 200_000) + "\n"
        var lexer = KeepalivedLexer(Array(text.utf8), file: "f")
        #expect(try lexer.run().last?.line == 3)
    }

    @Test func `a line that uses a definition many times is refused`() throws {
        let nodes = [try #require(ImportNode("a")), try #require(ImportNode("b"))]
        let text = "$A=\(String(repeating: "x", count: 4096))\nnotify \(String(repeating: "$A", count: 100_000))\n"
        let result = ImportCase.make(.keepalived, [SourceFile(path: "f", text: text)], nodes)
        #expect(
            ImportCase.text(result)
                == "f:2: definitions make too much of the file; write out what they stand for\nexit 2\n")
    }

    /// In less time than anybody waits: a word was copied once for each of its characters.
    @Test func `a line of half a megabyte comes back word for word`() {
        let long = String(repeating: "x", count: 250_000)
        #expect(CommandLines.words(of: "\(long) '\(long)';a # b") == [long, long, ";", "a"])
    }
}
