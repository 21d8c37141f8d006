// The way to one host over one LAN: what came of the last packets, and whether the way counts as good. Nothing but counting.

import HeartbeatModel

/// A way and its verdict.
struct LanPath: Hashable, Sendable {
    /// A way is good until it has failed: the kernel uses it anyway.
    private(set) var isValid = true
    /// Packets missed in a row.
    private(set) var missed = 0
    /// Good packets in a row.
    private(set) var good = 0
    /// The LAN that the host's addresses on this one are reached by at present.
    var detour: String?

    /// Takes what came of one packet; true when that changes the verdict.
    mutating func count(isGood: Bool, _ settings: LanConfiguration) -> Bool {
        if isGood {
            missed = 0
            good += 1
            guard !isValid, good >= settings.rise else { return false }
        } else {
            good = 0
            missed += 1
            guard isValid, missed >= settings.fall else { return false }
        }
        isValid.toggle()
        return true
    }

    /// Addresses may be moved to this way now. One that has just missed a packet may be about to fail, too.
    var isTrusted: Bool { isValid && missed == 0 }
}
