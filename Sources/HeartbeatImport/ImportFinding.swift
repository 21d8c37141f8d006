// What became of a word of another program's configuration, and why one could not be read. It knows no grammar.

import HeartbeatModel

/// Where a word stands.
struct ImportPlace: Hashable, Sendable, CustomStringConvertible {
    var file: String
    /// From 1.
    var line: Int

    var description: String { "\(file):\(line)" }
}

/// One thing that the other program was told.
struct ImportFinding: Hashable, Sendable {
    enum Outcome: String, Hashable, Sendable {
        /// The pair does the same, or it needs no telling.
        case kept
        /// The pair does something like it.
        case changed
        /// The pair does not do it.
        case lost
    }

    var outcome: Outcome
    var place: ImportPlace
    /// As it stands there, cut when it is long. Never a secret.
    var what: String
    var why: String
    /// What a person can do about it.
    var remedy: String?

    init(_ outcome: Outcome, _ place: ImportPlace, _ what: String, _ why: String, _ remedy: String? = nil) {
        self.outcome = outcome
        self.place = place
        self.what = what.printable(atMost: 80)
        self.why = why
        self.remedy = remedy
    }
}

/// Why nothing was made.
package struct ImportMistake: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A file cannot be read, or is not what it should be.
        case file
        /// Something has to be said that no file says.
        case question
    }

    package var kind: Kind
    private var file: String?
    private var line: Int?
    private var sentence: String
    package var remedy: String

    init(_ place: ImportPlace, _ sentence: String, _ remedy: String) {
        (kind, file, line) = (.file, place.file, place.line)
        (self.sentence, self.remedy) = (sentence, remedy)
    }

    /// Of a file as such, or of none.
    init(_ kind: Kind, file: String? = nil, _ sentence: String, _ remedy: String) {
        (self.kind, self.file, line) = (kind, file, nil)
        (self.sentence, self.remedy) = (sentence, remedy)
    }

    /// With its place in front.
    package var text: String {
        (file.map { $0 + (line.map { ":\($0)" } ?? "") + ": " } ?? "") + sentence.printable(atMost: 300)
    }
}
