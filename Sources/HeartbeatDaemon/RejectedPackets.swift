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
    /// Reasons tell places and texts of the packet, so whoever sends packets can make ever new ones.
    private static let mostReasons = 64

    private var counts: [Reason: Count] = [:]
    /// What was refused for further reasons, as one.
    private var others: Count?

    /// Counts a refusal; gives the log line when it is time for one.
    mutating func report(_ error: WireError, over medium: MediumName, at now: Instant) -> String? {
        let reason = Reason(error: error, medium: medium)
        if counts[reason] == nil, counts.count >= Self.mostReasons {
            counts = counts.filter { now - $0.value.told < Self.pause }
        }
        let isOneOfMany = counts[reason] == nil && counts.count >= Self.mostReasons
        let before = isOneOfMany ? others : counts[reason]
        var count = before ?? Count(told: now, since: 0)
        let isDue = before == nil || now - count.told >= Self.pause
        let more = count.since
        count = isDue ? Count(told: now, since: 0) : Count(told: count.told, since: count.since + 1)
        if isOneOfMany { others = count } else { counts[reason] = count }
        guard isDue else { return nil }
        return "Packet refused on \(medium): \(error)\(Self.remedy(error))"
            + (more > 0 ? " (\(more) more since the last line)" : "")
    }

    /// Nodes with different keys take each other for dead, and both own everything.
    private static func remedy(_ error: WireError) -> String {
        switch error {
        case .badAuthentication, .unknownKey, .unsigned:
            "; if it came from the other node, compare authkeys of both nodes"
        case .notAMessage, .tooLarge, .truncated, .badLength, .trailingBytes, .tooDeep, .badField, .repeated, .missing,
            .badNumber, .unsupportedCompression:
            ""
        }
    }
}
