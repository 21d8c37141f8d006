// What happens to a pair while Debian's own clients run on its nodes, and what they are asked then. A scene knows nothing of
// the software: whatever a line prints beside the original, it must print beside ours.

/// One line for the shell of a node, whose output and exit code are compared.
struct ClientCase: Hashable, Sendable {
    /// A difference that is meant to be.
    struct Difference: Hashable, Sendable {
        var reason: String
        /// What is printed beside ours.
        var output: String
        var code: Int32
    }

    var line: String
    /// 0 for cluster1, whose software is compared; 1 for its peer.
    var node = 0
    var difference: Difference?

    init(_ line: String, on node: Int = 0, difference: Difference? = nil) {
        self.line = line
        self.node = node
        self.difference = difference
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
    var awaited: [AwaitedLine]
    var cases: [ClientCase]
}
