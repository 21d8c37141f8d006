// How fast a dead node is to be noticed: the rhythm and the deadtime a run asks of all peers. Each peer comes as near as
// it can, and says in every row what it came to.

import HeartbeatLab

/// A keepalive interval and a deadtime, or the shortest a peer is used with.
package enum DetectionSetting: Hashable, Sendable, CustomStringConvertible {
    /// 250 ms and 1 s.
    case oneSecond
    /// 1 s and 10 s.
    case tenSeconds
    /// 2 s and 30 s, which heartbeat 3's examples and its default deadtime come to.
    case thirtySeconds
    /// The shortest pair of times at which each peer still holds together; they differ.
    case tight
    case explicit(keepalive: Duration, deadtime: Duration)

    /// Reads `1s`, `10s`, `30s`, `tight` and `KEEPALIVE/DEADTIME` in milliseconds (`100/500`); `nil` for anything else, and for a
    /// deadtime that is not longer than two keepalive intervals.
    package init?(_ text: String) {
        switch text {
        case "1s": self = .oneSecond
        case "10s": self = .tenSeconds
        case "30s": self = .thirtySeconds
        case "tight": self = .tight
        default:
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let keepalive = parts[0], let deadtime = parts[1], keepalive > 0,
                deadtime > 2 * keepalive, deadtime <= 3_600_000
            else { return nil }
            self = .explicit(keepalive: .milliseconds(keepalive), deadtime: .milliseconds(deadtime))
        }
    }

    package var description: String {
        switch self {
        case .oneSecond: "1s"
        case .tenSeconds: "10s"
        case .thirtySeconds: "30s"
        case .tight: "tight"
        case .explicit(let keepalive, let deadtime):
            "\(keepalive.roundedMilliseconds)/\(deadtime.roundedMilliseconds)"
        }
    }

    /// The two times, given a peer's own shortest.
    func times(tight: (keepalive: Duration, deadtime: Duration)) -> (keepalive: Duration, deadtime: Duration) {
        switch self {
        case .oneSecond: (.milliseconds(250), .seconds(1))
        case .tenSeconds: (.seconds(1), .seconds(10))
        case .thirtySeconds: (.seconds(2), .seconds(30))
        case .tight: tight
        case .explicit(let keepalive, let deadtime): (keepalive, deadtime)
        }
    }
}
