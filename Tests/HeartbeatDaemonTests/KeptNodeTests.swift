// What one program of the daemon hands to the next is what its number says, and what is not all there is refused.

import Foundation
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatDaemon

@Suite struct KeptNodeTests {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let golden = here.appendingPathComponent("kept-node.txt")

    @Test func `a state in memory that is shorter than it says is refused`() throws {
        let file = try StateFormat.file(of: ["a": [1, 2, 3]])
        let memory = try MemoryFile.make("a test", Array(file.dropLast(2)))
        guard case .failure(let fault) = InheritedState.read(memory.number) else {
            Issue.record("it was read")
            return
        }
        #expect(fault == .incomplete(bytes: file.count - 22, of: file.count - 20))
    }

    @Test func `a state of something else is refused`() throws {
        let memory = try MemoryFile.make("a test", StateFormat.file(of: ["a": [1, 2, 3]]))
        guard case .failure(.notUnderstood) = InheritedState.read(memory.number) else {
            Issue.record("it was read")
            return
        }
    }

    /// Its other end is open, and silent.
    @Test func `nobody waits for a state on a pipe`() throws {
        let pipe = try Descriptors.makePipe()
        defer {
            close(pipe.read)
            close(pipe.write)
        }
        guard case .failure(.missing) = InheritedState.read(pipe.read) else {
            Issue.record("it was read")
            return
        }
    }

    /// The core's part is pinned by what the simulator writes; this is the rest, by its declarations.
    @Test func `what is kept beside the core is what its number says`() throws {
        let found = ["format \(StateFormat.number)"] + (try Self.declarations())
        let known = try String(contentsOf: Self.golden, encoding: .utf8).split(separator: "\n").map(String.init)
        guard ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" else {
            #expect(found == known, "raise StateFormat.number, then HEARTBEAT_REWRITE_GOLDEN=1")
            return
        }
        try #require(found == known || found[0] != known.first, "raise StateFormat.number")
        try (found.joined(separator: "\n") + "\n").write(to: Self.golden, atomically: true, encoding: .utf8)
    }

    /// Stored properties of every `Kept…` in the sources.
    private static func declarations() throws -> [String] {
        let sources = here.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
        var result: [String] = []
        for case let file as URL in FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
            ?? .init()
        where file.pathExtension == "swift" {
            var type: (name: String, end: String)?
            for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
                if let match = line.firstMatch(of: /^( *).*struct (Kept\w*): Codable/) {
                    type = (String(match.output.2), match.output.1 + "}")
                }
                if line == type?.end { type = nil }
                guard let type, let match = line.firstMatch(of: /(?:var|let) (\w+: [\w.\[\]: ?]+)$/) else { continue }
                result.append("\(type.name).\(match.output.1)")
            }
        }
        return result.sorted()
    }
}
