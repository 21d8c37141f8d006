// When something is to end, as an operator writes it: in how long, at which hour, or on which day.

import Glibc
import HeartbeatSystem

/// Reads `90m`, `2h`, `3d`, `17:30` (the next one) and `2026-11-28T17:30`, all of them times of the place where it is read.
package enum UntilTime {
    /// Seconds since 1970, later than `now`; `nil` for anything else.
    package static func parse(_ text: String, now: UInt64 = WallClock.unixTime) -> UInt64? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let moment: UInt64? =
            switch parts.count {
            case 1: span(text).map { now + $0 } ?? clock(parts[0], after: now)
            case 2: day(parts[0], parts[1])
            default: nil
            }
        return moment.flatMap { $0 > now ? $0 : nil }
    }

    private static func span(_ text: String) -> UInt64? {
        for (unit, seconds) in [("m", UInt64(60)), ("h", 3600), ("d", 86_400)] where text.hasSuffix(unit) {
            return UInt64(text.dropLast()).flatMap { (1...100_000).contains($0) ? $0 * seconds : nil }
        }
        return nil
    }

    private static func clock(_ text: Substring, after now: UInt64) -> UInt64? {
        guard let (hour, minute) = hourAndMinute(text) else { return nil }
        var moment = time_t(clamping: now)
        var parts = tm()
        guard localtime_r(&moment, &parts) != nil else { return nil }
        (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (hour, minute, 0, -1)
        var copy = parts
        let today = mktime(&copy)
        if today > moment { return UInt64(today) }
        parts.tm_mday += 1
        let tomorrow = mktime(&parts)
        return tomorrow > moment ? UInt64(tomorrow) : nil
    }

    private static func day(_ date: Substring, _ time: Substring) -> UInt64? {
        let numbers = date.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard numbers.count == 3, let (hour, minute) = hourAndMinute(time), (1970...9999).contains(numbers[0]),
            (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_isdst) = (hour, minute, -1)
        let moment = mktime(&parts)
        return moment > 0 ? UInt64(moment) : nil
    }

    private static func hourAndMinute(_ text: Substring) -> (Int32, Int32)? {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard numbers.count == 2, (0...23).contains(numbers[0]), (0...59).contains(numbers[1]) else { return nil }
        return (numbers[0], numbers[1])
    }
}
