// What becomes of a program that was started with the node, each time it ends: observed behaviour of the original.

import HeartbeatModel

/// How a process ended.
package enum ProgramEnd: Hashable, Sendable {
    case exited(code: Int32)
    case signalled(Int32)
}

/// The short lives of one program, and what follows from the latest.
package struct RespawnRule: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Start it again after ``RespawnRule/pause``.
        case again
        /// It said that it does not want to be started again.
        case leave
        /// It ends too fast too often; it is not started any more.
        case tooFast
        /// The node cannot do without it: reboot the machine.
        case reboot
    }

    /// With this exit code a `respawn` program stays away.
    package static let staysAway: Int32 = 100
    /// From its end until it is started again.
    package static let pause = Duration.seconds(1)
    private static let shortLife = Duration.seconds(30)
    private static let mostShortLives = 10

    private let isFailFast: Bool
    private var shortLives = 0

    package init(isFailFast: Bool) {
        self.isFailFast = isFailFast
    }

    /// Judges an end; `lifetime` since the latest start.
    package mutating func ended(_ end: ProgramEnd, after lifetime: Duration) -> Verdict {
        if isFailFast, end != .exited(code: 0) { return .reboot }
        if end == .exited(code: Self.staysAway) { return .leave }
        shortLives = lifetime < Self.shortLife ? shortLives + 1 : 0
        return shortLives > Self.mostShortLives ? .tooFast : .again
    }
}
