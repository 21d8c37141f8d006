// Why a node came too late to renew its lease.

/// What kept a node from renewing it.
package enum LeaseLapse: Hashable, Sendable {
    /// The machine was suspended: the kernel's clock has gone on, the daemon's has not.
    case suspended(Duration)
    /// The daemon, or the whole machine, did not run.
    case notScheduled(Duration)
    /// It ran in time, and no medium took what it sent.
    case notSent

    /// For programs.
    var word: String {
        switch self {
        case .suspended: "suspended"
        case .notScheduled: "not-scheduled"
        case .notSent: "not-sent"
        }
    }
}
