// What is worth a log line, one case a fact. Log lines are an interface: where the event is the same as the original's, so
// are the words, because operators search for them.

import HeartbeatModel

/// A fact about the cluster worth telling, with everything needed to tell it.
public enum Notice: Hashable, Sendable {
    case communication(CommunicationNotice)
    case membership(MembershipNotice)
    case holdings(HoldingsNotice)
    case standby(StandbyNotice)
    case group(GroupNotice)
    case health(HealthNotice)

    /// How much it matters, in the original's levels.
    public enum Level: Int, Comparable, Sendable {
        case info
        case warning
        case error
        case critical

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public var level: Level {
        switch self {
        case .communication(let notice): notice.level
        case .membership(let notice): notice.level
        case .holdings(let notice): notice.level
        case .standby(let notice): notice.level
        case .group(let notice): notice.level
        case .health(let notice): notice.level
        }
    }

    /// The log line's text.
    public var text: String {
        switch self {
        case .communication(let notice): notice.text
        case .membership(let notice): notice.text
        case .holdings(let notice): notice.text
        case .standby(let notice): notice.text
        case .group(let notice): notice.text
        case .health(let notice): notice.text
        }
    }
}
