// How the words after a directive become times, numbers and truth values. The rules are the original's, as observed;
// what it refuses without a word is refused here with the right spelling. It does not know which directive asks.

enum ValueText {
    /// Longest time accepted: everything derived from it stays far from overflow.
    private static let longestMilliseconds: Int128 = 100 * 31_557_600_000

    /// A time, rounded to the nearest millisecond: `2`, `1.5` (seconds), `500ms`, `250000us`.
    ///
    /// Any suffix beginning with `ms` or `us` will do. Every other suffix is an error, also `s`, as in the original.
    static func time(_ text: String) throws(Complaint) -> Duration {
        let number = text.utf8.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        let suffix = String(decoding: text.utf8.dropFirst(number.count), as: UTF8.self).lowercased()
        let amount = try billionths(String(decoding: number, as: UTF8.self), of: text)
        let unit = try billionthsPerMillisecond(suffix, number: String(decoding: number, as: UTF8.self))
        let (padded, isTooLarge) = amount.addingReportingOverflow(unit / 2)
        let milliseconds = padded / unit
        guard !isTooLarge, milliseconds <= longestMilliseconds else {
            throw Complaint("is longer than 100 years; give a number of seconds, or of milliseconds as in \"500ms\"")
        }
        return .milliseconds(Int64(milliseconds))
    }

    /// A time that still is one after rounding.
    static func positiveTime(_ text: String) throws(Complaint) -> Duration {
        let time = try time(text)
        guard time > .zero else { throw Complaint("must be at least 1ms") }
        return time
    }

    /// The number in billionths. Nine decimals decide every rounding to a millisecond, so the rest may go.
    private static func billionths(_ number: String, of text: String) throws(Complaint) -> Int128 {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let hasDigits = parts.contains { !$0.isEmpty }
        guard hasDigits, parts.count <= 2 else {
            if ["s", "sec", "ms", "msec", "us", "usec"].contains(text) {
                throw Complaint("stands alone; seconds have no unit, \"ms\" and \"us\" follow their number at once")
            }
            throw Complaint(
                text.hasPrefix("-")
                    ? "is negative; a time is a number of seconds such as \"2\" or \"1.5\", or \"500ms\""
                    : "is not a time; write seconds such as \"2\" or \"1.5\", or milliseconds as in \"500ms\"")
        }
        let decimals = parts.count == 2 ? parts[1].prefix(9) : ""
        let padded = String(decimals) + String(repeating: "0", count: 9 - decimals.count)
        guard let amount = Int128(String(parts[0]) + padded) else {
            throw Complaint("is longer than 100 years; give a number of seconds")
        }
        return amount
    }

    private static func billionthsPerMillisecond(_ suffix: String, number: String) throws(Complaint) -> Int128 {
        if suffix.isEmpty { return 1_000_000 }
        if suffix.hasPrefix("ms") { return 1_000_000_000 }
        if suffix.hasPrefix("us") { return 1_000_000_000_000 }
        switch suffix {
        case "s", "sec", "secs", "second", "seconds":
            throw Complaint("has a suffix the file format does not know; seconds are written without, \"\(number)\"")
        case "m", "min", "mins", "minute", "minutes":
            throw Complaint("is in minutes, which the file format does not know\(inSeconds(number, times: 60))")
        case "h", "hour", "hours":
            throw Complaint("is in hours, which the file format does not know\(inSeconds(number, times: 3600))")
        default:
            throw Complaint("has the unknown unit \(quoted(suffix)); use no unit for seconds, or \"ms\" or \"us\"")
        }
    }

    private static func inSeconds(_ number: String, times factor: Int) -> String {
        guard let count = Int32(number) else { return "; write seconds without a suffix" }
        return ": write seconds, \"\(Int(count) * factor)\""
    }

    /// `true on yes y 1` or `false off no n 0`, in any case.
    static func boolean(_ text: String) throws(Complaint) -> Bool {
        switch text.lowercased() {
        case "true", "on", "yes", "y", "1": return true
        case "false", "off", "no", "n", "0": return false
        default: throw Complaint("is neither yes nor no; write one of them (or on/off, true/false, y/n, 1/0)")
        }
    }

    /// A whole number in a range. `surplus` is what does not count in it: the original reads decimal digits, also behind a
    /// plus sign, and nothing after them.
    static func integer(
        _ text: String, in range: ClosedRange<Int>
    ) throws(Complaint) -> (number: Int, surplus: String) {
        let sign = text.hasPrefix("+") ? 1 : 0
        let digits = text.utf8.dropFirst(sign).prefix(while: \.isDigit)
        let tail = String(decoding: text.utf8.dropFirst(sign + digits.count), as: UTF8.self)
        // Of "0x10" the original reads the 0, which nobody means.
        let isHexadecimal = digits.elementsEqual("0".utf8) && tail.lowercased().hasPrefix("x")
        guard !digits.isEmpty, !isHexadecimal else {
            throw Complaint("is not a whole number; write one from \(range.lowerBound) to \(range.upperBound)")
        }
        guard let number = Int(String(decoding: digits, as: UTF8.self)), range.contains(number) else {
            throw Complaint("is out of range; write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return (number, sign == 0 ? tail : "+" + tail)
    }

    /// One of a few words, exactly.
    static func choice(_ text: String, of words: [String]) throws(Complaint) -> String {
        guard words.contains(text) else {
            throw Complaint("is none of \(words.joined(separator: ", "))\(Spelling.hint(for: text, among: words))")
        }
        return text
    }

    /// One of the words that stand for a type's values.
    static func choice<Value: CaseIterable & RawRepresentable<String>>(_ text: String) throws(Complaint) -> Value {
        guard let value = Value(rawValue: try choice(text, of: Value.allCases.map(\.rawValue))) else {
            preconditionFailure("\(text) is the raw value of a case")
        }
        return value
    }

    /// A path that means the same wherever the daemon stands.
    static func absolutePath(_ text: String) throws(Complaint) -> String {
        guard text.hasPrefix("/") else { throw Complaint("is not a full path; it must begin with \"/\"") }
        return text
    }
}
