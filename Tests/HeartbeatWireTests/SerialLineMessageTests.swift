// A keepalive is small enough for four of them a second at 19200 baud, with every field that we add to the original's.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct SerialLineMessageTests {
    /// Half of what 19200 baud carry in 250 ms.
    private static let room = 240
    /// The longest node name for which docs/limits.md promises that room.
    private static let longestName = 18

    private static let codec = MessageCodec(
        keys: AuthenticationKeys(
            current: 10, keys: [AuthenticationKey(id: 10, method: .sha1, secret: Array("secret".utf8))]),
        format: .classic)

    /// The largest keepalive there is until 2106: all numbers have as many digits as they can get.
    private static func keepalive(name: String, heard: Bool = true) -> Message {
        let generation = Generation(0xFFFF_FFFF)
        return Message(
            source: NodeName(name), sourceUUID: NodeUUID(bytes: [UInt8](repeating: 0xFF, count: 16)),
            sequence: SequenceNumber(0xFFFF_FFFF), generation: generation, timestamp: 0xFFFF_FFFF,
            load: "100.25 100.17 100.05 12/2345 1234567", timeToLive: 3,
            content: .status(
                StatusReport(
                    status: .active, deadtime: .seconds(600),
                    heard: heard ? MessageIdentity(generation: generation, sequence: SequenceNumber(0xFFFF_FFFF)) : nil,
                    lease: .seconds(600))))
    }

    private static func size(_ message: Message) -> Int { codec.encode(message, as: .classic).count }

    @Test func aKeepaliveTakesHalfOfAQuarterOfASecond() throws {
        let largest = Self.keepalive(name: String(repeating: "n", count: Self.longestName))
        #expect(Self.size(largest.forSerialLine) <= Self.room, "\(Self.size(largest.forSerialLine))")
        #expect(Self.size(largest) > Self.room, "with the load it would not fit")
        #expect(MediumConfiguration.serialTime(ofBytes: Self.room * 2, baud: 19200) == .milliseconds(250))
    }

    /// `heartbeat -t` counts with this number. A keepalive to an original has the load, and no `hbheard`.
    @Test func theCheckOfTheFilesKnowsHowLargeAKeepaliveGets() {
        let name = "cluster1"
        let largest = MediumConfiguration.largestKeepalive(nameLength: name.utf8.count)
        #expect(Self.size(Self.keepalive(name: name).forSerialLine) == largest)
        let toOriginal = Self.size(Self.keepalive(name: name, heard: false).forSerialLine)
        #expect(abs(toOriginal - largest) < 20, "\(toOriginal)")
    }

    @Test func onlyTheLoadOfAKeepaliveToAPeerOfOursIsLeftOut() throws {
        let message = Self.keepalive(name: "gw1")
        var wanted = message
        wanted.load = nil
        let bytes = Self.codec.encode(message.forSerialLine, as: .classic)
        #expect(try Self.codec.decode(bytes) == wanted)
        let toOriginal = Self.keepalive(name: "gw1", heard: false)
        #expect(toOriginal.forSerialLine == toOriginal)
        var other = message
        other.content = .starting
        #expect(other.forSerialLine == other)
    }

    @Test func thatNoMediumBringsAnythingIsNotSaidOverALine() {
        var deaf = Self.keepalive(name: "gw1")
        let before = deaf.forSerialLine
        guard case .status(var report) = deaf.content else { return }
        report.isDeaf = true
        deaf.content = .status(report)
        #expect(deaf.forSerialLine == before)
    }
}
