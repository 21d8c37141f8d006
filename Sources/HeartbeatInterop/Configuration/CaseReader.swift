// The text of a case into a case. A case that is not well-formed is an error with its line: a check that was misspelt must
// not pass because it checks nothing.

/// What is wrong with a case file.
package struct CaseError: Error, Hashable, CustomStringConvertible {
    package var description: String
}

extension ConfigurationCase {
    /// Reads a case; `name` is that of its file without `.case`.
    package init(name: String, text: String) throws {
        var reader = CaseReader(name: name)
        do {
            try reader.read(text)
            self = try reader.finish()
        } catch let error as CaseError {
            throw CaseError(description: "\(name).case:\(reader.line): \(error.description)")
        }
    }
}

private struct CaseReader {
    var line = 0
    private var result: ConfigurationCase
    private var verdicts: [String: ConfigurationCase.Verdict] = [:]
    private var reasons: [String: String] = [:]
    private var isEscaped = false
    private var title = ""

    init(name: String) {
        result = ConfigurationCase(name: name, original: .starts, own: .starts)
    }

    mutating func read(_ text: String) throws {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var header: (key: String, value: String)?
        for part in lines {
            line += 1
            if part.hasPrefix("-- ") {
                try take(&header)
                try beginFile(part.dropFirst(3).split(separator: " ").map(String.init))
            } else if !result.files.isEmpty {
                try add(part)
            } else if part.hasPrefix("#") {
                title += part.dropFirst()
            } else if part.hasPrefix(" "), let (key, value) = header {
                header = (key, value + " " + part.trimmed)
            } else {
                try take(&header)
                guard let colon = part.firstIndex(of: ":") else { throw CaseError(description: "neither key nor file") }
                header = (String(part[..<colon]), String(part[part.index(after: colon)...].trimmed))
            }
        }
        try take(&header)
    }

    // MARK: Keys

    private mutating func take(_ header: inout (key: String, value: String)?) throws {
        guard let (key, value) = header else { return }
        header = nil
        guard !value.isEmpty else { throw CaseError(description: "\(key) has no value") }
        let words = key.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("verdict", 1), ("original", 1), ("ours", 1): verdicts[key] = try Self.verdict(value)
        case ("stricter", 1), ("kinder", 1): reasons[key] = value
        case ("differs", 2...):
            for name in key.dropFirst("differs ".count).split(separator: ",") {
                result.differences[String(name.trimmed)] = value
            }
        case ("says", 1): result.says = value
        case ("warns", 1): result.warns = value
        case ("host", 1): result.host = value
        case ("unheard", 1):
            guard let count = Int(value) else { throw CaseError(description: "unheard needs a number") }
            result.unheard = count
        case ("run", 1):
            guard let depth = ConfigurationCase.Depth(rawValue: value) else {
                throw CaseError(description: "run cannot be \(value)")
            }
            result.depth = depth
        default: throw CaseError(description: "there is no key \(key)")
        }
    }

    private static func verdict(_ text: String) throws -> ConfigurationCase.Verdict {
        let words = text.split(separator: " ").map(String.init)
        switch (words[0], words.count) {
        case ("starts", 1): return .starts
        case ("fails", 1): return .fails
        case ("refuses", 1): return .refuses(place: nil)
        case ("refuses", 2): return .refuses(place: words[1])
        default: throw CaseError(description: "\(text) is no verdict")
        }
    }

    // MARK: Files

    private mutating func beginFile(_ words: [String]) throws {
        guard let name = words.first, result[file: name] == nil else { throw CaseError(description: "which file?") }
        var file = ConfigurationCase.File(name: name)
        isEscaped = false
        for word in words.dropFirst() {
            switch word {
            case "whole": file.isWhole = true
            case "escaped": isEscaped = true
            case "missing": file.isMissing = true
            case "directory": file.isDirectory = true
            case _ where word.hasPrefix("mode="): file.mode = UInt32(word.dropFirst(5), radix: 8)
            case _ where word.hasPrefix("owner="): file.owner = String(word.dropFirst(6))
            default: throw CaseError(description: "a file cannot be \(word)")
            }
        }
        result.files.append(file)
    }

    private mutating func add(_ line: Substring) throws {
        let bytes = isEscaped ? try Self.unescaped(line) : Array((line + "\n").utf8)
        result.files[result.files.count - 1].text += bytes
    }

    private static func unescaped(_ line: Substring) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(line.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    fallthrough
                }
                bytes.append(number)
                rest = rest.dropFirst(2)
            default: throw CaseError(description: "no such escape")
            }
        }
        return bytes
    }

    // MARK: The whole

    func finish() throws -> ConfigurationCase {
        var result = result
        guard !title.trimmed.isEmpty else { throw CaseError(description: "the case does not say why it is there") }
        guard let original = verdicts["original"] ?? verdicts["verdict"],
            let own = verdicts["ours"] ?? verdicts["verdict"],
            (verdicts["verdict"] == nil) != (verdicts["original"] == nil && verdicts["ours"] == nil)
        else { throw CaseError(description: "it needs either verdict, or original and ours") }
        (result.original, result.own) = (original, own)
        if case .refuses(nil) = own {
            throw CaseError(description: "where do we refuse it? write refuses <file>:<line>")
        }
        result.reason = try reason(original, own)
        return result
    }

    /// Refusing less is kinder, refusing more stricter; it must be called what it is.
    private func reason(_ original: ConfigurationCase.Verdict, _ own: ConfigurationCase.Verdict) throws -> String? {
        if original.agrees(with: own) {
            guard reasons.isEmpty else {
                throw CaseError(description: "the verdicts are the same, so there is no reason")
            }
            return nil
        }
        let key = own == .starts ? "kinder" : "stricter"
        guard let reason = reasons[key], reasons.count == 1 else {
            throw CaseError(description: "the verdicts differ: write \(key): <reason>")
        }
        return reason
    }
}

extension StringProtocol {
    /// Without blanks and tabs at both ends.
    var trimmed: Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let last = self.lastIndex(where: { !isBlank($0) }) else { return "" }
        return Substring(self[...last]).drop(while: isBlank)
    }
}
