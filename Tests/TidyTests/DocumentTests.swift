// What README and the pages below docs/ say is compared with what it is about: the Makefile, a scenario, a table, a script.

import Foundation
import Testing

@Suite struct DocumentTests {
    static func text(_ path: String) throws -> String {
        try String(contentsOf: TidyTests.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// README, the pages below docs/, and what is copied from them by hand: the examples.
    static let documents: [String] = {
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: TidyTests.root.path + "/docs")) ?? []
        return ["README.md", "CHANGELOG.md", "ha.cf.example", "haresources.example", "authkeys.example"]
            + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    }()

    @Test func `README says how many clusters the make targets simulate`() throws {
        let makefile = try Self.text("Makefile")
        let readme = try Self.text("README.md")
        for pattern in [#"sim: SEEDS \?= ([0-9]+)"#, #"'sim SEEDS=([0-9]+) GATEWAYS"#] {
            let match = try #require(try Regex(pattern).firstMatch(in: makefile), "\(pattern)")
            let digits = String(match.output[1].substring ?? "")
            let number = "\(digits.dropLast(3)),\(digits.suffix(3))"
            #expect(readme.contains(number), "README does not say \(number)")
        }
    }

    /// A screen stands below the name of the file that a test compares with what is really shown.
    @Test func `screens in the pages are those of the tests`() throws {
        var count = 0
        for path in Self.documents {
            for match in try Self.text(path).matches(of: /<!-- (Tests\/\S+) -->\n```\n((?s).*?)```\n/) {
                let file = String(match.output.1)
                #expect(try Self.text(file) == match.output.2, "\(path) shows what \(file) no longer says")
                count += 1
            }
        }
        #expect(count >= 5)
    }

