// Why something that an operator asked for was not told, or not written. What the program ends with is the program's matter.

package struct OperatorFailure: Error, Hashable, Sendable {
    /// Stable, for programs.
    package var code: String
    /// One without a full stop.
    package var sentence: String
    package var remedy: [String]

    package init(code: String, sentence: String, remedy: [String]) {
        (self.code, self.sentence, self.remedy) = (code, sentence, remedy)
    }
}
