// A file of directives, from its first line to its last: one a line, its values behind it, comments behind `#`. What a directive means
// is its reader's matter.

import HeartbeatModel

/// One line that says something.
struct DirectiveLine {
    let directive: String
    /// What follows, cut at blanks only: for directives whose values contain commas.
    let words: [String]
    /// What follows, cut at blanks and commas.
    let values: [String]
    /// What follows, as it stands: for a command that a shell will cut.
    let text: String

    /// `nil` for an empty line. The directive itself ends at a blank only (observed behaviour).
    init?(_ text: String) {
        var words = text.words(separatedBy: \.isBlank)
        guard !words.isEmpty else { return nil }
        directive = words.removeFirst()
        let values = text.utf8.drop(while: \.isBlank).dropFirst(directive.utf8.count).drop(while: \.isBlank)
        self.text = values.lastIndex { !$0.isBlank }.map { String(Substring(values[...$0])) } ?? ""
        self.words = words
        self.values = words.flatMap { $0.words(separatedBy: { $0 == UInt8(ascii: ",") }) }
    }
}

/// Reads such a file, and goes on after each mistake.
protocol DirectiveReader {
    var log: DiagnosticLog { get set }
    /// Line being read.
    var line: Int { get set }
    /// Last line of the file.
    var lastLine: Int { get set }

    mutating func read(_ directiveLine: DirectiveLine)
    /// All lines were read.
    mutating func finish()
}

extension DirectiveReader {
    mutating func read(_ file: SourceFile) {
        let source = SourceLines(file, &log)
        lastLine = source.last
        for sourceLine in source.lines {
            line = sourceLine.number
            // Only what counts must be text: old files have Latin-1 in their comments.
            guard let text = String(validating: sourceLine.bytes.withoutComment, as: UTF8.self) else {
                log.error(line, "the line is not valid UTF-8; outside comments use plain text")
                continue
            }
            if let directiveLine = DirectiveLine(text) { read(directiveLine) }
        }
        // A file that could not be read says nothing that could be checked.
        if case .unreadable = file.contents { return }
        finish()
    }
}
