// Looks at the pair twice, two keepalives apart, to see over which media something comes. What else a check does is done in between.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// A look that waits for its second one.
struct LiveWatch {
    /// For both looks together, beside the time between them.
    private static let patience = Duration.seconds(3)
    /// The second look has so long at least, however long the rest of a check has taken.
    private static let least = Duration.milliseconds(500)

    private let places: Places
    private let begin: Instant
    private let first: StatusSource
    /// When the first look was over.
    private let seen: Instant

    /// Takes the first look.
    init(_ places: Places) {
        self.places = places
        begin = .now
        first = Asking(places, patience: Self.patience).source()
        seen = .now
    }

    /// Waits, and takes the second look; where the first one has told nothing, that is all.
    func finding(by configuration: Configuration?) -> (source: StatusSource, check: LiveCheck) {
        let second = second
        let check = LiveCheck(first, second, apart: .now - seen, of: places.node, by: configuration)
        return (second, check)
    }

    private var second: StatusSource {
        guard case .answered(let facts) = first, let keepalive = facts.timings?.keepalive else { return first }
        let due = seen + keepalive * 2
        while Instant.now < due {
            let rest = (due - .now).milliseconds
            poll(nil, 0, Int32(clamping: max(1, rest)))
        }
        let end = begin + keepalive * 2 + Self.patience
        return Asking(places, patience: max(Self.least, end - .now)).source()
    }
}
