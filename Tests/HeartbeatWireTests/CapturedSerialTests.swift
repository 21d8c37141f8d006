// The two directions of a captured serial line, in whatever pieces a tty hands them out.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct CapturedSerialTests {
    private let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)

    @Test(arguments: CaptureFile.serialNames)
    func everyFrameOfTheLineDecodesAndEncodesToTheSameBytes(name: String) throws {
        let stream = try CaptureFile.bytes(name)
        var framer = SerialFramer()
        let frames = framer.append(stream)
        #expect(frames.count > 200)
        #expect(Array(frames.joined()) == stream)
        for frame in frames { #expect(codec.encode(try codec.decode(frame), as: .classic) == frame) }
    }

    @Test(arguments: CaptureFile.serialNames, [1, 2, 3, 4] as [UInt64])
    func piecesOfAnySizeGiveTheSameFrames(name: String, seed: UInt64) throws {
        let stream = try CaptureFile.bytes(name)
        var whole = SerialFramer()
        let expected = whole.append(stream)
        var random = SplitMix64(seed: seed)
        var framer = SerialFramer()
        var frames: [[UInt8]] = []
        var position = 0
        while position < stream.count {
            let end = min(stream.count, position + Int.random(in: 1...(seed == 1 ? 1 : 700), using: &random))
            frames += framer.append(stream[position..<end])
            position = end
        }
        #expect(frames == expected)
    }

    @Test(arguments: CaptureFile.serialNames)
    func noiseCostsNoMoreThanTheMessagesItHits(name: String) throws {
        let stream = try CaptureFile.bytes(name)
        var clean = SerialFramer()
        let sent = clean.append(stream)
        var random = SplitMix64(seed: 7)
        var noisy: [UInt8] = []
        var hits = 0
        for byte in stream {
            let isHit = Int.random(in: 0..<2000, using: &random) == 0
            hits += isHit ? 1 : 0
            noisy.append(isHit ? byte ^ UInt8.random(in: 1...127, using: &random) : byte)
        }
        var framer = SerialFramer()
        let received = framer.append(noisy).filter { (try? codec.decode($0)) != nil }
        // A hit costs its message, and the next as well when it made the line between them unreadable.
        #expect(hits > 10)
        #expect(received.count >= sent.count - 2 * hits)
        #expect(Set(received).isSubset(of: sent))
    }
}
