// Packets that are not believed are counted, and told at most once a minute for each reason and medium: whoever can send
// packets must not be able to fill the log.

import HeartbeatModel
import HeartbeatWire

/// The packets a node has refused.
struct RejectedPackets {
    private struct Reason: Hashable {
        var error: WireError
        var medium: MediumName
    }

    private struct Count {
        var told: Instant
        var since: Int
    }

    private static let pause = Duration.seconds(60)
    /// Reasons can carry text from the packet, so their number is bounded.
    private static let mostReasons = 64

    private var counts: [Reason: Count] = [:]

    /// Counts a refusal; gives the log line when it is time for one.
    mutating func report(_ error: WireError, over medium: MediumName, at now: Instant) -> String? {
        let reason = Reason(error: error, medium: medium)
        if let count = counts[reason], now - count.told < Self.pause {
            counts[reason]?.since += 1
            return nil
        }
        let more = counts[reason]?.since ?? 0
        if counts.count >= Self.mostReasons { counts = [:] }
        counts[reason] = Count(told: now, since: 0)
        return "Packet refused on \(medium): \(error)" + (more > 0 ? " (\(more) more since the last line)" : "")
    }
}
