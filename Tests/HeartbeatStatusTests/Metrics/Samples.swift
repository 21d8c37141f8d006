// Reads the text of metrics as Prometheus does, strictly: a test that reads leniently finds nothing.

import Testing

/// One series and its value.
struct Sample: Hashable {
    var name: String
    var labels: [String: String]
    var value: String

    /// Every line of a text; what stands there that is no sample, HELP or TYPE is recorded.
    static func read(_ text: String) -> [Sample] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
            if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") { return nil }
            guard let sample = Sample(String(line)) else {
                Issue.record("no sample: \(line)")
                return nil
            }
            return sample
        }
    }

    private init?(_ line: String) {
        guard let match = line.wholeMatch(of: /([a-z_][a-z0-9_]*)(\{.*\})? (-?[0-9]+(?:\.[0-9]+)?)/) else { return nil }
        name = String(match.output.1)
        value = String(match.output.3)
        labels = [:]
        guard let braces = match.output.2 else { return }
        var rest = braces.dropFirst()
        while let label = rest.prefixMatch(of: /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"[,}]/) {
            guard labels.updateValue(Self.plain(label.output.2), forKey: String(label.output.1)) == nil else {
                return nil
            }
            rest = rest[label.range.upperBound...]
        }
        guard rest.isEmpty else { return nil }
    }

    private static func plain(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
