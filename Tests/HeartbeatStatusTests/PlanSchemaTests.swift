// The JSON of plans is what its schema says: of one that can be told, of one that cannot, and of a table.

import Foundation
import HeartbeatForecast
import HeartbeatModel
import HeartbeatSimulator
import Testing

@Suite struct PlanSchemaTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static var configuration: Configuration {
        var configuration = Configuration(
            nodes: [first, second], media: [.serial(device: "/dev/ttyS0", baud: 19200)],
            groups: [
                ResourceGroup(
                    preferredNode: first, resources: [Resource(word: "web", scriptName: "web", arguments: [])], line: 1)
            ])
        configuration.initdead = configuration.deadtime
        return configuration
    }

    private func forecast(_ change: (inout NodeFacts) -> Void = { _ in }) throws -> Forecast {
        let pair = PlayedPair(Self.configuration, PlayedPair.Setting())
        for node in Self.configuration.nodes { pair.befall(.boot(node)) }
        while pair.step(until: .zero + .seconds(60)) {}
        var facts = try #require(pair.facts(of: 0))
        change(&facts)
        return Forecast(Self.configuration, facts, learned: LearnedDurations())
    }

    private func expectValid(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let schema = try SchemaTests.schema("hbctl-plan-1")
        #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [], sourceLocation: location)
        return try #require(value as? [String: Any])
    }

    @Test func `the JSON of a plan is as its schema says, and the schema knows every key`() throws {
        for events in [[PairEvent.power(Self.first)], [.loseMedia], [.power(Self.first), .power(Self.second)]] {
            let prediction = try forecast().play(events)
            let value = try expectValid(PlanJSON(prediction, of: Self.first).text)
            #expect(value["exit"] as? Int == Int(prediction.exitCode))
        }
    }

    @Test func `what cannot be told is null, and not false`() throws {
        let prediction = try forecast { $0.phase = .transition }.play([.power(Self.first)])
        let value = try expectValid(PlanJSON(prediction, of: Self.first).text)
        let plan = try #require((value["plans"] as? [[String: Any]])?.first)
        #expect(plan["keeps_goal"] is NSNull && plan["cannot_tell"] is String && value["exit"] as? Int == 3)
    }

    @Test func `the JSON of a table is as its schema says`() throws {
        let matrix = PlanMatrix(try forecast())
        let value = try expectValid(PlanJSON(matrix, of: Self.first).text)
        #expect((value["plans"] as? [Any])?.count == matrix.predictions.count)
    }
}
