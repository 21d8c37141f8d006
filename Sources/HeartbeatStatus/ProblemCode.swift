// What can be wrong with a pair, each with a code that never changes. Where the log has an event of that kind the code is its
// name, so that `journalctl HA_EVENT=CODE` finds the lines. When one is there is decided elsewhere.

import HeartbeatModel

/// The kind of a problem: `link-dead`.
package enum ProblemCode: String, Hashable, Sendable, CaseIterable {
    case nobodyServes = "nobody-serves"
    case bothHold = "both-hold"
    case stopFailed = "stop-failed"
    case startFailed = "start-failed"
    case failedTooOften = "failed-too-often"
    case groupMoving = "group-moving"
    case groupWithheld = "group-withheld"
    case startingUp = "starting-up"
    case failbackWaits = "failback-waits"
    case unmanaged

    case nodeDead = "node-dead"
    case peerShutDown = "peer-shut-down"
    case peerJoining = "peer-joining"
    case lateHeartbeat = "late-heartbeat"
    case peerDeaf = "peer-deaf"
    case lockedOut = "locked-out"
    case unanswered
    case replay
    case namesake
    case stalled

    case linkDead = "link-dead"
    case linkOneWay = "link-one-way"
    case oneMediumLeft = "one-medium-left"
    case mediumFailed = "medium-failed"
    case mediaCut = "media-cut"
    case onlyKernelServes = "only-kernel-serves"
    case packetRefused = "packet-refused"

    case blind
    case interfaceLost = "interface-lost"
    case pathLost = "path-lost"
    case pathGroupLost = "path-group-lost"
    case pathUnknown = "path-unknown"
    case peerNetwork = "peer-network"
    case healthCannotMove = "health-cannot-move"
    case pairsApart = "pairs-apart"
    case neighbourDisagrees = "neighbour-disagrees"
    case lineDown = "line-down"
    case lineStranded = "line-stranded"

    case differentGroups = "different-groups"
    case ownOnBoth = "own-on-both"
    case differentNodes = "different-nodes"
    case differentFiles = "different-files"
    case unlistedFile = "unlisted-file"
    case differentDeadtime = "different-deadtime"
    case differentConfiguration = "different-configuration"
    case reloadIncomplete = "reload-incomplete"
    case reloadRefused = "reload-refused"
    case versionDiffers = "version-differs"
    case peerIsOriginal = "peer-is-original"

    case leaseDark = "lease-dark"
    case leaseUnavailable = "lease-unavailable"
    case guardianUnavailable = "guardian-unavailable"
    case historyNotKept = "history-not-kept"
    case hookFailed = "hook-failed"
    case maintenance

    case daemonDown = "daemon-down"
    case daemonSilent = "daemon-silent"
    case notConfigured = "not-configured"
    case noPermission = "no-permission"
    case daemonOlder = "daemon-older"
    case daemonNewer = "daemon-newer"
    case answerGarbled = "answer-garbled"
}

extension ProblemCode {
    /// What a problem does to the verdict. It is no level of the log.
    package enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
        /// The service is concerned: exit 2.
        case critical
        /// Nobody knows: exit 3.
        case unknown
        /// What the service may need is concerned: exit 1.
        case degraded
        /// Only told: exit 0.
        case info

        private var weight: Int {
            switch self {
            case .critical: 3
            case .unknown: 2
            case .degraded: 1
            case .info: 0
            }
        }

        package static func < (left: Self, right: Self) -> Bool { left.weight < right.weight }
    }

    /// What is known of a kind before there is a problem: a row of docs/problems.md.
    package struct Entry: Hashable, Sendable {
        /// The usual one.
        var severity: Severity
        /// When it is another one.
        var exception = ""
        /// The log has an event of this name.
        var isEvent: Bool
        /// What it says; capitals stand for names.
        var sentence: String
        /// What to do.
        var advice: String
    }

    package var entry: Entry {
        Self.entries[self] ?? Entry(severity: .degraded, isEvent: false, sentence: rawValue, advice: "")
    }

    /// For what only the log tells, and nothing says that it is over: so long it counts after its last line.
    package var lasting: Duration? { Self.lasting[self] }

    private static let lasting: [ProblemCode: Duration] = {
        // What ends only with the daemon, or with a word of its own.
        let always = Duration.seconds(Int64(Int32.max))
        return [
            .replay: .seconds(600), .namesake: .seconds(600), .packetRefused: .seconds(600), .stalled: .seconds(600),
            .reloadRefused: .seconds(3600), .hookFailed: .seconds(3600), .differentNodes: always,
            .reloadIncomplete: always, .historyNotKept: always, .leaseUnavailable: always, .pairsApart: always,
            .pathUnknown: always,
        ]
    }()

    static let entries: [ProblemCode: Entry] = Dictionary(
        uniqueKeysWithValues: (service + peer + media + network + sameness + machine + question).map { ($0.0, $0.1) })
}
