// A page below man/, as far as a test must understand mdoc: sections, items of lists with their text, and blocks that are whole files.

import Foundation

struct ManPage {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every page, as `ha.cf.5`.
    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: root.path + "/man")) ?? []).sorted()

    struct Item {
        /// `--json`, `deadtime`, `record list`.
        var names: [String]
        var lines: [String]
    }

    let name: String
    let lines: [String]

    init(_ name: String) throws {
        self.name = name
        lines = try Self.text("man/" + name).components(separatedBy: "\n")
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    // MARK: - Parts

    /// Titles of the sections, in order.
    var sections: [String] { lines.filter { $0.hasPrefix(".Sh ") }.map { String($0.dropFirst(4)) } }

    func section(_ title: String) -> [String] { part(".Sh " + title, until: [".Sh "]) }

    func subsection(_ title: String) -> [String] { part(".Ss " + title, until: [".Sh ", ".Ss "]) }

    private func part(_ head: String, until ends: [String]) -> [String] {
        guard let begin = lines.firstIndex(of: head) else { return [] }
        return Array(lines[(begin + 1)...].prefix { line in !ends.contains { line.hasPrefix($0) } })
    }

    // MARK: - Items

    /// Items of lists that are tagged by words of this macro: `Ic` or `Fl`.
    static func items(_ macro: String, in lines: [String]) -> [Item] {
        lines.indices.compactMap { index in
            var words = Self.words(of: lines[index])
            if words == [".It", "Xo"], lines.indices.contains(index + 1) {
                words = [".It"] + Self.words(of: String(lines[index + 1].dropFirst()))
            }
            guard words.count > 2, words[0] == ".It", words[1] == macro else { return nil }
            let names = macro == "Fl" ? options(in: words) : titles(words.dropFirst(2))
            return Item(names: names, lines: body(of: lines[(index + 1)...]))
        }
    }

    /// `.It 6`, with what the code means.
    static func codes(in lines: [String]) -> [Int: String] {
        var codes: [Int: String] = [:]
        for index in lines.indices {
            let words = Self.words(of: lines[index])
            guard words.count == 2, words[0] == ".It", let code = Int(words[1]) else { continue }
            codes[code] = plain(body(of: lines[(index + 1)...]))
        }
        return codes
    }

    /// Up to the next item of the same list, or its end.
    private static func body(of lines: ArraySlice<String>) -> [String] {
        var depth = 0
        var result: [String] = []
        for line in lines {
            if depth == 0, line.hasPrefix(".It") || line.hasPrefix(".El") { break }
            if line.hasPrefix(".Bl") { depth += 1 }
            if line.hasPrefix(".El") { depth -= 1 }
            result.append(line)
        }
        return result
    }

    /// `a b , c` as `a b` and `c`; what follows a macro is no title any more.
    private static func titles(_ words: ArraySlice<String>) -> [String] {
        words.prefix { !isMacro($0) }.split(separator: ",").map { $0.joined(separator: " ") }
    }

    /// `.Op Fl k | -stop Ar place` as `-k` and `--stop`.
    static func options(in words: [String]) -> [String] {
        var result: [String] = []
        var isOption = false
        for word in words {
            if isMacro(word.hasPrefix(".") ? String(word.dropFirst()) : word) {
                isOption = word.hasSuffix("Fl")
            } else if isOption, !["|", ",", ".", ":", ";"].contains(word) {
                result.append("-" + word)
            }
        }
        return result
    }

    static func words(of line: String) -> [String] { line.split(separator: " ").map(String.init) }

    private static func isMacro(_ word: String) -> Bool {
        word.count == 2 && word.first?.isUppercase == true && word.last?.isLowercase == true
    }

    // MARK: - Text

    /// In one line, as somebody reads it, without fonts and spaces before full stops.
    static func plain(_ lines: [String]) -> String {
        let texts = lines.filter { !$0.hasPrefix(".\\\"") }.map { line in
            guard line.hasPrefix(".") else { return line }
            let options = Set(options(in: words(of: line)))
            return words(of: String(line.dropFirst())).filter { !isMacro($0) }
                .map { options.contains("-" + $0) ? "-" + $0 : $0 }.joined(separator: " ")
        }
        let text = unescaped(texts.joined(separator: " "))
        return [" .", " ,", " ;", " :"].reduce(text) { $0.replacing($1, with: String($1.dropFirst())) }
    }

    /// The signs that mdoc wants written in another way.
    static func unescaped(_ text: String) -> String {
        [("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(dq", "\""), ("\\e", "\\")].reduce(text) {
            $0.replacing($1.0, with: $1.1)
        }
    }

    /// Literal blocks below `.\" whole file: KIND`.
    var wholeFiles: [(kind: String, text: String)] {
        lines.indices.compactMap { index in
            let mark = ".\\\" whole file: "
            guard lines[index].hasPrefix(mark), lines[index + 1].hasPrefix(".Bd -literal") else { return nil }
            let block = lines[(index + 2)...].prefix { $0 != ".Ed" }.map { Self.unescaped($0) + "\n" }
            return (String(lines[index].dropFirst(mark.count)), block.joined())
        }
    }
}
