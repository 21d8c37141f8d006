// Whoever can send packets must not be able to fill the log.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatDaemon

@Suite struct FailureLogTests {
    private let medium = MediumName("eth0")

    @Test func `packets refused for ever new reasons cost a bounded number of lines a minute`() {
        var rejected = RejectedPackets()
        var lines = 0
        for second in 0..<60 {
            for number in 0..<1000 {
                let error = WireError.truncated(offset: second * 1000 + number)
                let now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
                if rejected.report(error, over: medium, at: now) != nil { lines += 1 }
            }
        }
        #expect(lines == 65)
    }

    @Test func `what was refused in silence is counted in the next line`() {
        var rejected = RejectedPackets()
        let start = Instant(nanoseconds: 0)
        let first = rejected.report(.unsigned, over: medium, at: start)
        let text =
            "Packet refused on eth0: not authenticated; if it came from the other node, compare authkeys of both nodes"
        #expect(first == text)
        for _ in 0..<7 { #expect(rejected.report(.unsigned, over: medium, at: start) == nil) }
        let later = rejected.report(.unsigned, over: medium, at: start + .seconds(60))
        #expect(later == text + " (7 more since the last line)")
        for error in [WireError.badAuthentication, .unknownKey(id: 2)] {
            let line = rejected.report(error, over: medium, at: start)
            #expect(line?.hasSuffix("compare authkeys of both nodes") == true)
        }
        #expect(
            rejected.report(.notAMessage, over: medium, at: start) == "Packet refused on eth0: not a heartbeat message")
    }
}
