// The combinations that are played. Not all of them: every pair of option values meets at least once (a test holds that),
// because what goes wrong in such protocols goes wrong between two options, hardly ever between three.

/// The rows of the matrix.
package enum CaseMatrix {
    package static let digests = ["sha1", "md5", "crc"]
    package static let formats = ["classic", "netstring"]
    package static let keepalives = [100, 500, 2000]

    /// The original with itself: what it starts and stops is all that a mixed pair may start and stop.
    package static let yardsticks = Failback.allCases.map {
        MixedCase(.original, .original, .bcast, "sha1", "classic", $0, 500)
    }

    /// One of each.
    package static let mixed: [MixedCase] = [
        MixedCase(.ours, .original, .bcast, "sha1", "classic", .on, 100),
        MixedCase(.original, .ours, .bcast, "md5", "netstring", .off, 500),
        MixedCase(.ours, .original, .bcast, "crc", "classic", .legacy, 2000),
        MixedCase(.original, .ours, .bcast, "sha1", "netstring", .on, 2000),
        MixedCase(.original, .ours, .ucast, "sha1", "classic", .off, 100),
        MixedCase(.ours, .original, .ucast, "md5", "netstring", .legacy, 500),
        MixedCase(.original, .ours, .ucast, "crc", "classic", .on, 2000),
        MixedCase(.ours, .original, .mcast, "sha1", "netstring", .off, 2000),
        MixedCase(.original, .ours, .mcast, "md5", "classic", .on, 100),
        MixedCase(.ours, .original, .mcast, "crc", "netstring", .on, 500),
        MixedCase(.original, .ours, .mcast, "sha1", "classic", .legacy, 500),
        MixedCase(.ours, .original, .serial, "md5", "classic", .off, 500),
        MixedCase(.original, .ours, .serial, "sha1", "netstring", .on, 100),
        MixedCase(.ours, .original, .serial, "crc", "netstring", .off, 2000),
        MixedCase(.original, .ours, .serial, "md5", "netstring", .legacy, 500),
        MixedCase(.original, .ours, .bcastAndSerial, "crc", "netstring", .legacy, 100),
        MixedCase(.ours, .original, .bcastAndSerial, "sha1", "classic", .on, 500),
        MixedCase(.original, .ours, .bcastAndSerial, "md5", "classic", .off, 2000),
        MixedCase(.ours, .original, .bcastAndUcast, "crc", "classic", .off, 100),
        MixedCase(.original, .ours, .bcastAndUcast, "sha1", "netstring", .legacy, 2000),
        MixedCase(.ours, .original, .bcastAndUcast, "md5", "netstring", .on, 500),
    ]

    /// Both nodes are replaced, one after the other, as docs/replace-heartbeat.md says.
    package static let replacements = Failback.allCases.map {
        MixedCase(.original, .original, .bcastAndSerial, "sha1", "classic", $0, 500, .replacement)
    }

    /// Keepalives as short as the original sends them, so that it does not take a day.
    package static let uptime = [
        MixedCase(.ours, .original, .bcastAndUcast, "sha1", "classic", .on, 10, .uptime)
    ]

    package static var all: [MixedCase] { uptime + replacements + yardsticks + mixed }

    /// The rows of a sample, and the yardsticks that they are held against.
    package static func rows(of sample: Sample) -> [MixedCase] {
        let rows = sample.of(uptime + replacements + mixed)
        let failbacks = Set(rows.filter { $0.story == .life }.map(\.failback))
        return yardsticks.filter { sample == .all || failbacks.contains($0.failback) } + rows
    }
}
