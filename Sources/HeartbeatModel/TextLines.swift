// Lines as the text that they are in a file or on a screen.

extension Sequence where Element: StringProtocol {
    /// Each line with its end.
    package var textOfLines: String { map { "\($0)\n" }.joined() }

    /// The same as UTF-8.
    package var bytesOfLines: [UInt8] { Array(textOfLines.utf8) }
}
