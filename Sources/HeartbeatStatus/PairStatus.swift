// Everything a person or a program is told about a pair, as one value. Text, JSON and what monitors read are renderings of it, and
// nothing is told that is not in it. Who was asked, and how, is not known here.

import HeartbeatModel

/// The state of a pair as far as the node that was asked knows it.
///
/// Ages are by that node's monotonic clock, wall times are milliseconds since 1970. What needs words that no node tells yet is
/// unknown: what would happen next.
package struct PairStatus: Hashable, Sendable {
    package var source: Source
    package var verdict: Verdict
    /// The worst first, then in the order of ha.cf and haresources; healed ones of the last hour at the end.
    package var problems: [Problem]
    /// The pair in the order of ha.cf, then ping nodes.
    package var nodes: [Node]
    package var media: [Medium]
    /// Interfaces, paths and groups of paths of the node that was asked.
    package var watched: [Watched]
    /// In the order of haresources.
    package var groups: [Group]
    package var files: [File]
    package var lines: LineReport
    /// Whether whoever does not serve could.
    package var readiness: Readiness
    /// The last movement that the node knows of.
    package var lastChange: Change?
    /// The last failover that was rehearsed from the node that was asked; `nil` where none is kept there.
    package var lastDrill: Drill?
}

extension PairStatus {
    /// The other node; `nil` where ha.cf names none.
    var peer: Node? { nodes.first { !$0.isLocal && !$0.isPing } }

    /// For how long something has been so. `since` is `nil` where nobody knows the wall clock of then.
    package struct Age: Hashable, Sendable {
        package var duration: Duration
        package var since: UInt64?

        package init(duration: Duration, since: UInt64?) {
            self.duration = duration
            self.since = since
        }

        /// Of something that began at one wall clock and is looked at at another, in milliseconds since 1970.
        package init(since moment: UInt64, asked: UInt64) {
            let ago = asked > moment ? asked - moment : 0
            self.init(duration: .milliseconds(Int64(clamping: ago)), since: moment)
        }
    }

    /// A fact that may be unknown: a word in JSON, never `false` or absent.
    package enum Answer: String, Hashable, Sendable, CaseIterable {
        case yes
        case no
        case unknown
    }

    /// Who was asked, and how that went.
    package struct Source: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case daemon
            /// A version that does not tell everything.
            case olderDaemon = "older-daemon"
            /// The daemon is not there; this is what it has left.
            case lastWords = "last-words"
            case none
        }

        package var kind: Kind
        /// The node that was asked, and its version.
        package var node: NodeName
        package var product: String?
        /// Wall clock of the asking machine.
        package var asked: UInt64
        /// How old what is told is; zero for a daemon that answered, `nil` where nothing is told.
        package var age: Duration?
    }

    /// What it comes to.
    package struct Verdict: Hashable, Sendable {
        package enum Level: String, Hashable, Sendable, CaseIterable {
            case ok = "OK"
            /// The service runs; something that it may need is missing.
            case degraded = "DEGRADED"
            /// A group is served by nobody or by both.
            case critical = "CRITICAL"
            case unknown = "UNKNOWN"
        }

        package var level: Level
        /// One sentence without a full stop.
        package var sentence: String

        /// 0 ok, 1 degraded, 2 critical, 3 unknown.
        package var exitCode: Int32 {
            switch level {
            case .ok: 0
            case .degraded: 1
            case .critical: 2
            case .unknown: 3
            }
        }
    }

    /// Something that is wrong, or worth a word.
    package struct Problem: Hashable, Sendable {
        /// What it is about: kinds are those of `NodeFacts.Trouble.Object`.
        package typealias Object = NodeFacts.Trouble.Object

        /// What is known beside: a moment and what was then, or only a sentence.
        package struct Note: Hashable, Sendable {
            package var at: UInt64?
            package var text: String
        }

        package var code: ProblemCode
        package var severity: ProblemCode.Severity
        package var objects: [Object]
        /// One sentence without a full stop.
        package var sentence: String
        package var notes: [Note] = []
        /// What to do: commands that exist, or words. None for healed ones.
        package var remedy: [String]
        package var age: Age?
        /// It is over for so long, and does not count for the verdict any more.
        package var healed: Age?
        /// So often since it began.
        package var count: Int = 1
    }
}

