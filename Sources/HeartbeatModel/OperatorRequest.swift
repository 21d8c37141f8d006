// What an operator may ask of a node, and the picture of the cluster it can be shown. Both are plain values: the core
// fills the picture, the command-line tools print it.

/// A request that changes who holds what.
public enum OperatorRequest: Hashable, Sendable {
    /// `hb_standby`: hand these groups (as seen from the local node) to the peer.
    case standby(HoldSet)
    /// `hb_takeover`: acquire these groups (as seen from the local node) from the peer.
    case takeover(HoldSet)
    /// `hbctl move`: hand the group with this key to the peer, which runs it until its set changes hands.
    case move(String)
    /// SIGTERM, `heartbeat -k`: release everything, tell the peer, exit.
    case shutdown
}

/// What one node knows about the cluster at one moment.
public struct ClusterSnapshot: Hashable, Sendable {
    public var localNode: NodeName
    /// Cluster nodes and ping nodes in the order of ha.cf.
    public var nodes: [Node]
    /// What the local node holds, as the original's `rscstatus` says it.
    public var hold: HoldSet
    /// Resources are being acquired, released or negotiated.
    public var isInTransition: Bool
    /// haresources in the order of the file.
    public var groups: [Group]
    /// Links, paths and groups of paths that this node watches.
    public var watched: [Watched]
    /// What the other node told of its own; `nil` when it does not, or is not there.
    public var peerHealth: NodeHealth?
    /// Files that must be the same on both nodes: those of this node's list, then those that only the other node lists.
    public var files: [File] = []

    public init(
        localNode: NodeName, nodes: [Node], hold: HoldSet, isInTransition: Bool, groups: [Group],
        watched: [Watched] = [], peerHealth: NodeHealth? = nil
    ) {
        self.localNode = localNode
        self.nodes = nodes
        self.hold = hold
        self.isInTransition = isInTransition
        self.groups = groups
        self.watched = watched
        self.peerHealth = peerHealth
    }

    /// Something this node watches of the network.
    public struct Watched: Hashable, Sendable {
        /// Name of the interface, the probe, or the group of probes.
        public var name: String
        public var kind: Kind
        public var state: State

        public init(name: String, kind: Kind, state: State) {
            self.name = name
            self.kind = kind
            self.state = state
        }

        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case uplink
            case downlink
            case heartbeat
            case probe
            case probeGroup = "probe_group"
        }

        public enum State: String, Hashable, Sendable, CaseIterable {
            case good
            /// Gone just now, back too recently, not asked yet, or it cannot be asked.
            case doubtful
            case lost
        }
    }

    /// A file that must be the same on both nodes.
    public struct File: Hashable, Codable, Sendable {
        /// `nil` when only the other node lists it and has not told its name yet.
        public var path: String?
        public var state: State
        /// What it is here, and on the other node; `nil` where it is not listed, or nothing is known.
        public var here: SharedFile.Content?
        public var there: SharedFile.Content?

        public init(path: String?, state: State, here: SharedFile.Content?, there: SharedFile.Content?) {
            self.path = path
            self.state = state
            self.here = here
            self.there = there
        }

        public enum State: String, Hashable, Codable, Sendable, CaseIterable {
            case same
            case different
            /// Only this node lists it.
            case onlyHere
            /// Only the other node lists it.
            case onlyThere
            /// One of the nodes has only just begun to read it.
            case pending
            /// One of the nodes cannot read it, or the other one is not there.
            case unknown
        }
    }

    /// A cluster or ping node.
    public struct Node: Hashable, Sendable {
        public var name: NodeName
        public var status: NodeStatus
        public var isPingNode: Bool
        /// A ping node has one, of its own name.
        public var links: [Link]
        /// `nil` while it is not known, and for ping nodes.
        public var uuid: NodeUUID?

        public init(name: NodeName, status: NodeStatus, isPingNode: Bool, links: [Link], uuid: NodeUUID? = nil) {
            self.name = name
            self.status = status
            self.isPingNode = isPingNode
            self.links = links
            self.uuid = uuid
        }
    }

    /// One node seen over one medium.
    public struct Link: Hashable, Sendable {
        public var medium: MediumName
        public var isUp: Bool

        public init(medium: MediumName, isUp: Bool) {
            self.medium = medium
            self.isUp = isUp
        }
    }

    /// One resource group as the local node sees it.
    public struct Group: Hashable, Sendable {
        public var key: String
        public var preferredNode: NodeName
        public var state: State

        public init(key: String, preferredNode: NodeName, state: State) {
            self.key = key
            self.preferredNode = preferredNode
            self.state = state
        }

        /// What the local node does with a group.
        public enum State: String, Hashable, Sendable, CaseIterable {
            /// The daemon is still looking what an earlier run has left up.
            case unknown
            case stopped
            /// The local node holds it and does not start it: the other one has not stopped it, claims it too, or has another
            /// haresources.
            case withheld
            case acquiring
            case running
            case releasing
            /// A start failed here; the group was released and is the peer's to run.
            case failed
            /// A stop failed here; parts may still be running, so nobody else may start it.
            case stopFailed
        }
    }
}
