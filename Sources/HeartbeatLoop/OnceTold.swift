// What is tried every second fails every second, and whoever sends rubbish sends a lot of it: it is told once.

/// Sentences that were told in this life of the program.
package struct OnceTold {
    /// Others may not fill the memory.
    private static let most = 64
    private var sentences: Set<String> = []

    package init() {}

    /// Whether it should be told now.
    package mutating func isNew(_ sentence: String) -> Bool {
        sentences.count < Self.most && sentences.insert(sentence).inserted
    }
}
