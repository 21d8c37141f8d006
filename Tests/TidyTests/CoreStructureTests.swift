// How the core is made: which of its parts may know which, over how many operations they speak, and that the router only
// routes.

import Foundation
import Testing

@Suite struct CoreStructureTests {
    /// From the bottom: a layer knows those before it and, but for the first ones, which do not know each other, itself.
    enum Layer: String, CaseIterable {
        case channel = "Channel"
        case membership = "Membership"
        case groups = "Groups"
        case health = "Health"
        case lease = "Lease"
        case node = "LocalNode"
        case ownership = "Ownership"
        case core = "ClusterCore"

        var mayKnow: Set<Layer> {
            switch self {
            case .channel, .membership, .groups, .health, .lease: [self]
            case .node: [.channel, .membership, .groups, .health, .lease, .node]
            case .ownership: [.channel, .membership, .groups, .health, .lease, .node, .ownership]
            case .core: Set(Self.allCases)
            }
        }
    }

    static let files = TidyTests.sources.filter { $0.path.hasPrefix("Sources/HeartbeatCore/") }

    /// The layer a file belongs to; `nil` for what all of them use: events, effects, facts.
    static func layer(of source: TidyTests.Source) -> Layer? {
        let place = source.path.split(separator: "/")[2]
        if place == "Node" { return .node }
        let isFile = place.hasSuffix(".swift")
        return Layer.allCases.first { isFile ? place.hasPrefix($0.rawValue) : place == $0.rawValue }
    }

    /// Without comments.
    private static func code(of source: TidyTests.Source) -> String {
        source.lines.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }.joined(separator: "\n")
    }

    private static func matches(_ pattern: String, in text: String) throws -> [[String]] {
        try text.matches(of: Regex(pattern)).map { match in
            match.output.dropFirst().map { String($0.substring ?? "") }
        }
    }

    @Test func noPartKnowsWhatStandsOnIt() throws {
        var layers: [String: Layer] = [:]
        for file in Self.files {
            guard let layer = Self.layer(of: file) else { continue }
            for line in file.lines {
                for name in try Self.matches(#"^(?:public |package )?(?:struct|enum|final class) (\w+)"#, in: line) {
                    layers[name[0]] = layer
                }
            }
        }
        #expect(layers.count > 30 && Set(layers.values).count == Layer.allCases.count)
        for file in Self.files {
            guard let layer = Self.layer(of: file) else { continue }
            for word in Set(Self.code(of: file).split { !$0.isLetter && !$0.isNumber }) {
                guard let other = layers[String(word)] else { continue }
                #expect(layer.mayKnow.contains(other), "\(file) knows \(word), which belongs to \(other.rawValue)")
            }
        }
    }

    /// What one part asks of another or tells it, each operation once.
    @Test func partsSpeakOverFewOperations() throws {
        var operations: Set<String> = []
        for file in Self.files {
            let code = Self.code(of: file)
            switch Self.layer(of: file) {
            case .ownership:
                for call in try Self.matches(
                    #"\bnode\.((?:(?:channel|membership|groups|health|lease)\.)*[a-z]\w*)\("#, in: code)
                { operations.insert("ownership: \(call[0])") }
            case .node:
                for call in try Self.matches(#"\b((?:channel|membership|groups|health|lease)\.[a-z]\w*)\("#, in: code) {
                    operations.insert("node: \(call[0])")
                }
            case .channel, .membership, .groups, .health, .lease, .core, nil:
                break
            }
        }
        #expect(operations.count > 10)
        #expect(operations.count <= 40, "\(operations.sorted().joined(separator: "\n"))")
    }

    @Test func theCoreOnlyRoutes() throws {
        let core = Self.files.filter { Self.layer(of: $0) == .core }
        let router = try #require(core.first { $0.path.hasSuffix("/ClusterCore.swift") })
        #expect(router.lines.count <= 250, "\(router) has \(router.lines.count) lines")
        let properties = try router.lines.flatMap {
            try Self.matches(#"^    (?:public |package |private )?(?:private\(set\) )?(?:var|let) (\w+)[^{]*$"#, in: $0)
                .map {
                    $0[0]
                }
        }
        #expect(properties == ["node", "ownership", "nextDeadline", "lull"])
        #expect(core.count == 2, "the parts of ClusterCore are touched in \(core.map(\.path))")
    }
}
