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
    package static func leaseDark(late: Duration, _ lapse: LeaseLapse) -> Fact {
        let cause =
            switch lapse {
            case .suspended(let duration): "its machine was suspended for \(duration.milliseconds) ms"
            case .notScheduled(let duration): "it was not scheduled for \(duration.milliseconds) ms"
            case .notSent: "no medium took its keepalives"
            }
        return Fact(
            .leaseDark,
            "This node's lease ended \(late.milliseconds) ms ago: \(cause). It answers for no service address before the other "
                + "node has been asked",
            [.latency: late.milliseconds, .cause: lapse.word])
    }

    /// The peer lives and says that it answers for nothing.
    package static func peerDark(node: NodeName) -> Fact {
        Fact(
            .peerDark,
            "node \(node) lives and answers for no service address: it stood still, or could send nothing, and asks before it "
                + "answers again",
            [.peer: node])
    }
}
