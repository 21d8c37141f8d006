// Text for a screen of some width. A character is a column: nothing that we tell has any that are wider.

package func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// Breaks a text between words; what is longer than a line stays whole. The first line begins with `first`, the others with `rest`.
package func wrapped(_ text: String, width: Int, first: String = "", rest: String = "") -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
        if !isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            (line, isEmpty) = (rest, true)
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
    }
    return lines + [line.withoutBlanksAtEnd]
}

extension String {
    package var withoutBlanksAtEnd: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
