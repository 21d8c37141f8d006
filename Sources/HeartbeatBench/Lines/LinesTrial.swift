// What is measured of a gateway with two lines.

/// A fault of a line, or another measurement.
package enum LinesTrial: String, CaseIterable, Hashable, Sendable {
    /// The first router of the line answers still, and passes nothing on.
    case dead
    /// The line loses its carrier.
    case carrier
    /// Lines die and come back at random, again and again.
    case random
    /// The time that the kernel takes for all rules and routes.
    case program
    /// What the program costs while nothing happens.
    case cost

    /// What the faults of its rows begin with.
    static let prefix = "lines-"

    var name: String { Self.prefix + rawValue }
}

extension Figure {
    /// From the fault to the kernel's first new rule.
    static let lineSwitch = "line_switch_ms"
    /// From that to the first datagram of a flow that is one socket all along; `nil` when it does not go on within ten seconds.
    static let lineResume = "line_resume_ms"
    /// Datagrams of the class that did not have to move, sent and not received.
    static let otherLost = "other_lost"
    /// Packets that left by a line with an address that is not of it.
    static let wrongLine = "wrong_line"
    static let lineSwitches = "line_switches"
    /// Two lines and four classes: everything from nothing, and one class to its other line.
    static let programAll = "program_all_ms"
    static let programMove = "program_move_ms"
}
