// Calls of a program in whatever holds them: a shell script, a unit of systemd, one line. Only quotes, comments and the ends of commands
// are understood; what a shell would put in for a variable is not.

import HeartbeatConfig
import HeartbeatModel

/// One call.
struct ProgramCall: Hashable {
    /// Behind the program's name.
    var words: [String]
    var place: ImportPlace
}

enum CommandLines {
    private static let separators: Set = [";", "&", "&&", "|", "||"]

    /// The lines of a file with their numbers, those that a backslash joins as one.
    static func lines(of file: SourceFile) throws(ImportMistake) -> [(number: Int, text: String)] {
        switch file.contents {
        case .unreadable(let reason):
            throw ImportMistake(.file, file: file.path, "cannot be read: \(reason)", "name a file that you may read")
        case .bytes(let bytes):
            var lines: [(number: Int, text: String)] = []
            var open = ""
            var first = 1
            let pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                let line = piece.last == UInt8(ascii: "\r") ? piece.dropLast() : piece
                let isJoined = line.last == UInt8(ascii: "\\")
                if open.isEmpty { first = index + 1 }
                open += String(decoding: isJoined ? line.dropLast() : line, as: UTF8.self) + (isJoined ? " " : "")
                guard !isJoined || index == pieces.count - 1 else { continue }
                lines.append((first, open))
                open = ""
            }
            return lines
        }
    }

    /// All calls of a program.
    static func calls(of program: String, in file: SourceFile) throws(ImportMistake) -> [ProgramCall] {
        var calls: [ProgramCall] = []
        for (number, text) in try lines(of: file) {
            var words = words(of: text)[...]
            while let start = words.firstIndex(where: { name(of: $0) == program }) {
                let call = words[(start + 1)...].prefix { !separators.contains($0) }
                calls.append(
                    ProgramCall(words: arguments(call), place: ImportPlace(file: file.path, line: number)))
                words = words[call.endIndex...]
            }
        }
        return calls
    }

    /// Without what says where its output goes: `>/dev/null`, `2> file`.
    private static func arguments(_ words: ArraySlice<String>) -> [String] {
        var (rest, arguments) = (words, [String]())
        while let word = rest.popFirst() {
            let sign = word.utf8.drop(while: \.isDigit)
            guard let first = sign.first, "<>".utf8.contains(first) else {
                arguments.append(word)
                continue
            }
            if sign.allSatisfy({ "<>".utf8.contains($0) }) { rest = rest.dropFirst() }
        }
        return arguments
    }

    /// What a word calls: without its directories, and without `ExecStart=` in front.
    private static func name(of word: String) -> Substring {
        let program = word.split(separator: "=", maxSplits: 1).last ?? ""
        return (program.split(separator: "/").last ?? "").drop { "-@+!:".contains($0) }
    }

    /// Words of a line, without quotes and comment.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        // In place: a line may be as long as its file.
        func extend(by character: Character) {
            if word == nil { word = "" }
            word?.append(character)
        }
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { extend(by: character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let finished = word { words.append(finished) }
                word = nil
            } else if character == "#", word == nil {
                break
            } else if character == ";" || character == "&" || character == "|" {
                if let finished = word { words.append(finished) }
                words.append(String(character))
                word = nil
            } else {
                extend(by: character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
