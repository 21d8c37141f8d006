import HeartbeatModel
import Testing

@testable import HeartbeatScripts

@Suite struct ProcessOutputTests {
    @Test(
        arguments: [
            ("", [], nil), ("a", [], "a"), ("a\n", ["a"], nil), ("a\nb", ["a"], "b"), ("\n\n", ["", ""], nil),
            ("dos\r\n", ["dos"], nil), ("tab\there\n", ["tab\there"], nil),
            ("bell\u{7}\u{1B}[2J\n", ["bell??[2J"], nil),
            ("Ende gut – alles gut\n", ["Ende gut – alles gut"], nil),
        ] as [(String, [String], String?)])
    func outputIsCutIntoLines(text: String, lines: [String], rest: String?) {
        var splitter = LineSplitter()
        #expect(splitter.take(text.utf8) == lines)
        #expect(splitter.finish() == rest)
        #expect(splitter.finish() == nil)
        var slow = LineSplitter()
        #expect(text.utf8.flatMap { slow.take([$0]) } == lines, "however it arrives")
    }

    @Test func aLongLineIsCut() {
        var splitter = LineSplitter()
        let lines = splitter.take(Array(repeating: UInt8(ascii: "x"), count: 5000) + [10] + Array("next\n".utf8))
        #expect(lines.map(\.count) == [LineSplitter.longestLine, 4])
    }

    @Test func invalidTextBecomesText() {
        var splitter = LineSplitter()
        #expect(splitter.take([0xFF, 0x41, 0, 10]) == ["\u{FFFD}A?"])
    }

    @Test func theBudgetLetsAStockThroughAndRefills() {
        var budget = LineBudget(now: .zero)
        let atOnce = (0..<5000).filter { _ in budget.take(at: .zero) }.count
        #expect(atOnce == LineBudget.stock)
        #expect(budget.takeDropped() == 5000 - LineBudget.stock)
        #expect(budget.takeDropped() == 0)
        let later = Instant.zero + .seconds(1)
        #expect((0..<5000).filter { _ in budget.take(at: later) }.count == LineBudget.refillRate)
        let muchLater = later + .seconds(86400)
        #expect((0..<5000).filter { _ in budget.take(at: muchLater) }.count == LineBudget.stock)
    }
}
