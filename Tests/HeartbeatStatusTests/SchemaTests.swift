// The JSON is what its schema says, in every situation; what a program may count on is there.

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct SchemaTests {
    static func schema(_ name: String) throws -> Schema {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Schema(contentsOf: root.appendingPathComponent("schemas/\(name).json"))
    }

    @Test(arguments: Situation.all) func `the JSON of a situation is as its schema says`(situation: Situation) throws {
        let value = try JSONSerialization.jsonObject(with: Data(situation.text("json").utf8))
        #expect(try Self.schema("hbctl-status-1").mistakes(in: value) == [])
    }

    @Test func `an error is as its schema says`() throws {
        let text = ErrorJSON(command: "status", exit: 64, code: "usage", sentence: "\"x\"", remedy: ["hbctl --help"])
            .text
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        #expect(try Self.schema("hbctl-error-1").mistakes(in: value) == [])
    }

    @Test func `the history's JSON is as its schema says, and the schema knows every key`() throws {
        let all = HistoryReport(GoldenHistoryTests.entries, .all, most: 20, asked: Situation.asked)
        for report in [all, HistoryReport([], .all, most: 1, asked: 0)] {
            let value = try JSONSerialization.jsonObject(with: Data(HistoryJSON(report).text.utf8))
            let schema = try Self.schema("hbctl-history-1")
            #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        }
    }

    @Test func `what has become of an order is as its schema says`() throws {
        var facts = NodeFacts(node: NodeName("gw-a"))
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
        facts.groups = [
            .init(key: "web", preferred: facts.node, state: .running, onPeer: .stopped, resources: ["web"]),
            .init(key: "mail", preferred: facts.node, state: .failed, onPeer: .failed, resources: ["mail"]),
        ]
        let schema = try Self.schema("hbctl-order-1")
        for outcome in OrderReport.Outcome.allCases {
            var report = OrderReport("standby", outcome, "\"x\"", plan: OrderPlan(.standby(.all), facts), remedy: ["y"])
            (report.took, report.missing, report.cautions) = (.milliseconds(1234), ["z"], ["c"])
            for report in [report, OrderReport("failback", outcome, "x")] {
                let value = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
                #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
            }
        }
    }

    /// Keys of the schema and of the JSON are the same ones, so that none is forgotten in either.
    @Test func `the schema knows every key`() throws {
        let schema = try Self.schema("hbctl-status-1")
        for situation in Situation.all {
            let value = try JSONSerialization.jsonObject(with: Data(situation.text("json").utf8))
            #expect(schema.unknownKeys(in: value) == [], "\(situation)")
        }
    }

    @Test func `a mistake is found`() throws {
        let schema = try Self.schema("hbctl-status-1")
        var value = try #require(
            try JSONSerialization.jsonObject(with: Data(Situation(name: "healed").text("json").utf8)) as? [String: Any])
        value["verdict"] = ["level": "fine", "exit": 0, "sentence": 3]
        value["nodes"] = nil
        #expect(
            schema.mistakes(in: value).sorted() == [
                "$.nodes is missing", "$.verdict.level is none of the words", "$.verdict.sentence is no string",
            ])
    }
}

/// JSON Schema, draft 2020-12, as far as the files below schemas/ use it: `type`, `required`, `enum`, `items`, `properties` and
/// `$ref` to `$defs`. Another keyword is a mistake of the schema.
struct Schema {
    private let root: [String: Any]
    private static let known: Set = [
        "$schema", "title", "description", "type", "required", "enum", "items", "properties", "$ref", "$defs",
    ]

    struct Unreadable: Error {}

    init(contentsOf url: URL) throws {
        guard let root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] else {
            throw Unreadable()
        }
        self.root = root
    }

    func mistakes(in value: Any) -> [String] { mistakes(in: value, by: root, at: "$") }

    private func resolved(_ schema: [String: Any]) -> [String: Any] {
        guard let name = (schema["$ref"] as? String)?.split(separator: "/").last else { return schema }
        return (root["$defs"] as? [String: [String: Any]])?[String(name)] ?? [:]
    }

    private func mistakes(in value: Any, by schema: [String: Any], at place: String) -> [String] {
        let schema = resolved(schema)
        guard Set(schema.keys).isSubset(of: Self.known), !schema.isEmpty else {
            return ["\(place): the schema is not known"]
        }
        if let words = schema["enum"] as? [AnyHashable] {
            return (value as? AnyHashable).map(words.contains) == true ? [] : ["\(place) is none of the words"]
        }
        let types = schema["type"] as? [String] ?? [schema["type"] as? String].compactMap(\.self)
        guard types.contains(where: { Self.isType(value, $0) }) else { return ["\(place) is no \(types[0])"] }
        if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
            return list.enumerated().flatMap { mistakes(in: $0.element, by: items, at: "\(place)[\($0.offset)]") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        return missing.map { "\(place).\($0) is missing" }
            + object.flatMap { key, value in
                properties[key].map { mistakes(in: value, by: $0, at: "\(place).\(key)") } ?? []
            }
    }

    func unknownKeys(in value: Any) -> [String] { unknownKeys(in: value, by: root) }

    private func unknownKeys(in value: Any, by schema: [String: Any]) -> [String] {
        let schema = resolved(schema)
        if let list = value as? [Any] {
            return list.flatMap { unknownKeys(in: $0, by: schema["items"] as? [String: Any] ?? [:]) }
        }
        guard let object = value as? [String: Any] else { return [] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        return object.flatMap { key, value in properties[key].map { unknownKeys(in: value, by: $0) } ?? [key] }
    }

    private static func isType(_ value: Any, _ type: String) -> Bool {
        let number = value as? NSNumber
        let isBool =
            Swift.type(of: value) == Bool.self || number.map { $0.objCType.pointee == CChar(UInt8(ascii: "c")) } == true
        switch type {
        case "null": return value is NSNull
        case "boolean": return isBool
        case "string": return value is String
        case "array": return value is [Any]
        case "object": return value is [String: Any]
        case "number": return number != nil && !isBool
        case "integer": return number.map { !isBool && $0.doubleValue.rounded() == $0.doubleValue } ?? false
        default: return false
        }
    }
}
