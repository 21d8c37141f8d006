// Finding messages in a stream that may hold anything.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct SerialFramerTests {
    private func frames(_ pieces: String...) -> [String] {
        var framer = SerialFramer()
        return pieces.flatMap { framer.append(Array($0.utf8)) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        (">>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        (">>>\na=1\n<<<\n>>>\nb=2\n<<<\n", [">>>\na=1\n<<<\n", ">>>\nb=2\n<<<\n"]),
        ("rubbish\nmore\n>>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        ("\0>>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        ("rubbish longer than any mark>>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        (">>>\r\na=1\r\n<<<\r\n", [">>>\na=1\n<<<\n"]),
        ("<<<\n>>>\na=1\n<<<\n<<<\n", [">>>\na=1\n<<<\n"]),
        (">>>\nlost=1\n>>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        (">>>\na=x>>>\n<<<\n", [">>>\na=x>>>\n<<<\n"]),
        (">>>\na=1\n<<< \n<<<\n", [">>>\na=1\n<<< \n<<<\n"]),
        (">>>\na=<<<\n<<<\n", [">>>\na=<<<\n<<<\n"]), (">>>\n\0\n<<<\n", [">>>\n\0\n<<<\n"]),
        ("lost=1\n<<<\n>>>\na=1\n<<<\n", [">>>\na=1\n<<<\n"]),
        (">>>\n<<<\n", [">>>\n<<<\n"]), (">> >\na=1\n<<<\n", []), (">>>\na=1\n<<<", []), ("", []),
    ])
    func framesAreCutOutOfAnyStream(stream: String, expected: [String]) {
        #expect(frames(stream) == expected)
        #expect(frames(String(stream.prefix(5)), String(stream.dropFirst(5))) == expected)
        var framer = SerialFramer()
        let bytewise = stream.utf8.flatMap { framer.append(CollectionOfOne($0)) }
        #expect(bytewise.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func aMessageWithoutEndIsGivenUpAtTheLimitAndTheNextIsFound() {
        let endless = ">>>\n" + String(repeating: "a=1234567890\n", count: SerialFramer.frameLimit / 10)
        #expect(frames(endless, ">>>\nb=2\n<<<\n") == [">>>\nb=2\n<<<\n"])
        #expect(frames(endless, "<<<\n") == [])
        let empty = ">>>\n" + String(repeating: "\n", count: 2 * SerialFramer.frameLimit)
        #expect(frames(empty, "<<<\n", ">>>\nb=2\n<<<\n") == [">>>\nb=2\n<<<\n"])
        let oneLine = ">>>\na=" + String(repeating: "x", count: 2 * SerialFramer.frameLimit)
        #expect(frames(oneLine, "<<<\n", "\n>>>\nb=2\n<<<\n") == [">>>\nb=2\n<<<\n"])
    }

    @Test func aMessageJustBelowTheLimitIsKept() {
        let frame = ">>>\na=" + String(repeating: "x", count: SerialFramer.frameLimit - 20) + "\n<<<\n"
        #expect(frames(frame) == [frame])
    }

    @Test func noiseMadeOfMarksGivesOnlyWholeFrames() {
        var random = SplitMix64(seed: 31)
        var framer = SerialFramer()
        var count = 0
        for _ in 0..<200 {
            let noise = (0..<2000).map { _ in Array("<>\na".utf8)[random.number(below: 4)] }
            for frame in framer.append(noise) {
                count += 1
                #expect(frame.starts(with: ">>>\n".utf8) && frame.reversed().starts(with: "\n<<<".utf8))
                #expect(frame.count <= SerialFramer.frameLimit)
            }
        }
        #expect(count > 10)
        #expect(framer.append(Array("\n>>>\na=1\n<<<\n".utf8)).count == 1)
    }
}
