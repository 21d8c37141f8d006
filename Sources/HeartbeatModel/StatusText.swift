// What the text of a `status` call means. Exit codes are not looked at: the scripts this product runs were written for a
// heartbeat that never did, and many of them exit 0 whatever the answer is.

/// Whether a resource runs, judged by what its script's `status` wrote to standard output.
///
/// It does when the text contains `running`, `Running` or `OK`, unless it contains `not running` (`not` in any case, `r`
/// in either). Any number of blanks or line ends counts as one. Observed behaviour of the original.
public func statusTextMeansRunning(_ text: String) -> Bool {
    let text = withBlanksFolded(text)
    guard !occurs(["Nn", "Oo", "Tt", " ", "Rr", "u", "n", "n", "i", "n", "g"], in: text) else { return false }
    return occurs(["Rr", "u", "n", "n", "i", "n", "g"], in: text) || occurs(["O", "K"], in: text)
}

/// Whether the text has a stretch in which each byte is one of those the pattern allows at its place.
private func occurs(_ pattern: [StaticString], in text: [UInt8]) -> Bool {
    guard text.count >= pattern.count else { return false }
    return (0...(text.count - pattern.count)).contains { start in
        pattern.indices.allSatisfy { index in
            pattern[index].withUTF8Buffer { $0.contains(text[start + index]) }
        }
    }
}

private func withBlanksFolded(_ text: String) -> [UInt8] {
    var folded: [UInt8] = []
    for byte in text.utf8 {
        let isBlank = byte == 0x20 || (0x09...0x0D).contains(byte)
        if !isBlank {
            folded.append(byte)
        } else if folded.last != 0x20 {
            folded.append(0x20)
        }
    }
    return folded
}
