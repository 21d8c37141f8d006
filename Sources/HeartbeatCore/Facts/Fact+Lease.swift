// Facts about the kernel's lease on the service addresses.

import HeartbeatModel

extension Fact {
    /// The kernel may answer for `length` from now on.
    package static func leaseHeld(_ length: Duration) -> Fact {
        Fact(
            .leaseHeld,
            "This node answers for its service addresses while its keepalives leave in time (lease \(length.milliseconds) ms)",
            [.limit: length.milliseconds])
    }

    /// This node was late by `late` when it came to renew it.
    package static func leaseDark(late: Duration) -> Fact {
        Fact(
            .leaseDark,
            "This node's lease ended \(late.milliseconds) ms ago: it stood still, or no keepalive left. It answers for no "
                + "service address before the other node has been asked",
            [.latency: late.milliseconds])
    }
}
