// A daemon whose program is replaced goes on as if nothing had happened; and what is kept of it has a number, which is raised when it
// becomes something else.

import Foundation
import HeartbeatModel
import HeartbeatSimulator
import Testing

@Suite struct ReplacementTests {
    @Test(arguments: [1...4, 1001...1003, 8222...8222] as [ClosedRange<UInt64>])
    func `a run in which programs are replaced is the same run`(seeds: ClosedRange<UInt64>) {
        for seed in seeds {
            var plain = Simulation(seed: seed)
            var replaced = Simulation(seed: seed, replacesPrograms: true)
            let (first, second) = (plain.run(), replaced.run())
            #expect(first.digest == second.digest && first.steps == second.steps, "seed \(seed)")
            #expect(second.replacements?.failures == [], "seed \(seed)")
            #expect((second.replacements?.count ?? 0) > 3, "seed \(seed)")
        }
    }

    /// A program reads states of its own format only. Whoever adds a field without raising the number lets one program read what
    /// another has written, and find that it is not there.
    @Test func `what is kept is what its number says`() throws {
        let rewrites = ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] != nil
        var shape: StateEncoder.Shape = [:]
        for seed in UInt64(1)...(rewrites ? 60 : 6) {
            var simulation = Simulation(seed: seed, replacesPrograms: true)
            let seen = simulation.run().replacements?.shape ?? [:]
            shape.merge(seen) { $0.union($1) }
        }
        let known = try Self.read()
        let news = shape.flatMap { type, keys in keys.subtracting(known.shape[type] ?? []).map { "\(type).\($0)" } }
        guard rewrites else {
            #expect(known.number == StateFormat.number)
            #expect(news.sorted() == [], "raise StateFormat.number, then HEARTBEAT_REWRITE_GOLDEN=1")
            return
        }
        #expect(news.isEmpty || known.number != StateFormat.number, "raise StateFormat.number: \(news.sorted())")
        if known.number == StateFormat.number { shape.merge(known.shape) { $0.union($1) } }
        let lines = shape.map { "\($0): \($1.sorted().joined(separator: " "))" }.sorted()
        let text = (["format \(StateFormat.number)"] + lines).joined(separator: "\n") + "\n"
        try text.write(to: Self.file, atomically: true, encoding: .utf8)
    }

    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("kept-state.txt")

    private static func read() throws -> (number: UInt32, shape: StateEncoder.Shape) {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let number = try #require(lines.first?.split(separator: " ").last.flatMap { UInt32($0) })
        let pairs = lines.dropFirst().map { line in
            let parts = line.split(separator: " ")
            return (String(parts[0].dropLast()), Set(parts.dropFirst().map(String.init)))
        }
        return (number, Dictionary(uniqueKeysWithValues: pairs))
    }
}
