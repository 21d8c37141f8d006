// When a probe is asked: at instants one interval apart, which no delay shifts. Pure.

import HeartbeatModel

struct ProbeSchedule {
    /// The next question.
    private(set) var due: Instant
    private let interval: Duration

    /// The `number`-th probe of a node begins somewhere in the first second, or the first interval if that is shorter.
    /// Multiples of the golden ratio modulo 1 are spread evenly, however many there will be.
    init(interval: Duration, number: UInt64, now: Instant) {
        self.interval = max(interval, .milliseconds(1))
        let fraction = number &* 0x9E37_79B9_7F4A_7C15
        let span = UInt64(min(self.interval, .seconds(1)).nanoseconds)
        due = now + .nanoseconds(Int64(fraction.multipliedFullWidth(by: span).high))
    }

    /// The question that is due has been asked, at `now`. What was missed in between is not made up for.
    mutating func advance(past now: Instant) {
        let missed = max(0, (now - due).nanoseconds / interval.nanoseconds)
        due = due + .nanoseconds((missed + 1) * interval.nanoseconds)
    }
}
