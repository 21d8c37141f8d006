// The files of whole sites: as they were when somebody looked at each line, accepted by our own readers, and in agreement.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatSite

/// The site files beside this one.
enum ExampleSite: String, CaseIterable {
    case paper, tunnels, article, everything, original

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let secret = SiteSecret(Array("0123456789abcdef0123456789abcdef".utf8))

    /// Two are examples that are shipped.
    var url: URL {
        switch self {
        case .paper: Self.directory.appendingPathComponent("../../examples/vpn-gateway/site.cf")
        case .tunnels: Self.directory.appendingPathComponent("../../examples/two-tunnels/site.cf")
        case .article, .everything, .original: Self.directory.appendingPathComponent("sites/\(rawValue).cf")
        }
    }

    func read() throws -> Site {
        let result = readSite(SourceFile(path: rawValue, bytes: Array(try Data(contentsOf: url))))
        return try #require(result.site, "\(result.diagnostics)")
    }

    /// Its files, by node and path.
    func tree() throws -> SiteTree {
        let site = try read()
        let maker = SiteFiles(site, secret: Self.secret)
        return Dictionary(
            uniqueKeysWithValues: site.nodes.map { node in
                (node, Dictionary(uniqueKeysWithValues: maker.files(of: node).map { ($0.path, $0.text) }))
            })
    }
}

@Suite struct SiteFilesTests {
    /// All files of a site as one text, the nodes after each other.
    private func text(_ example: ExampleSite) throws -> String {
        let site = try example.read()
        let maker = SiteFiles(site, secret: ExampleSite.secret)
        return site.nodes.flatMap { node in
            maker.files(of: node).map { file in
                "==== \(node) \(file.path) \(String(file.mode, radix: 8))\n\(file.text)"
            }
        }.joined()
    }

    @Test("Every file is as it was looked at", arguments: ExampleSite.allCases)
    func golden(example: ExampleSite) throws {
        let url = ExampleSite.directory.appendingPathComponent("sites/\(example.rawValue).golden")
        let text = try text(example)
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: url)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    @Test("Our own readers take them without a word", arguments: ExampleSite.allCases)
    func readers(example: ExampleSite) throws {
        for (node, files) in try example.tree() {
            let diagnostics = try RandomSiteTests.diagnostics(of: files, node)
            #expect(diagnostics.isEmpty, "\(node): \(diagnostics)")
        }
    }

    /// The case is tried on both programs by `make interop`. Two lines are ours alone, and go on the way back to the original.
    @Test("What heartbeat 3 is given beside ours is what is made, but for two lines")
    func asTheOriginalReadsIt() throws {
        let url = ExampleSite.directory.appendingPathComponent("../Interop/configuration/hb-site.case")
        let parts = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n-- ")
        let files = try #require(try ExampleSite.original.tree()["nodea"])
        for (name, words) in [("ha.cf", " whole"), ("haresources", ""), ("authkeys", "")] {
            let made = try #require(files["etc/ha.d/\(name)"]).split(separator: "\n")
            let known = made.filter { !$0.hasPrefix("sync ") && !$0.hasPrefix("link ") }
            #expect(known.count == made.count - (name == "ha.cf" ? 2 : 0))
            let part = try #require(parts.first { $0.hasPrefix("\(name)\(words)\n") }, "\(name)")
            #expect(part.split(separator: "\n").dropFirst() == known[...], "\(name)")
        }
    }

    @Test("Secrets are in files that only their owner may read", arguments: ExampleSite.allCases)
    func secrets(example: ExampleSite) throws {
        let site = try example.read()
        for node in site.nodes {
            for file in SiteFiles(site, secret: ExampleSite.secret).files(of: node) {
                let isSecret = file.text.contains("secret =") || file.path.hasSuffix("authkeys")
                #expect(!isSecret || file.mode == 0o600, "\(file.path)")
            }
        }
    }

    @Test("A file that was changed by hand is told from one that was not")
    func touched() throws {
        for (_, files) in try ExampleSite.everything.tree() {
            for (path, text) in files {
                #expect(SiteFile.isUntouched(text), "\(path)")
                #expect(!SiteFile.isUntouched(text + "# mine\n"), "\(path)")
                #expect(!SiteFile.isUntouched(String(text.dropLast(2)) + "\n"), "\(path)")
            }
        }
        #expect(!SiteFile.isUntouched("") && !SiteFile.isUntouched("node a\nnode b\n"))
    }

    @Test("Another secret is another in every place, and the same secret the same at both ends")
    func derived() throws {
        let site = try ExampleSite.paper.read()
        func secrets(_ secret: SiteSecret, _ node: String) -> [String] {
            SiteFiles(site, secret: secret).files(of: node).flatMap { file in
                file.text.split(separator: "\n").filter { $0.contains("secret =") || $0.contains(" sha1 ") }.map(
                    String.init)
            }
        }
        let own = secrets(ExampleSite.secret, "cluster1")
        #expect(own.count == 2 && own == secrets(ExampleSite.secret, "cluster2"))
        #expect(own.last == secrets(ExampleSite.secret, "cluster3").last)
        #expect(own.first != secrets(ExampleSite.secret, "cluster3").first)
        let others = secrets(SiteSecret(Array("another secret of the site".utf8)), "cluster1")
        #expect(zip(own, others).allSatisfy { $0 != $1 })
    }
}
