// Where a text differs from what it should be, line by line.

package enum SiteDifference {
    /// `number: is "…", should be "…"` for each place, with the numbers of the text that is there. A secret is not repeated.
    package static func lines(of text: String, unlike wanted: String) -> [String] {
        places(text, wanted).map { place in
            let (old, new) = (shown(place.old), shown(place.new))
            return "\(place.line): is \(old), should be \(new)"
        }
    }

    /// Lines that go, with `-`, and lines that come, with `+`. A secret is not repeated.
    package static func changes(from text: String, to wanted: String) -> [String] {
        places(text, wanted).flatMap { place in
            place.old.map { "-\(masked($0))" } + place.new.map { "+\(masked($0))" }
        }
    }

    private struct Place {
        var line: Int
        var old: [String]
        var new: [String]
    }

    private static func places(_ text: String, _ wanted: String) -> [Place] {
        let (old, new) = (split(text), split(wanted))
        let difference = new.difference(from: old)
        var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var places: [Place] = []
        var (here, there) = (0, 0)
        while here < old.count || there < new.count {
            let place = Place(line: here + 1, old: run(old, removed, &here), new: run(new, inserted, &there))
            if !place.old.isEmpty || !place.new.isEmpty { places.append(place) }
            here += 1
            there += 1
        }
        return places
    }

    private static func run(_ lines: [String], _ chosen: Set<Int>, _ position: inout Int) -> [String] {
        let start = position
        while position < lines.count, chosen.contains(position) { position += 1 }
        return Array(lines[min(start, lines.count)..<min(position, lines.count)])
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func shown(_ lines: [String]) -> String {
        guard !lines.isEmpty else { return "nothing" }
        return lines.map { isSecret($0) ? "a secret" : "\"\($0.trimmed)\"" }.joined(separator: " ")
    }

    /// Without what nobody should read on a screen.
    private static func masked(_ line: String) -> String {
        isSecret(line) ? "\(line.prefix(while: \.isWhitespace))(a secret)" : line
    }

    private static func isSecret(_ line: String) -> Bool {
        line.contains("secret =") || line.contains(" sha1 ") || line.hasPrefix("1 sha1")
    }
}

extension String {
    fileprivate var trimmed: String { String(drop(while: \.isWhitespace)) }
}
