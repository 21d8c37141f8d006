// A call of a recording resource script, with its time.

import Glibc

/// When a script was asked for what.
package struct ScriptCall: Hashable, Sendable {
    /// To the hundredth of a second, which has begun.
    package var at: Moment
    package var record: ScriptRecord

    package init(at: Moment, _ record: ScriptRecord) {
        self.at = at
        self.record = record
    }

    /// Reads `<uptime> <node> <script> <verb>`; `nil` for a line that is not whole.
    /// - Parameter asleep: how much of the uptime our clock has not counted.
    package init?(line: some StringProtocol, asleep: Duration = .zero) {
        guard let record = ScriptRecord(line: line), let uptime = line.split(separator: " ").first,
            let hundredths = Int64(String(uptime.filter { $0 != "." }))
        else { return nil }
        self.init(at: Moment(nanoseconds: hundredths * 10_000_000) - asleep, record)
    }
}

extension Moment {
    /// How long the machine has slept since its boot, which the uptime counts and this clock does not.
    static var timeAsleep: Duration {
        var (whole, awake) = (timespec(), timespec())
        clock_gettime(CLOCK_BOOTTIME, &whole)
        clock_gettime(CLOCK_MONOTONIC, &awake)
        return .seconds(whole.tv_sec - awake.tv_sec) + .nanoseconds(whole.tv_nsec - awake.tv_nsec)
    }
}
