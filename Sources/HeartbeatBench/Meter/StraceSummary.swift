// The table that `strace -c` prints, read as text: how often each system call was made. Only the counts are of use; the
// times are those of a process that a tracer stops twice a call.

/// Counts of system calls.
struct StraceSummary: Hashable, Sendable {
    /// By the name of the call.
    var calls: [String: Int]

    var total: Int { calls.values.reduce(0, +) }

    /// `nil` when the text holds no such table.
    init?(_ text: String) {
        var calls: [String: Int] = [:]
        var isInside = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("------") {
                if isInside { break }
                isInside = true
                continue
            }
            guard isInside else { continue }
            // % time, seconds, usecs/call, calls, errors or nothing, name.
            let words = line.split(separator: " ")
            guard words.count == 5 || words.count == 6, let count = Int(words[3]) else { return nil }
            calls[String(words[words.count - 1]), default: 0] += count
        }
        guard isInside else { return nil }
        self.calls = calls
    }
}