    @Test func `README has at most 150 lines`() throws {
        #expect(try Self.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    }

    /// Paragraphs and items of lists, each in one line, without code, tables, headlines and where links lead.
    private static func prose(_ path: String) throws -> [String] {
        let withoutCode = try text(path).components(separatedBy: "```").enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: "\n\n")
        var paragraphs: [String] = [""]
        for line in withoutCode.components(separatedBy: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            guard !line.hasPrefix("|"), !line.hasPrefix("#") else { continue }
            let isItem = line.hasPrefix("- ") || line.prefixMatch(of: #/[0-9]\. /#) != nil
            if line.isEmpty || isItem { paragraphs.append("") }
            paragraphs[paragraphs.count - 1] += " " + line
        }
        return paragraphs.map { $0.replacing(/\]\([^)]*\)/, with: "]") }
    }

    /// Who reads in a hurry reads short sentences.
    /// In benchmarks.md the machines are listed, not told.
    @Test(arguments: documents.filter { $0.hasSuffix(".md") && !["CHANGELOG.md", "docs/benchmarks.md"].contains($0) })
    func `no sentence is longer than 35 words`(path: String) throws {
        for paragraph in try Self.prose(path) {
            for sentence in paragraph.split(separator: /[.!?]\**( |$)/) {
                let words = sentence.split(separator: " ").filter { $0.contains { $0.isLetter || $0.isNumber } }
                #expect(words.count <= 35, "\(path), \(words.count) words: \(sentence)")
            }
        }
    }

    @Test(arguments: documents + ["ARCHITECTURE.md"]) func `every link of a page leads to a file`(path: String) throws {
        let directory = TidyTests.root.appendingPathComponent(path).deletingLastPathComponent()
        for match in try Self.text(path).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
            let target = directory.appendingPathComponent(String(match.output.1)).standardizedFileURL
            #expect(FileManager.default.fileExists(atPath: target.path), "\(path) leads to \(match.output.1)")
        }
    }

    @Test func `every program that is built for users is in the list of programs`() throws {
        let page = try Self.text("docs/programs.md")
        let makefile = try Self.text("Makefile")
        for variable in ["DEMO_PRODUCTS := ", "PRODUCTS := $(DEMO_PRODUCTS) "] {
            let line = try #require(makefile.components(separatedBy: "\n\(variable)").dropFirst().first)
            for program in line.components(separatedBy: "\n")[0].split(separator: " ") where program != "hbdemo" {
                #expect(page.contains("\n\(program) "), "docs/programs.md does not list \(program)")
            }
        }
    }

    /// The head of the page is written by hand; what it says in numbers is what was measured, at the commits it names.
    @Test func `the head of the benchmarks says only figures and commits that the measured part has`() throws {
        let parts = try Self.text("docs/benchmarks.md").components(
            separatedBy: "<!-- written by hbbench report: begin -->")
        try #require(parts.count == 2)
        for match in parts[0].matches(of: try Regex(#"[0-9]+\.[0-9]+(?![.0-9])"#)) {
            let figure = String(parts[0][match.range])
            // The name of the other program.
            guard figure != "3.0" else { continue }
            #expect(parts[1].contains(figure), "\(figure) was not measured")
        }
        let commit = try Regex("commit ([0-9a-f]{10})")
        let measured = Set(parts[1].matches(of: commit).compactMap { $0.output[1].substring.map(String.init) })
        let named = Set(
            parts[0].matches(of: try Regex("`([0-9a-f]{10})`")).compactMap { $0.output[1].substring.map(String.init) })
        #expect(named == measured)
    }

    @Test func `the changelog says no time that was not measured`() throws {
        let measured = try Self.text("docs/benchmarks.md")
        let changelog = try Self.text("CHANGELOG.md")
        for match in changelog.matches(of: try Regex("[0-9.]+ ms")) {
            let figure = String(changelog[match.range])
            #expect(measured.contains(figure), "\(figure) is not in docs/benchmarks.md")
        }
    }

    @Test func `an hb_takeover of a node that has lost its link goes as the page says`() throws {
        let page = try Self.text("docs/what-moves-the-service.md")
        let scenario = try Self.text("Tests/HeartbeatCoreTests/scenarios/degraded-standby.txt")
        let row = try #require(page.components(separatedBy: "\n").first { $0.hasPrefix("| B's LAN cable |") })
        #expect(row.contains("An `hb_takeover` typed on B is accepted and sent, and A refuses it"))
        #expect(row.contains("A refuses an `hb_standby` typed on A"))
        let outcome = try #require(
            scenario.components(separatedBy: "beta  is asked for takeover(all)\n").dropFirst().first)
        let lines = outcome.components(separatedBy: "\n").map {
            $0.split(separator: " ").dropFirst().joined(separator: " ")
        }
        #expect(lines[0] == "beta answers accepted" && lines[1].hasPrefix("alpha Standby request refused: "))
        #expect(scenario.contains("alpha  answers refused("))
    }

    /// Agents of resource-agents 4.12 that do nothing before they are promoted, which no group does.
    private static let promoted = [
        "conntrackd", "drbd", "galera", "mpathpersist", "rabbitmq-server-ha", "redis", "sg_persist", "Stateful",
    ]

    @Test func `no document offers an agent that would have to be promoted`() throws {
        let script = try Self.text("resource.d/OCF")
        for agent in Self.promoted {
            for path in Self.documents + ["resource.d/OCF"] {
                let text = try Self.text(path)
                for word in ["OCF::\(agent)", "OCF::heartbeat:\(agent)"] {
                    #expect(!text.contains(word), "\(path) offers \(word)")
                }
            }
        }
        #expect(script.contains("does not work as a resource: a group only starts"))
    }

    @Test func `the limits name every directive whose change needs a restart`() throws {
        let source = try Self.text("Sources/HeartbeatDaemon/NodeShell+Reload.swift")
        let names = source.matches(of: /names\.append\("([a-z]+)"\)/).map { String($0.output.1) } + ["node"]
        let limits = try Self.text("docs/limits.md")
        let sentence = try #require(limits.components(separatedBy: "- Changes of ").dropFirst().first)
        let quoted = sentence.components(separatedBy: " need a restart")[0].components(separatedBy: "`").enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        #expect(quoted.sorted() == names.sorted())
    }

    @Test func `the limits say when systemd starts a killed daemon again`() throws {
        let unit = try Self.text("systemd/heartbeat.service")
        let pause = try #require(unit.firstMatch(of: /RestartSec=([0-9]+)s/)?.output.1)
        let limits = try Self.text("docs/limits.md")
        #expect(limits.contains("systemd starts it again after \(pause) s."))
    }

    /// What tests have instead of the real thing is said where the limits are.
    @Test(arguments: ["README.md", "docs/limits.md"]) func `the limits say what tests only pretend`(path: String) throws
    {
        let text = try Self.text(path)
        let standIns = try Self.text("Tests/HeartbeatDaemonTests/GatewayStandIns.swift")
        for name in ["ipsec", "zebra", "bgpd"] {
            #expect(standIns.contains("(\"\(name)\", "), "\(name) has no stand-in any more")
            let sentences = text.split(separator: ". ").filter { $0.contains("stand-ins") }
            #expect(sentences.contains { $0.contains("`\(name)`") }, "\(path) does not say that tests pretend \(name)")
        }
    }
}
