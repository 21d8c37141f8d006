// The targets: what ARCHITECTURE.md says of them, what Package.swift lets them import and what their sources do import are the
// same; what decides imports nothing of the world; and neither targets nor the folders of a target lead in a circle.

import Foundation
import Testing

@Suite struct ArchitectureTests {
    /// A target of the package, or a row of the table.
    struct Target: CustomStringConvertible, Sendable {
        var name: String
        /// Other targets, and modules of libraries.
        var imports: Set<String>
        var description: String { name }
    }

    private static func text(of file: String) throws -> String {
        try String(contentsOf: TidyTests.root.appendingPathComponent(file), encoding: .utf8)
    }

    /// Modules that need no dependency: those of the system, and of the toolchain for tests.
    private static let everywhere: Set = [
        "Glibc", "Synchronization", "Foundation", "FoundationEssentials", "Dispatch", "Testing",
    ]

    // MARK: - Package.swift

    /// All targets with sources in Swift.
    private static func targets() throws -> [Target] {
        let package = try text(of: "Package.swift")
        let product = /let (\w+) = Target.Dependency.product\(name: "(\w+)"/
        let products = Dictionary(
            uniqueKeysWithValues: package.matches(of: product).map { (String($0.output.1), String($0.output.2)) })
        let target = /\.(?:target|executableTarget|testTarget)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?/
        return package.matches(of: target).compactMap { match in
            let words = (match.output.2 ?? "").split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            let target = Target(name: String(match.output.1), imports: Set(words.map { products[$0] ?? $0 }))
            return sources(of: target.name).isEmpty ? nil : target
        }
    }

    private static let tests = TidyTests.files(below: "Tests")

    private static func sources(of target: String) -> [TidyTests.Source] {
        (TidyTests.sources + tests).filter { $0.path.split(separator: "/")[1] == target }
    }

    @Test func whatIsAllowedIsImported() throws {
        let targets = try Self.targets()
        #expect(targets.count > 40)
        for target in targets {
            let imported = Set(Self.sources(of: target.name).flatMap(TidyTests.imports)).subtracting(Self.everywhere)
            // Tests may be allowed more than they need today.
            let needed = target.name.hasSuffix("Tests") ? target.imports.intersection(imported) : target.imports
            #expect(imported == needed, "\(target): Package.swift and its sources differ")
        }
    }

    // MARK: - ARCHITECTURE.md

    /// How the table names what others have made.
    private static let libraries: [String: Set<String>] = [
        "NIO": ["NIOCore", "NIOPosix"], "NIOHTTP1": ["NIOHTTP1"], "swift-crypto": ["Crypto"], "swift-log": ["Logging"],
        "swift-argument-parser": ["ArgumentParser"], "–": [],
    ]

    /// The rows `| target | what it is | may import |`; a target is called there without `Heartbeat`.
    private static func rows() throws -> [Target] {
        let lines = try text(of: "ARCHITECTURE.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        return lines.flatMap { line in
            let cells = line.split(separator: "|").map {
                $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
            }
            let words = cells[2].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let imports = words.flatMap { word in
                libraries[word] ?? [
                    word.first?.isUppercase == true && word != "CLinux" && word != "CSystemd"
                        ? "Heartbeat" + word : word
                ]
            }
            return cells[0].split(separator: " ").map { Target(name: String($0), imports: Set(imports)) }
        }
    }

    @Test func theTableSaysWhatPackageSays() throws {
        let rows = try Self.rows()
        let both: Set = ["NIOCore", "NIOPosix"]
        for target in try Self.targets() where !target.name.hasSuffix("Tests") {
            guard let row = rows.first(where: { $0.name == target.name }) else {
                Issue.record("ARCHITECTURE.md has no row for \(target)")
                continue
            }
            let imports = target.imports.isDisjoint(with: both) ? target.imports : target.imports.union(both)
            #expect(row.imports == imports, "\(target): ARCHITECTURE.md and Package.swift differ")
        }
    }

    @Test func aRowImportsOnlyWhatStandsAbove() throws {
        let rows = try Self.rows()
        let names = Set(rows.map(\.name))
        #expect(names.count == rows.count)
        var above: Set<String> = []
        for row in rows {
            let later = row.imports.intersection(names).subtracting(above)
            #expect(later.isEmpty, "\(row) imports what stands below it in ARCHITECTURE.md")
            above.insert(row.name)
        }
    }

    /// The world begins with `HeartbeatSystem`; what stands above it decides, or says what bytes mean.
    @Test func whatIsPureImportsNothingOfTheWorld() throws {
        let pure = try Self.rows().prefix { $0.name != "HeartbeatSystem" }.map(\.name)
        #expect(pure.count > 5)
        for source in pure.flatMap(Self.sources) {
            for module in TidyTests.imports(of: source) {
                #expect(pure.contains(module) || module == "Crypto", "\(source) imports \(module)")
            }
        }
    }

    // MARK: - Folders

    private static let targetsWithFolders: [String] = {
        var targets: Set<String> = []
        for source in TidyTests.sources {
            let places = source.path.split(separator: "/").map(String.init)
            if places[0] == "Sources", places.count > 3 { targets.insert(places[1]) }
        }
        return targets.sorted()
    }()

    /// What a target's folders mention of each other. A name counts wherever it stands outside of comments and texts.
    private static func mentions(between folders: [String: [TidyTests.Source]]) throws -> [String: Set<String>] {
        let declaration = /^(?:(?:package|public|final|indirect) )*(?:struct|class|enum|protocol|typealias|func) (\w+)/
        var homes: [Substring: String] = [:]
        for (folder, sources) in folders {
            for line in sources.flatMap(\.lines) {
                if let name = try declaration.firstMatch(in: line)?.output.1 { homes[name] = folder }
            }
        }
        return folders.mapValues { sources in
            let code = sources.flatMap(\.lines).map { $0.replacing(/\/\/.*|"[^"]*"/, with: "") }
            return Set(code.flatMap { $0.matches(of: /\w+/) }.compactMap { homes[$0.output] })
        }
    }

    /// What lies in the target itself stands above its folders, and a folder's own folders are parts of it.
    @Test(arguments: targetsWithFolders) func foldersLeadInNoCircle(target: String) throws {
        let folders = Dictionary(grouping: Self.sources(of: target)) { source in
            source.path.split(separator: "/").dropLast().prefix(3).joined(separator: "/")
        }
        var mentions = try Self.mentions(between: folders)
        for folder in mentions.keys { mentions[folder]?.remove(folder) }
        // What leads nowhere is taken away until nothing is left; what cannot be taken away leads in a circle.
        while let (end, _) = mentions.first(where: \.value.isEmpty) {
            mentions[end] = nil
            for folder in mentions.keys { mentions[folder]?.remove(end) }
        }
        #expect(mentions.isEmpty, "\(mentions)")
    }
}
