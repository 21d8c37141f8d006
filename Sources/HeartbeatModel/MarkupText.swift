// How text stands in HTML, SVG and XML so that nothing in it can be taken for markup.

package enum MarkupText {
    /// For the text of an element, and for an attribute in double quotes.
    package static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
