// One combination of software and options that a pair of gateways may run with while it is being replaced.

/// What runs on a node.
package enum Software: String, Hashable, Sendable, CaseIterable {
    case ours
    /// Debian's heartbeat 3.0.6.
    case original
}

/// The cables that carry the heartbeats.
package enum MediaSet: String, Hashable, Sendable, CaseIterable {
    case bcast, ucast, mcast, serial
    case bcastAndSerial = "bcast+serial"
    case bcastAndUcast = "bcast+ucast"

    /// Lines of ha.cf; the peer's address and the device are the node's.
    func directives(peer: String, serial: String) -> [String] {
        switch self {
        case .bcast: ["bcast eth1"]
        case .ucast: ["ucast eth1 \(peer)"]
        case .mcast: ["mcast eth1 225.0.0.77 694 1 0"]
        case .serial: ["baud 115200", "serial \(serial)"]
        case .bcastAndSerial: ["baud 115200", "serial \(serial)", "bcast eth1"]
        case .bcastAndUcast: ["bcast eth0", "ucast eth1 \(peer)"]
        }
    }
}

/// `auto_failback`.
package enum Failback: String, Hashable, Sendable, CaseIterable {
    case on, off, legacy
}

/// What a pair goes through.
package enum Story: String, Hashable, Sendable {
    /// Every command, death, loss and cut.
    case life
    /// Both nodes get this software instead of the original, one after the other.
    case replacement
    /// Nothing happens for 40,000 keepalives.
    case uptime
}

/// A row of the matrix.
package struct MixedCase: Hashable, Sendable {
    /// What runs on cluster1 and cluster2, each the preferred node of one group.
    package var software: [Software]
    package var media: MediaSet
    package var digest: String
    package var format: String
    package var failback: Failback
    package var keepaliveMilliseconds: Int
    package var story = Story.life

    /// Unique in the matrix; what a person gives to have it alone.
    package var name: String {
        let words = [
            software.map { $0 == .ours ? "ours" : "orig" }.joined(separator: "/"), media.rawValue, digest, format,
            failback.rawValue, "\(keepaliveMilliseconds)ms",
        ]
        return words.joined(separator: ",") + (story == .life ? "" : ",\(story.rawValue)")
    }

    package var isMixed: Bool { Set(software).count > 1 }

    /// Twelve keepalives, so that a loss of one in five is no death, and four seconds, because the original judges its own
    /// stalls on a busy machine as the other's death.
    package var deadtimeMilliseconds: Int { max(4000, keepaliveMilliseconds * 12) }

    package init(
        _ first: Software, _ second: Software, _ media: MediaSet, _ digest: String, _ format: String,
        _ failback: Failback, _ keepalive: Int, _ story: Story = .life
    ) {
        software = [first, second]
        self.media = media
        self.digest = digest
        self.format = format
        self.failback = failback
        keepaliveMilliseconds = keepalive
        self.story = story
    }
}
