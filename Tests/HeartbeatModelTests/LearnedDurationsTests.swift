// How long scripts take is known by their last runs, within bounds, and survives as text.

import HeartbeatModel
import Testing

@Suite struct LearnedDurationsTests {
    private static func step(_ words: String...) -> ResourceStep {
        ResourceStep(words.map { Resource(word: $0, scriptName: $0, arguments: []) })
    }

    @Test func `of the last runs the longest is told`() {
        var learned = LearnedDurations()
        #expect(learned.high("web", .start) == nil)
        for milliseconds in [5, 900, 7] { learned.note("web", .start, took: .milliseconds(milliseconds)) }
        #expect(learned.high("web", .start) == .milliseconds(900) && learned.high("web", .stop) == nil)
        for _ in 0..<(LearnedDurations.mostRuns - 2) { learned.note("web", .start, took: .milliseconds(6)) }
        #expect(learned.high("web", .start) == .milliseconds(900))
        learned.note("web", .start, took: .milliseconds(6))
        #expect(learned.high("web", .start) == .milliseconds(7), "what was long ago is forgotten")
    }

    @Test func `a group's start is known when every step has been started here`() {
        var learned = LearnedDurations()
        let steps = [Self.step("10.0.0.1/24", "10.0.0.2/24"), Self.step("web")]
        learned.note("10.0.0.1/24", .start, took: .milliseconds(2))
        learned.note("web", .status, took: .milliseconds(3))
        #expect(learned.start(of: steps) == nil)
        learned.note("web", .start, took: .milliseconds(10))
        #expect(learned.start(of: steps) == .milliseconds(15))
        #expect(learned.start(of: []) == .zero)
    }

    @Test func `there are never more than a few, and what has not run for longest goes first`() {
        var learned = LearnedDurations()
        learned.note("kept", .start, took: .seconds(1))
        for number in 0..<(LearnedDurations.most * 2) {
            learned.note("script\(number)", .start, took: .seconds(1))
            learned.note("kept", .start, took: .seconds(1))
        }
        #expect(learned.text.count == LearnedDurations.most)
        #expect(learned.high("kept", .start) != nil && learned.high("script0", .start) == nil)
        learned.note(String(repeating: "x", count: 5000), .start, took: .seconds(1))
        #expect(learned.text.count == LearnedDurations.most && learned.text.allSatisfy { $0.utf8.count < 5000 })
    }

    @Test func `times beyond all bounds are no trouble`() {
        var learned = LearnedDurations()
        learned.note("web", .start, took: .seconds(1_000_000_000))
        learned.note("web", .stop, took: .seconds(-5))
        #expect(learned.high("web", .start) == .microseconds(Int64(UInt32.max)) && learned.high("web", .stop) == .zero)
        var read = LearnedDurations(text: ["took\tword=web\tverb=start\tcount=\(UInt64.max)\tus=5"])
        read.note("web", .start, took: .microseconds(7))
        #expect(read.text == ["took\tword=web\tverb=start\tcount=\(UInt64.max)\tus=5,7"])
    }

    @Test func `what was written is read`() {
        var learned = LearnedDurations()
        for (index, word) in ["web::a b", "10.0.0.1/24", "ipsec"].enumerated() {
            for run in 0...(index * 9) { learned.note(word, .start, took: .microseconds(Int64(run * 1000 + index))) }
            learned.note(word, .status, took: .microseconds(3))
        }
        let read = LearnedDurations(text: learned.text)
        #expect(read.text == learned.text && read.high("ipsec", .start) == learned.high("ipsec", .start))
        #expect(learned.text.contains("took\tword=web::a%20b\tverb=start\tcount=1\tus=0"))
    }

    @Test func `damaged lines are passed over`() {
        var learned = LearnedDurations()
        for word in ["web", "mail"] { learned.note(word, .start, took: .milliseconds(4)) }
        let noise = [
            "", "noise", "took\tword=x\tverb=dance\tus=1", "took\tword=x\tverb=start\tus=", "took\tverb=start\tus=1",
        ]
        let read = LearnedDurations(text: noise + learned.text + ["took\tword=y\tverb=start\tus=5,x,7\tcount=-3"])
        #expect(read.high("web", .start) == .milliseconds(4) && read.high("x", .start) == nil)
        #expect(read.high("y", .start) == .microseconds(7))
        var random = SplitMix64(seed: 11)
        for _ in 0..<3000 {
            var bytes = Array(learned.text.joined(separator: "\n").utf8)
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 9...126, using: &random)
            }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            let again = LearnedDurations(text: lines)
            #expect(LearnedDurations(text: again.text).text == again.text)
        }
    }
}
