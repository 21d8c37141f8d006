// The braces of one file while it is read: which statement a block belongs to, and which brace has no other.

struct KeepalivedNest {
    private struct Frame {
        var header: KeepalivedStatement
        var children: [KeepalivedStatement] = []
    }

    private let file: String
    private var frames: [Frame]
    private var line: KeepalivedStatement

    /// Real files have four.
    private static let deepest = 32

    init(file: String) {
        self.file = file
        line = KeepalivedStatement(words: [], place: ImportPlace(file: file, line: 1))
        frames = [Frame(header: line)]
    }

    mutating func add(_ word: String, at number: Int) {
        if line.words.isEmpty { line.place.line = number }
        line.words.append(word)
    }

    /// The line so far, which begins anew; `nil` when it is empty.
    mutating func takeLine() -> KeepalivedStatement? {
        defer { line.words = [] }
        return line.words.isEmpty ? nil : line
    }

    mutating func append(_ statements: [KeepalivedStatement]) { frames[frames.count - 1].children += statements }

    mutating func open(at number: Int) throws(ImportMistake) {
        guard frames.count <= Self.deepest else {
            throw ImportMistake(
                ImportPlace(file: file, line: number), "braces stand in more than \(Self.deepest) others",
                "look for one that is not closed")
        }
        frames.append(Frame(header: header(at: number)))
    }

    /// What the braces belong to: the words before them, or the line before.
    private mutating func header(at number: Int) -> KeepalivedStatement {
        if let line = takeLine() { return line }
        if let last = frames[frames.count - 1].children.last, last.block == nil {
            frames[frames.count - 1].children.removeLast()
            return last
        }
        return KeepalivedStatement(words: [], place: ImportPlace(file: file, line: number))
    }

    mutating func close(at number: Int) throws(ImportMistake) {
        guard frames.count > 1, var frame = frames.popLast() else {
            throw ImportMistake(
                ImportPlace(file: file, line: number), "a closing brace has no opening one",
                "remove it, or write the line that it belongs to")
        }
        frame.header.block = frame.children
        frames[frames.count - 1].children.append(frame.header)
    }

    /// All statements of the file.
    func end() throws(ImportMistake) -> [KeepalivedStatement] {
        guard frames.count == 1 else {
            let header = frames[frames.count - 1].header
            throw ImportMistake(
                header.place, "the brace of \"\(header.text)\" is never closed",
                "write \"}\" behind the last line that belongs to it")
        }
        return frames[0].children
    }
}
