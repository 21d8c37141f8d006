// What Linux tells about a process and its network in /proc (proc(5)). Text in, numbers out: it opens no file, and whatever
// has another form than the kernel's gives `nil` and not a number.

/// Memory of one process, from `/proc/PID/smaps_rollup`; in KiB.
struct MemoryFacts: Hashable, Sendable {
    /// Its share of all pages it has mapped: a page that n processes share counts one nth (Pss).
    var proportional = 0
    /// All pages it has mapped, each as if it were its own (Rss).
    var resident = 0
    /// Of those, the ones that cannot be paged out, proportionally (Locked).
    var locked = 0

    init() {}

    init?(smapsRollup text: String) {
        let lines = text.split(separator: "\n")
        func kilobytes(_ key: String) -> Int? {
            lines.first { $0.hasPrefix("\(key):") }.flatMap { line in
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                return words.count == 3 && words[2] == "kB" ? Int(words[1]) : nil
            }
        }
        guard let proportional = kilobytes("Pss"), let resident = kilobytes("Rss"), let locked = kilobytes("Locked")
        else { return nil }
        self.proportional = proportional
        self.resident = resident
        self.locked = locked
    }

    static func += (sum: inout MemoryFacts, other: MemoryFacts) {
        sum.proportional += other.proportional
        sum.resident += other.resident
        sum.locked += other.locked
    }
}

/// What the scheduler has given one thread so far.
struct ScheduleFacts: Hashable, Sendable {
    /// Time on a processor, in nanoseconds.
    var running: Int64 = 0
    /// Time ready to run but without a processor, in nanoseconds.
    var waiting: Int64 = 0
    /// Context switches, of its own will and not.
    var switches = 0

    init() {}

    /// - Parameters:
    ///   - schedstat: `/proc/PID/task/TID/schedstat`: nanoseconds on a processor, nanoseconds waiting, timeslices.
    ///   - status: `/proc/PID/task/TID/status`.
    init?(schedstat: String, status: String) {
        let words = schedstat.split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard words.count == 3, let running = words[0], let waiting = words[1] else { return nil }
        let counts = status.split(separator: "\n").filter { $0.contains("voluntary_ctxt_switches:") }
            .map { line in line.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } }
        guard counts.count == 2, let first = counts[0], let second = counts[1] else { return nil }
        self.running = running
        self.waiting = waiting
        switches = first + second
    }

    static func += (sum: inout ScheduleFacts, other: ScheduleFacts) {
        sum.running += other.running
        sum.waiting += other.waiting
        sum.switches += other.switches
    }
}

/// What one interface has sent so far.
struct InterfaceTraffic: Hashable, Sendable {
    var packets = 0
    /// Without the frame check sequence, with the Ethernet header.
    var bytes = 0

    /// All interfaces of a `/proc/PID/net/dev`, which shows the network namespace of that process.
    static func read(netDev text: String) -> [String: InterfaceTraffic] {
        var links: [String: InterfaceTraffic] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            // Eight columns of what was received, then bytes, packets, … of what was sent.
            let numbers = parts[1].split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 16 else { continue }
            let name = parts[0].drop { $0 == " " }
            links[String(name)] = InterfaceTraffic(packets: numbers[9], bytes: numbers[8])
        }
        return links
    }
}

/// What a process is called where it lives.
enum ProcessNumber {
    /// Its number in the innermost PID namespace that knows it, from its `/proc/PID/status`; `nil` when that tells nothing.
    static func innermost(status text: String) -> Int32? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().last.flatMap { Int32($0) }
    }
}