extension PairStatus {
    /// A node of the cluster, or a ping node.
    package struct Node: Hashable, Sendable {
        package enum Holds: Hashable, Sendable {
            case none
            case some(Int, of: Int)
            case all(Int)
            case unknown
        }

        package enum Network: Hashable, Sendable {
            case sound
            /// Names of what it has lost.
            case lost([String])
            /// The other node tells no names.
            case lostCount(Int)
            case doubtful
            case unwatched
            /// It counts as one that has lost everything, whatever it has.
            case maintenance
            case unknown
        }

        /// ha.cf, authkeys, haresources and the files of `sync` lines beside the other node's.
        package enum Sameness: Hashable, Sendable {
            case same
            case differ([String])
            case pending
            case unknown
        }

        package enum Lease: String, Hashable, Sendable, CaseIterable {
            case held
            case dark
            case none
            case unknown
        }

        package var name: NodeName
        package var isPing: Bool
        package var isLocal: Bool
        /// `nil` where nobody knows.
        package var status: NodeStatus?
        package var statusAge: Age?
        /// It said that it ends, and has not been heard since.
        package var hasLeft = false
        /// Since its last packet over any medium; `nil` for the local node.
        package var lastHeard: Duration?
        package var speaks: NodeFacts.Node.Speech
        package var holds: Holds
        package var network: Network
        /// 99 of 100 turns of its loop in the last ten minutes were no later.
        package var lateness: Duration?
        package var files: Sameness
        package var version: String?
        package var up: Age?
        package var lease: Lease
        package var guardian: Answer
    }

    /// One medium of ha.cf, in both directions.
    package struct Medium: Hashable, Sendable {
        package enum State: Hashable, Sendable {
            case open
            case failing(String)
            case unopened
            case unknown
        }

        package struct Direction: Hashable, Sendable {
            package enum State: String, Hashable, Sendable, CaseIterable {
                case sound
                case silent
                case never
                case unknown
            }

            package var state: State
            /// For how long it has been this.
            package var since: Age?
            package var lastHeard: Duration?
            /// Mean deviation of statuses from their interval.
            package var jitter: Duration?
            /// Statuses of the last 24 h that did not come this way in time.
            package var lost: UInt64?
            /// The last statuses, the oldest first: `|` in time, `:` late, `.` missed; empty where nobody tells.
            package var lane = ""

            package static let unknown = Direction(state: .unknown)
        }

        package var name: MediumName
        package var state: State
        /// The local node hears the other one.
        package var hears: Direction
        /// The other node hears the local one, as it told last.
        package var isHeard: Direction
        /// Messages of this node since it was opened.
        package var sent: UInt64?
        package var dropped: UInt64?
    }

    /// Something the node watches of the network.
    package struct Watched: Hashable, Sendable {
        package var node: NodeName
        package var name: String
        package var kind: ClusterSnapshot.Watched.Kind
        package var state: ClusterSnapshot.Watched.State
        package var age: Age?
        /// `no carrier, says mii`, `no answer`.
        package var reason: String?
        /// Whether its loss moves groups.
        package var counts: Answer
        /// Of a probe: when it was last answered.
        package var answer: NodeFacts.ProbeAnswer?
    }

    /// A line of haresources.
    package struct Group: Hashable, Sendable {
        package enum Service: Hashable, Sendable {
            case on(NodeName)
            case moving(to: NodeName?)
            case nobody
            case both
            case unknown
        }

        package struct Resource: Hashable, Sendable {
            package var word: String
            package var isAddress: Bool
        }

        package var key: String
        package var home: NodeName
        package var service: Service
        package var age: Age?
        /// Why it is where it is.
        package var because: Cause?
        package var resources: [Resource]
        /// What each node of the pair does with it, in the order of `nodes`.
        package var states: [NodeFacts.PeerState]
        /// From the origin of its last movement to its end.
        package var lastMovement: Duration?
        /// Whether neighbours know who has its addresses.
        package var neighbours: Answer
    }

    /// `death`, `loss`, … as `HA_CAUSE`; and for people: `gw-a died`.
    package struct Cause: Hashable, Sendable {
        package var word: String
        package var text: String
    }

    /// A file that must be the same on both nodes.
    package struct File: Hashable, Sendable {
        package var path: String?
        package var state: ClusterSnapshot.File.State
        package var here: String?
        package var there: String?
    }

    package struct Readiness: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case ready
            /// Both serve something, and each could take over the rest.
            case mutual
            case notReady = "not-ready"
            /// There is nobody else.
            case nobody
            case unknown
        }

        package var kind: Kind
        /// Who is ready, or is not.
        package var node: NodeName?
        /// From the other node's last word to the start of everything, by what this daemon has seen; `nil` while it has not seen all.
        package var within: Duration?
        /// Codes of the problems that stand in the way.
        package var obstacles: [ProblemCode]
    }

    /// A movement of groups that had one cause.
    package struct Change: Hashable, Sendable {
        /// Of the last of its movements in the history of the node that was asked.
        package var number: UInt64?
        package var groups: [String]
        package var from: NodeName?
        package var to: NodeName?
        package var took: Duration?
        package var age: Age?
        package var cause: Cause?
        package var outcome: GroupTimeline.Outcome
    }

    /// A rehearsed failover.
    package struct Drill: Hashable, Sendable {
        package var record: DrillRecord
        package var age: Age

        /// - Parameter asked: wall clock of whoever asks, in milliseconds since 1970.
        package init(_ record: DrillRecord, asked: UInt64) {
            self.record = record
            age = Age(since: record.unixMilliseconds, asked: asked)
        }
    }
}
