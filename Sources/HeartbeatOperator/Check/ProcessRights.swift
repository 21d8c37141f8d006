// What a process may, from what the kernel writes of it: capabilities go before limits.

import HeartbeatStatus

extension MachineFacts.Rights {
    /// Bits of capabilities(7).
    private static let (locksMemoryBit, setsPriorityBit) = (UInt64(14), UInt64(23))

    /// The texts of /proc/PID/status and /proc/PID/limits; `nil` where they are not these.
    init?(status: String, limits: String) {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let word = line.split(whereSeparator: \.isWhitespace).last, let capabilities = UInt64(word, radix: 16),
            let memory = Self.limit("Max locked memory", in: limits),
            let priority = Self.limit("Max realtime priority", in: limits)
        else { return nil }
        self.init(
            locksMemory: memory == .max || capabilities >> Self.locksMemoryBit & 1 == 1,
            priority: capabilities >> Self.setsPriorityBit & 1 == 1 ? 99 : Int(clamping: min(99, priority)))
    }

    /// The soft limit, which is what counts.
    private static func limit(_ name: String, in text: String) -> UInt64? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let word = line.dropFirst(name.count).split(separator: " ").first
        else { return nil }
        return word == "unlimited" ? .max : UInt64(word)
    }
}
