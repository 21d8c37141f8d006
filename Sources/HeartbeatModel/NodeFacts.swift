// Everything one daemon tells of itself and of what it knows of the pair, as plain values. It draws no conclusions: whoever asks
// does. Durations and never instants are told, because nobody else has this node's clock.

/// The version of what is told. Within a major one, kinds and keys are only added.
package struct FactsFormat: Hashable, Sendable {
    package var major: Int
    package var minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    package static let current = FactsFormat(major: 1, minor: 0)
}

/// What a daemon tells. What is `nil` is not told: an older daemon does not know it, or nobody does.
package struct NodeFacts: Hashable, Sendable {
    package var format = FactsFormat.current
    /// The node that tells.
    package var node: NodeName
    /// Its version, as `Version.own`.
    package var product: String?
    package var pid: Int32?
    package var generation: Generation?
    /// Wall clock when it was told, in milliseconds since 1970.
    package var unixMilliseconds: UInt64?
    /// For how long this daemon has lived.
    package var age: Duration?
    package var timings: Timings?
    package var phase: Phase?
    /// What the node claims, as it names the sets itself.
    package var hold: HoldSet?
    /// `idle`, or the step of a handover and its set, for people: `offered foreign`.
    package var handover: String?
    /// In the order of ha.cf; ping nodes are among them.
    package var nodes: [Node] = []
    /// In the order of ha.cf; two on one interface have the same name.
    package var media: [Medium] = []
    package var links: [Link] = []
    /// On which both nodes have addresses of their own, by interfaces of this one.
    package var networks: [Network]?
    /// What the node watches of the network.
    package var watched: [Watched] = []
    /// haresources in the order of the file.
    package var groups: [Group] = []
    package var files: [ClusterSnapshot.File] = []
    package var lines = LineReport()
    package var lease: LeaseFact?
    package var guardian: GuardianFact?
    package var lateness: Lateness?
    /// What the other node has told last; `nil` while it is not there, or has told nothing yet.
    package var peer: PeerWord?
    /// Of this node's files, to be compared with those of the other node.
    package var marks: ConfigurationMarks?
    /// The last ones, the newest first.
    package var troubles: [Trouble] = []
    /// Since this daemon began; one that has counted nothing yet has none.
    package var counters: [Counter] = []
    /// The same of durations.
    package var histograms: [Histogram] = []
    /// Service addresses of which neighbours have shown something.
    package var announced: [Announced] = []
    package var failback: FailbackFact?
    /// An operator has taken this node out of service.
    package var maintenance: Maintenance?
    package var flags: Set<Flag> = []

    package init(node: NodeName) {
        self.node = node
    }

    /// What ha.cf says of times.
    package struct Timings: Hashable, Sendable {
        package var keepalive: Duration
        package var deadtime: Duration
        package var warntime: Duration
        package var initdead: Duration
        package var deadping: Duration?
        /// How long each start and each stop of a resource may take.
        package var startTimeout: Duration?
        package var stopTimeout: Duration?
        package var autoFailback: AutoFailback?

        package init(keepalive: Duration, deadtime: Duration, warntime: Duration, initdead: Duration) {
            self.keepalive = keepalive
            self.deadtime = deadtime
            self.warntime = warntime
            self.initdead = initdead
        }
    }

    /// How far the node is.
    package enum Phase: Hashable, Sendable {
        /// It is no active member yet; `left`: so long it waits at most for nodes that it has not heard.
        case joining(left: Duration?)
        case stable
        /// Resources are being acquired, released or negotiated.
        case transition
        /// Everything is being released.
        case leaving
    }

    /// A cluster node or a ping node.
    package struct Node: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case normal
            case ping
        }

        package enum Speech: String, Hashable, Sendable, CaseIterable {
            case ours
            /// heartbeat 3: it tells neither health nor files nor single groups.
            case original
            case unknown
        }

        package enum Standing: String, Hashable, Sendable, CaseIterable {
            /// Not heard since this daemon began.
            case awaited
            case alive
            /// It said that it ends.
            case left
            case dead
        }

        package var name: NodeName
        package var kind: Kind
        package var status: NodeStatus
        /// `nil` for the local node.
        package var standing: Standing?
        /// For how long the status has been this.
        package var since: Duration?
        /// Since the last packet of it over any medium; `nil` for the local node.
        package var lastHeard: Duration?
        package var speaks: Speech
        package var version: String?
        /// For how long its kernel answers without a word of its daemon, as it told last; zero: it does not answer.
        package var lease: Duration?
        /// The silence by which it wants to be declared dead, as it told last.
        package var deadtime: Duration?

        package init(name: NodeName, kind: Kind = .normal, status: NodeStatus, speaks: Speech = .unknown) {
            self.name = name
            self.kind = kind
            self.status = status
            self.speaks = speaks
        }
    }

    /// One medium line of ha.cf, on this node.
    package struct Medium: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case serial
            case bcast
            case ucast
            case mcast
        }

        package enum State: Hashable, Sendable {
            case unopened
            case open
            /// Why it does not work.
            case failing(String)
        }

        package var name: MediumName
        package var kind: Kind
        package var state: State
        /// Messages since it was opened.
        package var sent: UInt64?
        package var dropped: UInt64?
        package var received: UInt64?

        package init(name: MediumName, kind: Kind, state: State) {
            self.name = name
            self.kind = kind
            self.state = state
        }
    }

    /// The other node as it is heard over one medium.
    package struct Link: Hashable, Sendable {
        package enum State: String, Hashable, Sendable, CaseIterable {
            case awaited
            case up
            case dead
        }

        package var node: NodeName
        package var medium: MediumName
        package var state: State
        package var lastHeard: Duration?
        package var since: Duration?
        /// `nil` of a daemon that does not count.
        package var beats: BeatFigures?

        package init(node: NodeName, medium: MediumName, state: State) {
            self.node = node
            self.medium = medium
            self.state = state
        }
    }

    /// A network on which both nodes have addresses of their own.
    package struct Network: Hashable, Sendable {
        package var interface: String
        /// Another host is known there, whose answer proves this node's own interface.
        package var isProved: Bool

        package init(interface: String, isProved: Bool) {
            self.interface = interface
            self.isProved = isProved
        }
    }

    /// How regularly the other node's statuses come over one medium.
    package struct BeatFigures: Hashable, Sendable {
        /// Mean deviation from their interval; `nil` before there were three in a row.
        package var jitter: Duration?
        /// Of the last 24 h, those that did not come this way in time.
        package var lost: UInt64
        /// The last ones, the oldest first: `|` in time, `:` late, `.` missed; at most `PeerView.laneLength`.
        package var lane: String

        package init(jitter: Duration? = nil, lost: UInt64 = 0, lane: String = "") {
            self.jitter = jitter
            self.lost = lost
            self.lane = lane
        }
    }

    /// An interface, a path or a group of paths.
    package struct Watched: Hashable, Sendable {
        package var name: String
        package var kind: ClusterSnapshot.Watched.Kind
        package var state: ClusterSnapshot.Watched.State
        package var since: Duration?
        /// What was last observed: `no carrier, says netlink`, `no answer`.
        package var reason: String?
        /// Whether its loss is a reason to move groups.
        package var counts: Bool?
        /// Of a probe: when it was last answered.
        package var answer: ProbeAnswer?

        package init(
            name: String, kind: ClusterSnapshot.Watched.Kind, state: ClusterSnapshot.Watched.State
        ) {
            self.name = name
            self.kind = kind
            self.state = state
        }
    }

    /// The last answer to a probe.
    package struct ProbeAnswer: Hashable, Sendable {
        /// How long ago it came.
        package var age: Duration
        /// How long it took.
        package var took: Duration

        package init(age: Duration, took: Duration) {
            self.age = age
            self.took = took
        }
    }

    /// What the other node does with a group, as far as its last word says.
    package enum PeerState: String, Hashable, Sendable, CaseIterable {
        case running
        case moving
        case failed
        case stopFailed = "stop-failed"
        case stopped
        case unknown
    }

    /// One line of haresources.
    package struct Group: Hashable, Sendable {
        package enum Neighbours: String, Hashable, Sendable, CaseIterable {
            case agree
            case disagree
            case unknown
        }

        package var key: String
        package var preferred: NodeName
        package var state: ClusterSnapshot.Group.State
        package var onPeer: PeerState
        /// For how long the state has been this.
        package var since: Duration?
        /// Words of haresources in the order of the line.
        package var resources: [String]
        /// Of each of them, whether it runs here; `nil` before somebody has looked.
        package var running: [Bool]?
        /// The resource that failed here last, while the group counts as failed or does not stop.
        package var failing: String?
        /// The last movement here, as `GroupTimeline.text` says it.
        package var timeline: String?
        /// Its number in the history; `nil` as well before this daemon has seen it move.
        package var number: UInt64?
        /// So long its start took here at most, by the last runs of each step; `nil` while one never ran here.
        package var start: Duration?
        package var neighbours: Neighbours = .unknown
        /// Both nodes claim it, as far as this one knows.
        package var isDisputed = false
        /// The other node's line is another one.
        package var differs = false

        package init(
            key: String, preferred: NodeName, state: ClusterSnapshot.Group.State, onPeer: PeerState = .unknown,
            resources: [String] = []
        ) {
            self.key = key
            self.preferred = preferred
            self.state = state
            self.onPeer = onPeer
            self.resources = resources
        }
    }

    /// The kernel's lease on this node; `nil` in `NodeFacts` where the daemon knows nothing of leases.
    package struct LeaseFact: Hashable, Sendable {
        /// The kernel answers for service addresses only while it is told to.
        package var isHeld: Bool
        /// It answers for none of them just now.
        package var isDark: Bool
        /// So long it would still answer.
        package var left: Duration?

        package init(isHeld: Bool, isDark: Bool, left: Duration? = nil) {
            self.isHeld = isHeld
            self.isDark = isDark
            self.left = left
        }
    }

    /// The guardian of this daemon.
    package struct GuardianFact: Hashable, Sendable {
        /// ha.cf wants one.
        package var isWanted: Bool
        package var isRunning: Bool

        package init(isWanted: Bool, isRunning: Bool) {
            self.isWanted = isWanted
            self.isRunning = isRunning
        }
    }

    /// By how much the daemon's turns come later than they are due.
    package struct Lateness: Hashable, Sendable {
        /// Of the last ten minutes: half of the turns are no later, 99 of 100 are no later, the latest.
        package var median: Duration
        package var high: Duration
        package var recentMost: Duration
        /// The latest since the daemon began.
        package var most: Duration

        package init(median: Duration, high: Duration, recentMost: Duration, most: Duration) {
            self.median = median
            self.high = high
            self.recentMost = recentMost
            self.most = most
        }
    }

    /// The other node's last report.
    package struct PeerWord: Hashable, Sendable {
        /// What it claims, as *this* node names the sets.
        package var hold: HoldSet?
        package var isStable: Bool?
        /// It was written after this node's last report had arrived there.
        package var isAnswer: Bool?
        /// It has heard this node's last report, as its statuses tell; `nil` where they do not.
        package var hasHeard: Bool?
        /// `nil` as well when it does not tell, as an original.
        package var health: NodeHealth?
        /// How it hears this node, and what it is like itself; `nil` when it does not tell.
        package var view: View?

        package init() {}
    }

    /// The other node's view, and how long ago it came.
    package struct View: Hashable, Sendable {
        package var told: PeerView
        package var age: Duration

        package init(_ told: PeerView, age: Duration) {
            self.told = told
            self.age = age
        }
    }

    /// Something that was logged as a warning or worse.
    package struct Trouble: Hashable, Sendable {
        package enum Level: String, Hashable, Sendable, CaseIterable {
            case warning
            case error
            case critical
        }

        /// What it is about: kinds are the fields of the journal that name something, without `HA_`, in small letters.
        package struct Object: Hashable, Sendable {
            package var kind: String
            package var name: String

            package init(kind: String, name: String) {
                self.kind = kind
                self.name = name
            }
        }

        /// `HA_EVENT` of the line.
        package var code: String
        package var level: Level
        package var objects: [Object]
        /// The line.
        package var text: String
        /// Since it was logged last.
        package var age: Duration
        /// Since it was logged first; all of its times since it was healed last are one trouble.
        package var first: Duration
        package var count: Int
        /// The event that ends it came so long ago.
        package var healed: Duration?

        package init(code: String, level: Level, objects: [Object] = [], text: String, age: Duration) {
            self.code = code
            self.level = level
            self.objects = objects
            self.text = text
            self.age = age
            first = age
            count = 1
        }
    }

    /// Groups of the other node that run here and are to go back by themselves.
    package struct FailbackFact: Hashable, Sendable {
        package enum Obstacle: String, Hashable, Sendable, CaseIterable {
            /// A file that must be the same on both nodes is not, haresources among them.
            case files
            /// The other node may be worse off.
            case health
            /// The partner's pair serves where this node is.
            case partner
            /// Something is on its way between the nodes, or the other one is not active.
            case transition
            /// The other node has not been well for long enough.
            case delay
        }

        package var isWanted: Bool
        package var blockedBy: Obstacle?
        /// `delay`: for so long yet, if nothing befalls the other node.
        package var left: Duration?

        package init(isWanted: Bool, blockedBy: Obstacle? = nil, left: Duration? = nil) {
            self.isWanted = isWanted
            self.blockedBy = blockedBy
            self.left = left
        }
    }

    /// What is so or is not.
    package enum Flag: String, Hashable, Sendable, CaseIterable {
        /// Both nodes claim groups.
        case bothHold = "both-hold"
        /// No medium brings a word of the other node, another way does.
        case mediaCut = "media-cut"
        /// The other node's machine answers, its daemon is not heard.
        case onlyKernelServes = "only-kernel-serves"
        /// No interface of this node has a carrier.
        case blind
        /// The other node does not hear this one.
        case deaf
        /// The other node answers, but counts this daemon for an older one.
        case lockedOut = "locked-out"
        /// The other node is heard, and does not answer.
        case unanswered
        /// Started with `-M`: it runs no groups.
        case unmanaged
    }
}
