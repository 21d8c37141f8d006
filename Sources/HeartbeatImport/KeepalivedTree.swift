// keepalived.conf as statements within statements: braces, included files, and definitions of `$NAME`. What a statement means is its
// reader's matter.

import HeartbeatConfig
import HeartbeatModel

struct KeepalivedStatement: Hashable {
    var words: [String]
    var place: ImportPlace
    /// What stands between its braces; `nil` without them.
    var block: [KeepalivedStatement]?

    var keyword: String { words.first ?? "" }
    var text: String { words.joined(separator: " ") }
    /// The word behind the keyword.
    var value: String? { words.count > 1 ? words[1] : nil }
}

/// Gives the files that an `include` names, read; `nil`: includes are not followed.
package typealias IncludedFiles = (_ pattern: String, _ includingFile: String) -> [SourceFile]

struct KeepalivedTree {
    private let included: IncludedFiles?
    private(set) var findings: [ImportFinding] = []
    private var definitions: [String: String] = [:]
    private var filesLeft = Import.mostIncluded
    /// Bytes that words with definitions in them may still come to.
    private var bytesLeft = 1 << 20

    /// Of files in files.
    private static let deepestInclude = 8
    private static let longestDefinition = 4096
    private static let includeWords: Set = ["include", "includer", "includem", "includew", "includeb", "includea"]

    init(_ included: IncludedFiles?) { self.included = included }

    mutating func read(_ file: SourceFile) throws(ImportMistake) -> [KeepalivedStatement] {
        try read(file, depth: 0)
    }

    private mutating func read(_ file: SourceFile, depth: Int) throws(ImportMistake) -> [KeepalivedStatement] {
        let bytes: [UInt8]
        switch file.contents {
        case .bytes(let contents): bytes = contents
        case .unreadable(let reason):
            throw ImportMistake(.file, file: file.path, "cannot be read: \(reason)", "name a file that you may read")
        }
        var lexer = KeepalivedLexer(bytes, file: file.path)
        var nest = KeepalivedNest(file: file.path)
        for token in try lexer.run() {
            switch token.kind {
            case .word(let word):
                nest.add(try replaced(word, at: ImportPlace(file: file.path, line: token.line)), at: token.line)
            case .open: try nest.open(at: token.line)
            case .end:
                if let line = nest.takeLine() { nest.append(try statements(of: line, depth)) }
            case .close:
                if let line = nest.takeLine() { nest.append(try statements(of: line, depth)) }
                try nest.close(at: token.line)
            }
        }
        return try nest.end()
    }

    /// What a line comes to that has no braces: itself, the files that it includes, or nothing.
    private mutating func statements(
        of line: KeepalivedStatement, _ depth: Int
    ) throws(ImportMistake) -> [KeepalivedStatement] {
        if let definition = Self.definition(line) {
            if definition.value.utf8.count <= Self.longestDefinition { definitions[definition.name] = definition.value }
            return []
        }
        guard Self.includeWords.contains(line.keyword), let pattern = line.value else { return [line] }
        guard let included else {
            findings.append(
                ImportFinding(.lost, line.place, line.text, "included files are not followed", "put all into one file"))
            return []
        }
        guard depth < Self.deepestInclude else {
            throw ImportMistake(line.place, "files include each other without end", "remove one of the include lines")
        }
        return try follow(included(pattern, line.place.file), line, depth)
    }

    private mutating func follow(
        _ files: [SourceFile], _ line: KeepalivedStatement, _ depth: Int
    ) throws(ImportMistake) -> [KeepalivedStatement] {
        if files.isEmpty {
            findings.append(
                ImportFinding(
                    .lost, line.place, line.text, "there is no such file",
                    "if keepalived reads one, copy it beside this file"))
        }
        var statements: [KeepalivedStatement] = []
        for file in files {
            filesLeft -= 1
            guard filesLeft >= 0 else {
                throw ImportMistake(line.place, "too many files are included", "put what belongs together into one")
            }
            statements += try read(file, depth: depth + 1)
        }
        return statements
    }

    // MARK: - Definitions

    private static func definition(_ line: KeepalivedStatement) -> (name: String, value: String)? {
        guard line.keyword.hasPrefix("$"), let sign = line.keyword.firstIndex(of: "=") else { return nil }
        let name = line.keyword[..<sign].dropFirst()
        guard !name.isEmpty, name.utf8.allSatisfy(isOfName) else { return nil }
        let value = [String(line.keyword[line.keyword.index(after: sign)...])] + line.words.dropFirst()
        return (String(name), value.filter { !$0.isEmpty }.joined(separator: " "))
    }

    private static func isOfName(_ byte: UInt8) -> Bool { byte.isDigit || byte.isLetter || byte == UInt8(ascii: "_") }

    /// A word with what its `$NAME` and `${NAME}` stand for; those that stand for nothing stay.
    private mutating func replaced(_ word: String, at place: ImportPlace) throws(ImportMistake) -> String {
        // The name of a definition is no use of it.
        guard word.contains("$"), !definitions.isEmpty else { return word }
        var result = ""
        var rest = word[...]
        while let sign = rest.firstIndex(of: "$") {
            result += rest[..<sign]
            rest = rest[sign...].dropFirst()
            let isBraced = rest.hasPrefix("{")
            let name = String(
                decoding: rest.utf8.dropFirst(isBraced ? 1 : 0).prefix(while: Self.isOfName), as: UTF8.self)
            let behind = rest.dropFirst(name.count + (isBraced ? 1 : 0))
            // Before "=" at the beginning it is defined anew.
            let isDefined =
                result.isEmpty && rest.startIndex == word.index(after: word.startIndex) && behind.hasPrefix("=")
            guard let value = definitions[name], !isDefined, !isBraced || behind.hasPrefix("}") else {
                result += "$"
                continue
            }
            bytesLeft -= value.utf8.count
            guard bytesLeft > 0 else {
                throw ImportMistake(place, "definitions make too much of the file", "write out what they stand for")
            }
            result += value
            rest = isBraced ? behind.dropFirst() : behind
        }
        return result + rest
    }
}
