// A page that is written by hand around a part that a program writes. The markers are comments of Markdown, which no reader
// sees.

/// The generated part of a page.
enum GeneratedSection {
    static let begin = "<!-- written by hbbench report: begin -->"
    static let end = "<!-- written by hbbench report: end -->"

    /// The page with `section` between its markers instead of what was there. Throws unless each marker stands on a line of
    /// its own, once, in this order: replacing a guess would destroy what somebody has written.
    /// - Parameter path: what the error calls the page.
    static func replace(in page: String, with section: String, of path: String) throws(BenchFileError) -> String {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let begins = lines.indices.filter { lines[$0] == begin }
        let ends = lines.indices.filter { lines[$0] == end }
        guard let first = begins.first, let last = ends.first, begins.count == 1, ends.count == 1, first < last else {
            throw BenchFileError(
                path: path,
                reason:
                    "it needs the lines \(begin) and \(end), once each and in this order; what the report writes goes "
                    + "between them")
        }
        return (lines[...first] + [Substring(section)] + lines[last...]).joined(separator: "\n")
    }
}
