// What a guardian says when it has acted: one line, made in room that was there before. It refuses to know where it is written.

/// A line that begins with the priority of the system's log.
package struct GuardianLine {
    package static let room = 256
    /// The length of what only the system's log reads: "daemon" and "warning".
    package static let prefix = 4

    private let text: UnsafeMutableRawBufferPointer
    private var end = 0

    /// `text` has `room` bytes.
    package init(in text: UnsafeMutableRawBufferPointer) {
        self.text = text
    }

    /// Makes the line; returns how long it is.
    package mutating func say(_ reason: GuardianJudgement.Reason, removed: Int, left: Int) -> Int {
        put("<28>hb_guardian: the daemon ")
        switch reason {
        case .dead: put("is dead")
        case .still(let time):
            put("has stood still for ")
            put(time / 1_000_000)
            put(" ms")
        }
        put("; service addresses removed: ")
        put(UInt64(removed))
        if left > 0 {
            put(", still there: ")
            put(UInt64(left))
        }
        put("\n")
        return end
    }

    private mutating func put(_ words: StaticString) {
        for index in 0..<min(words.utf8CodeUnitCount, text.count - end) { text[end + index] = words.utf8Start[index] }
        end = min(end + words.utf8CodeUnitCount, text.count)
    }

    private mutating func put(_ number: UInt64) {
        var scale: UInt64 = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0, end < text.count {
            text[end] = UInt8(ascii: "0") + UInt8(number / scale % 10)
            end += 1
            scale /= 10
        }
    }
}
