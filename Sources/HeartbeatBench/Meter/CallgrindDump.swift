// The file that callgrind writes when it is asked for its counts (valgrind's manual, "Callgrind Format Specification"), read
// as text: only the sum is of use here.

/// The sums of one file.
struct CallgrindDump: Hashable, Sendable {
    /// Instructions of all threads since the process began or since the counts were set to zero.
    var instructions: Int

    /// `nil` when the text is no such file, or does not count instructions first.
    init?(_ text: String) {
        var isCountingInstructions = false
        var sum: Int?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "events:": isCountingInstructions = words.count > 1 && words[1] == "Ir"
            // One file may hold a part for each thread.
            case "summary:":
                guard isCountingInstructions, words.count > 1, let part = Int(words[1]), part >= 0 else { return nil }
                sum = (sum ?? 0) + part
            default: continue
            }
        }
        guard let sum else { return nil }
        instructions = sum
    }
}
