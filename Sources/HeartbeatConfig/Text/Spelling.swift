// Finding the word somebody meant. A typo in a cluster's configuration is found by a person at night, so every message
// about an unknown word ends with the likely right one. It knows nothing about directives.

package enum Spelling {
    /// The candidate nearest to `word` in at most two steps, whatever the case of either; the first of equals.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let furthest = 2
        let wanted = Array(word.lowercased().utf8)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let bytes = Array(candidate.lowercased().utf8)
            // Two edits turn any two-letter word into any other.
            let allowed = min(furthest, max(wanted.count, bytes.count) / 2)
            guard abs(bytes.count - wanted.count) <= allowed else { continue }
            let distance = editDistance(wanted, bytes)
            guard distance <= allowed, distance < best?.distance ?? .max else { continue }
            best = (candidate, distance)
        }
        return best?.candidate
    }

    /// `; did you mean "x"?`, or nothing.
    package static func hint(for word: String, among candidates: some Sequence<String>) -> String {
        nearest(to: word, among: candidates).map { "; did you mean \(quoted($0))?" } ?? ""
    }

    /// Steps of inserting, deleting, replacing a byte or swapping two neighbours (Damerau 1964, each byte touched once).
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let same = left[row] == right[column]
                var steps = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (same ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    steps = min(steps, beforePrevious[column - 1] + 1)
                }
                current.append(steps)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
