// What the files of a node say, one fact a line, whoever has written them. Pure; it refuses to know what should be there.

import HeartbeatConfig

/// One thing that a line says.
struct FileFact: Hashable {
    /// What it is about, in a form that is the same in files of one kind: `connections.main.local_addrs`.
    var key: String
    var value: String
    /// From 1.
    var line: Int
}

/// The kinds of files that must agree with others.
enum FactKind: String, Hashable, CaseIterable {
    case haCf = "etc/ha.d/ha.cf"
    case haresources = "etc/ha.d/haresources"
    case authkeys = "etc/ha.d/authkeys"
    case interface = "etc/ha.d/conf/"
    case swanctl = "etc/swanctl/conf.d/"
    case frr = "etc/frr/frr.conf"

    /// The kind of a file of a node.
    init?(path: String) {
        let kind = Self.allCases.first { kind in
            kind.rawValue.hasSuffix("/") ? path.hasPrefix(kind.rawValue) : path == kind.rawValue
        }
        guard let kind else { return nil }
        self = kind
    }

    func facts(in text: String) -> [FileFact] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            (number: index + 1, words: Self.words(line, comment: self == .frr ? "!" : "#"))
        }.filter { !$0.words.isEmpty }
        switch self {
        case .haCf: return Self.numbered(lines.map { ($0.number, $0.words[0], $0.words.dropFirst()) })
        case .haresources: return Self.numbered(lines.map { ($0.number, "group", $0.words[...]) })
        case .authkeys: return Self.numbered(lines.map { ($0.number, $0.words[0], $0.words.dropFirst()) })
        case .interface: return lines.compactMap { Self.assignment($0.number, $0.words.joined(separator: " ")) }
        case .swanctl: return Self.sections(lines)
        case .frr: return Self.commands(lines)
        }
    }

    private static func words(_ line: Substring, comment: Character) -> [String] {
        line.prefix { $0 != comment }.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Several lines may begin alike: the second `node` is `node 2`.
    private static func numbered(_ lines: [(number: Int, word: String, rest: ArraySlice<String>)]) -> [FileFact] {
        var counts: [String: Int] = [:]
        return lines.map { line in
            counts[line.word, default: 0] += 1
            let count = counts[line.word] ?? 1
            return FileFact(
                key: count == 1 ? line.word : "\(line.word) \(count)", value: line.rest.joined(separator: " "),
                line: line.number)
        }
    }

    /// `NAME=value`, as the shell reads it.
    private static func assignment(_ number: Int, _ text: String) -> FileFact? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let name = parts[0].split(separator: "_", maxSplits: 1).last ?? parts[0]
        return FileFact(key: String(name), value: parts[1].trimmingQuotes, line: number)
    }

    /// `name {`, `key = value`, `}`: the key has the names around it.
    private static func sections(_ lines: [(number: Int, words: [String])]) -> [FileFact] {
        var path: [String] = []
        var facts: [FileFact] = []
        for (number, words) in lines {
            if words.last == "{" {
                path.append(words[0])
            } else if words == ["}"] {
                _ = path.popLast()
            } else if words.count >= 3, words[1] == "=" {
                let value = words.dropFirst(2).joined(separator: " ").trimmingQuotes
                facts.append(FileFact(key: (path + [words[0]]).joined(separator: "."), value: value, line: number))
            }
        }
        return facts
    }

    /// Commands of FRR whose last word, or words, are a value.
    private static func commands(_ lines: [(number: Int, words: [String])]) -> [FileFact] {
        var networks = 0
        return lines.compactMap { number, words in
            switch words[0] {
            case "router": return FileFact(key: "system", value: words.last ?? "", line: number)
            case "timers":
                return FileFact(key: "timers", value: words.dropFirst(2).joined(separator: " "), line: number)
            case "network":
                networks += 1
                return FileFact(key: "network \(networks)", value: words.last ?? "", line: number)
            case "neighbor" where words.count >= 3:
                return FileFact(
                    key: words[0...2].joined(separator: " "), value: words.dropFirst(3).joined(separator: " "),
                    line: number)
            default: return nil
            }
        }
    }
}

extension StringProtocol {
    /// Without the quotes around it.
    fileprivate var trimmingQuotes: String {
        String(trimming { $0 == "'" || $0 == "\"" })
    }

    private func trimming(_ isTrimmed: (Character) -> Bool) -> SubSequence {
        let start = drop(while: isTrimmed)
        let end = start.lastIndex { !isTrimmed($0) }.map { start.index(after: $0) } ?? start.startIndex
        return start[..<end]
    }
}
