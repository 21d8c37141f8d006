// Situations of a pair as files: golden/<name>/facts.txt holds what was found when the daemon was asked, and beside it lies what is
// said of it at 60, 80 and 120 columns, as JSON, as one line and as metrics. Lines of facts may follow one that says how the question went:
//
//     source kind=down end=signal%209 ended=… beat=… saved=… configured=yes addresses=no, then held word=… interface=… ours=…

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

struct Situation: CustomTestStringConvertible, Sendable {
    let name: String

    var testDescription: String { name }

    /// When all of them were asked, at a place one hour ahead of UTC.
    static let asked: UInt64 = 1_795_863_482_000
    static let time = LocalTime { _ in 3600 }

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("golden")

    static let all: [Situation] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.sorted().map { Situation(name: $0) }
    }()

    func file(_ name: String) -> URL { Self.directory.appendingPathComponent("\(self.name)/\(name)") }

    func text(_ name: String) -> String { (try? String(contentsOf: file(name), encoding: .utf8)) ?? "" }

    var status: PairStatus {
        get throws { PairStatus(try source(), of: NodeName("gw-a"), asked: Self.asked) }
    }

    var metrics: String {
        get throws { Exposition(try source(), of: NodeName("gw-a"), asked: Self.asked).text }
    }

    /// What is said, by the names of the files.
    func renderings() throws -> [String: String] {
        let status = try status
        var result = ["json": StatusJSON(status, time: Self.time).text, "nagios": NagiosLine(status).text + "\n"]
        result["metrics"] = try metrics
        for width in [60, 80, 120] {
            let lines = StatusText(status, width: width, time: Self.time).lines
            result["\(width)"] = lines.map { $0 + "\n" }.joined()
        }
        return result
    }

    func source() throws -> StatusSource {
        var lines = text("facts.txt").split(separator: "\n").map(String.init)
        let first = try #require(lines.first.flatMap { FactLine($0) })
        guard first.kind == "source" else { return .answered(try #require(NodeFacts(text: lines))) }
        lines.removeFirst()
        switch first["kind"] {
        case "older": return .answeredByOlder(try #require(NodeFacts(text: lines)))
        case "newer": return .newer(major: try #require(first.number("major")))
        case "refused": return .refused(path: try #require(first["path"]))
        case "down": return .down(lastWords(first, lines))
        case "silent": return .silent(after: try #require(first.duration("after")), lastWords(first, lines))
        default: return .garbled
        }
    }

    private func lastWords(_ head: FactLine, _ lines: [String]) -> LastWords {
        var words = LastWords()
        let lines = lines.compactMap { FactLine($0) }
        words.facts = NodeFacts(text: lines.filter { $0.kind != "held" }.map(\.text))
        func age(_ key: String) -> PairStatus.Age? {
            head.duration(key).map { .init(duration: $0, since: Self.asked - UInt64($0.milliseconds)) }
        }
        (words.saved, words.lastKeepalive, words.ended) = (age("saved"), age("beat"), age("ended"))
        words.end = end(head["end"])
        words.guardian = head["guardian"]
        words.isConfigured = head.word("configured") ?? .unknown
        words.hasAddresses = head.word("addresses") ?? .unknown
        words.held = lines.filter { $0.kind == "held" }.map {
            .init(word: $0["word"] ?? "", interface: $0["interface"] ?? "", isOurs: $0.word("ours") ?? .unknown)
        }
        return words
    }

    private func end(_ text: String?) -> LastWords.End {
        let words = (text ?? "").split(separator: " ")
        let number = words.dropFirst().first.flatMap { Int32($0) } ?? 0
        switch words.first {
        case "orderly": return .orderly
        case "signal": return .signal(number)
        case "exit": return .exit(number)
        case "timeout": return .timeout
        case "watchdog": return .watchdog
        case "running": return .running(pid: number)
        default: return .unknown
        }
    }
}
