// When deciding can wait: most of what happens to a node, a keepalive sent or heard, changes nothing that a decision is drawn
// from. It refuses to know what that is.

import HeartbeatModel

/// Whether there has been nothing to decide lately.
struct Lull: Hashable, Codable, Sendable {
    /// What one decision has changed without a word may matter to the next one, so the second that says nothing counts.
    private static let enough = 2

    /// So many decisions in a row are left out at most: should something ever matter that does not end a lull, a node notices
    /// it within a few seconds all the same.
    static let longest = 32

    private var silent = 0
    private var skipped = 0
    /// When a group has something to do that only time brings, as of the last decision.
    private(set) var groupsDue: Instant?

    /// Something has happened.
    mutating func end() { silent = 0 }

    /// Whether a decision can be left out, which is then counted.
    mutating func lasts(at now: Instant) -> Bool {
        guard silent >= Self.enough, skipped < Self.longest, groupsDue.map({ now < $0 }) ?? true else {
            skipped = 0
            return false
        }
        skipped += 1
        return true
    }

    mutating func decided(isSilent: Bool, groupsDue: Instant?) {
        silent = isSilent ? silent + 1 : 0
        self.groupsDue = groupsDue
    }
}
