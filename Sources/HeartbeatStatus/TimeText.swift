// Times as people read them: how long something has been so, and when that was on the wall. Which hour it is at some place is told
// by whoever knows; nothing here reads a clock.

import HeartbeatModel

extension Duration {
    /// `0.11 s`, `41 s`, `3:12`, `2:11:07`, `3 d 02:11`, `41 d`: two or three figures that matter.
    package var ageText: String {
        let hundredths = max(0, nanoseconds) / 10_000_000
        let seconds = hundredths / 100
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case ..<10: return "\(seconds).\(two(hundredths % 100)) s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60):\(two(seconds % 60))"
        case ..<86400: return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        case ..<864_000: return "\(seconds / 86400) d \(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60))"
        default: return "\(seconds / 86400) d"
        }
    }

    /// `0.3 ms`, `41 ms`, then as `ageText`.
    package var shortText: String {
        let tenths = nearest(.microseconds(100))
        switch tenths {
        case ..<100: return "\(tenths / 10).\(tenths % 10) ms"
        case ..<10_000: return "\(tenths / 10) ms"
        default: return ageText
        }
    }
}

/// Wall clocks at one place.
package struct LocalTime: Sendable {
    /// By how many seconds clocks there were ahead of UTC, so many seconds after 1970.
    package var offset: @Sendable (UInt64) -> Int

    package init(offset: @escaping @Sendable (UInt64) -> Int) {
        self.offset = offset
    }

    package static let utc = LocalTime { _ in 0 }

    /// `2026-11-28T11:58:02+01:00`.
    package func stamp(_ milliseconds: UInt64) -> String {
        let parts = WallParts(milliseconds, self)
        let minutes = abs(parts.offset) / 60
        return
            "\(parts.day)T\(parts.time)\(parts.offset < 0 ? "-" : "+")\(padded(minutes / 60)):\(padded(minutes % 60))"
    }

    /// `2026-11-28 11:58`.
    package func date(_ milliseconds: UInt64) -> String {
        let parts = WallParts(milliseconds, self)
        return "\(parts.day) \(parts.time.prefix(5))"
    }

    /// `2026-11-28`.
    func day(_ milliseconds: UInt64) -> String { WallParts(milliseconds, self).day }

    /// `11:58:02.203`.
    func clock(_ milliseconds: UInt64) -> String {
        "\(WallParts(milliseconds, self).time).\(padded(Int(milliseconds % 1000), to: 3))"
    }

    /// `11:58:02` on the day of `now`, else `2026-11-28 11:58:02`.
    package func time(_ milliseconds: UInt64, seenAt now: UInt64) -> String {
        let parts = WallParts(milliseconds, self)
        return parts.day == WallParts(now, self).day ? parts.time : "\(parts.day) \(parts.time)"
    }
}

private func padded(_ number: Int, to length: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, length - text.utf8.count)) + text
}

/// A moment as a calendar and a clock show it.
private struct WallParts {
    let offset: Int
    let day: String
    let time: String

    init(_ milliseconds: UInt64, _ place: LocalTime) {
        // Beyond the year 9999 nobody reads it.
        let unix = min(milliseconds / 1000, 253_402_300_799)
        offset = place.offset(unix)
        let seconds = max(0, Int(unix) + offset)
        let ofDay = seconds % 86400
        time = "\(padded(ofDay / 3600)):\(padded(ofDay / 60 % 60)):\(padded(ofDay % 60))"
        // Days since 0000-03-01, so that a leap day ends a year: Hinnant, "chrono-compatible low-level date algorithms".
        let days = seconds / 86400 + 719_468
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + days / 146_097 * 400 + (month <= 2 ? 1 : 0)
        day = "\(padded(year, to: 4))-\(padded(month))-\(padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))"
    }
}
