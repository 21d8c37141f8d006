// What the original's cl_status printed, question for question, against what ours answers in the same cluster.

import Foundation
import HeartbeatControl
import HeartbeatModel
import Testing

@Suite struct ClStatusWordsTests {
    struct Recorded: CustomStringConvertible, Sendable {
        var words: [String]
        var lines: [String]
        var exitCode: Int32
        var description: String { words.joined(separator: " ") }
    }

    static let recorded: [Recorded] = {
        guard let url = Bundle.module.url(forResource: "cl_status", withExtension: "words", subdirectory: "captures"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return text.components(separatedBy: "### cl_status ").dropFirst().map { block in
            let lines = block.components(separatedBy: "\n").dropLast()
            return Recorded(
                words: lines[0].split(separator: " ").map(String.init), lines: Array(lines.dropFirst().dropLast()),
                exitCode: Int32(lines.last?.dropFirst("exit ".count) ?? "") ?? -1)
        }
    }()

    /// The question, as the command line puts it; `nil` for what the command line refuses itself.
    private static func question(_ words: [String]) -> (ClusterQuestion, inProse: Bool)? {
        let flags = words.filter { $0.hasPrefix("-") }
        let names = words.dropFirst().filter { !$0.hasPrefix("-") }
        let verbose = flags.contains("-v")
        let node = NodeName(names.first ?? "")
        let question: ClusterQuestion
        switch (words[0], names.count) {
        case ("hbstatus", _): question = .hbstatus(verbose: verbose)
        case ("listnodes", _):
            question = .listNodes(
                flags.contains("-n") ? .normal : flags.contains("-p") ? .ping : .all, verbose: verbose)
        case ("nodestatus", 1): question = .nodeStatus(node)
        case ("nodetype", 1): question = .nodeType(node)
        case ("nodeweight", 1): question = .nodeWeight(node)
        case ("nodesite", 1): question = .nodeSite(node)
        case ("listhblinks", 1): question = .listLinks(node, verbose: verbose)
        case ("hblinkstatus", 2): question = .linkStatus(node, MediumName(names[1]))
        // With a timeout the original waits for the other node; ours does not ask it.
        case ("clientstatus", 2): question = .clientStatus(node, client: names[1])
        case ("rscstatus", _): question = .resourceStatus
        case ("hbparameter", 1): question = .parameter(names[0])
        default: return nil
        }
        return (question, flags.contains("-m"))
    }

    @Test(arguments: recorded)
    func ourWordsAreTheOriginals(recorded: Recorded) throws {
        guard let (question, inProse) = Self.question(recorded.words) else { return }
        let version = Configuration.Parameter(name: "hbversion", value: RecordedCluster.versionText)
        let reply = answer(
            .question(question, inProse: inProse), snapshot: RecordedCluster.snapshot,
            parameters: RecordedCluster.configuration.parameters + [version],
            clients: recorded.lines == ["online"] ? ["cl1"] : [])
        let printed = try #require(reply)
        #expect(Self.withoutAddedReasons(printed.lines + printed.errors, besides: recorded.lines) == recorded.lines)
        #expect(printed.exitCode == recorded.exitCode)
    }

    /// In places the original says that there is a reason, and then none (observed); ours tells which.
    private static func withoutAddedReasons(_ lines: [String], besides recorded: [String]) -> [String] {
        zip(lines, recorded).map { line, other in
            other.hasSuffix(": ") && line.hasPrefix(other) ? other : line
        } + lines.dropFirst(recorded.count)
    }

    @Test func theRecordIsThere() {
        #expect(Self.recorded.count { Self.question($0.words) != nil } > 45)
    }
}
