// The distance between words, on which every "did you mean" rests.

import Testing

@testable import HeartbeatConfig

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "Inserting, deleting, replacing and swapping neighbours each count one",
        arguments: [
            ("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("abc", "abcd", 1), ("abc", "ac", 1), ("abc", "axc", 1),
            ("abc", "acb", 1), ("abcd", "badc", 2), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ])
    func distance(left: String, right: String, steps: Int) {
        #expect(Spelling.editDistance(Array(left.utf8), Array(right.utf8)) == steps)
        #expect(Spelling.editDistance(Array(right.utf8), Array(left.utf8)) == steps)
    }

    @Test("The nearest word is found within two steps, over case")
    func nearest() {
        let words = ["deadtime", "deadping", "node", "env"]
        #expect(Spelling.nearest(to: "DeadTme", among: words) == "deadtime")
        #expect(Spelling.nearest(to: "deadpnig", among: words) == "deadping")
        #expect(Spelling.nearest(to: "dead", among: words) == nil)
        #expect(Spelling.nearest(to: "x", among: words) == nil)
    }
}
