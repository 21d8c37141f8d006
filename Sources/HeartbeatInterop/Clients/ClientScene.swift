// What happens to a pair while Debian's own clients run on its nodes, and what they are asked then. A scene knows nothing of
// the software: whatever a line prints beside the original, it must print beside ours.

/// One line for the shell of a node, whose output and exit code are compared.
struct ClientCase: Hashable, Sendable {
    /// A difference that is meant to be.
    struct Difference: Hashable, Sendable {
        var reason: String
        /// The one line of the original's output that is not there beside ours.
        var missing: String

        func applies(to answer: ClientAnswer, insteadOf expected: ClientAnswer) -> Bool {
            var lines = expected.output.split(separator: "\n")
            guard let index = lines.firstIndex(of: missing[...]) else { return false }
            lines.remove(at: index)
            return answer.code == expected.code && answer.output.split(separator: "\n") == lines
        }
    }

    var line: String
    /// 0 for cluster1, whose software is compared; 1 for its peer.
    var node = 0
    /// How the row is called when the line is too long for that.
    var title: String?
    /// Without this text the output is no answer, but a program that has given up: it is run again.
    var needed: String?
    /// Where ours is asked.
    var difference: Difference?

    init(
        _ line: String, on node: Int = 0, title: String? = nil, needed: String? = nil, difference: Difference? = nil
    ) {
        self.line = line
        self.node = node
        self.title = title
        self.needed = needed
        self.difference = difference
    }

    func isAnswered(by answer: ClientAnswer) -> Bool {
        // What the library's programs print when the daemon takes too long.
        needed.map { answer.output.contains($0) && !answer.output.contains("[timeout]") } ?? true
    }
}

/// A line that must come to print this before a scene goes on.
struct AwaitedLine: Hashable, Sendable {
    var line: String
    var node = 0
    var output: String

    init(_ line: String, on node: Int = 0, prints output: String) {
        self.line = line
        self.node = node
        self.output = output
    }
}

/// A step in the life of the pair.
struct ClientScene: Sendable {
    enum Act: Hashable, Sendable {
        case powerOn
        /// cluster1's cable to the LAN, which the ping node is behind.
        case unplugLAN, plugLAN
        /// Begun and not waited for.
        case run(String, on: Int)
        case runOnBoth(String)
        /// The peer loses its power.
        case powerOffPeer
        /// The software on cluster1 ends in order.
        case stop
        /// cluster1, which has rebooted itself, is there again.
        case boot
        case nothing
    }

    var name: String
    var act: Act
    /// All must be true at once.
    var awaited: [AwaitedLine]
    /// For how long without a break. Debian's ipfail hands over once more when it has counted: what it does moves nothing, but
    /// the nodes are in transition while it does it, whichever software runs there.
    var calm = Duration.zero
    var cases: [ClientCase]
}
