// Everything one node decides, as one value: events and the time go in, ordered effects come out. This file holds the
// state and the routing; each concern has an extension or a part of its own. It owns no clock, socket, process or
// random source.
//
//                     initdead passed or           nodes known             peer's report seen,
//                     everybody heard              (repnodes)              or peer dead
//   waitingForNodes ───────────────▶ requestingNodes ─────────▶ negotiating ───────────────▶ stable
//          │                               │                         │                         │
//          └───────────────────────────────┴────── shutdown ─────────┴─────────────────────────┤
//                                                                                              ▼
//                                                      stopped ◀──── lingering ◀──── shuttingDown
//                                                             peer acts      all released

import HeartbeatModel

/// One node's decisions.
///
/// Calling contract: feed every event that has already happened with `handle`, *then* call `expireTimers`, then sleep
/// until `nextDeadline`. A node that was stalled thereby reads its backlog before it judges anybody late.
public struct ClusterCore: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case waitingForNodes
        case requestingNodes(attempts: Int)
        case negotiating(starting: SequenceNumber)
        case stable
        case shuttingDown
        case lingering
        case stopped
    }

    var configuration: Configuration
    let localNode: NodeName
    let localUUID: NodeUUID
    let generation: Generation

    var phase = Phase.waitingForNodes
    var status = NodeStatus.initializing
    var random: SplitMix64
    var deadlines = Deadlines()
    /// When `expireTimers` next has something to do; `nil` when nothing is pending.
    public private(set) var nextDeadline: Instant?
    var host: HostSample
    var effects: [Effect] = []

    // Communication.
    var lastSequence: UInt64 = 0
    var history = MessageHistory()
    var peer: PeerMonitor?
    var lives: PeerLives?
    var tracker: SequenceTracker
    /// The clock of the peer in its newest message, in seconds since 1970.
    var peerClock: UInt64?
    /// The message that was last received, if it counted: of a life of the peer's that is believed, and new.
    public internal(set) var acceptedMessage: MessageIdentity?
    var links: LinkTable
    var pingNodes: [PeerMonitor]
    var reportedStrangers: [NodeName] = []
    var doubts = GenerationDoubts()
    /// What is handed on to the clients of this node.
    var interest: MessageInterest = []

    // Resources.
    var runners: [GroupRunner]
    var pendingActions: [ActionID: Int] = [:]
    var lastAction: UInt64 = 0
    /// Answers of scripts that arrived while we were behind.
    var unreadResults: [UnreadResult] = []
    var own = OwnHoldings()
    var peerHoldings: PeerHoldings?
    /// Keys of groups that the peer, when it last told, had not stopped although it does not claim them. A new life of its daemon
    /// may find them running.
    var keptByPeer: [String] = []
    /// Whether the peer is one of ours and tells its claims; `nil` before its first report.
    public internal(set) var peerSpeaksClaims: Bool?
    var stayQuestion: StayQuestion?
    var transaction = Transaction.none
    var legacy = LegacyRequests()
    var isFailbackDue = false
    var lastReport: ResourceReport?
    var lastReportSequence: SequenceNumber?
    /// From this message of ours on, a report that has heard it is an answer to our question what the peer holds.
    var challenge: SequenceNumber?
    /// Since when both nodes are known to claim the same set.
    var overlapSince: Instant?
    var hearing = PeerHearing()
    /// The peer may have taken and announced what we run, and nobody has announced it from here since.
    var mayBeMistaken = false
    /// Groups already handed to an original peer because their start failed: once, not to and fro.
    var offeredToOriginal = false
    var network = HealthMonitor()
    var moves = HealthMoves()
    var ownLines: OwnLines
    /// Keys of the groups whose line in haresources was last known to be another one on the peer.
    var differingGroups: [String] = []

    /// - Parameters:
    ///   - configuration: checked; the local node is in it, with at most one other.
    ///   - local: this node's name, as in the configuration.
    ///   - uuid: this node's persistent identity.
    ///   - generation: greater than at every earlier start, and already durable.
    ///   - host: what the first messages say of the host: the first event may be one that must be answered.
    ///   - randomSeed: for the delays the protocol wants random.
    ///   - now: the start of this life.
    public init(
        _ configuration: Configuration, local: NodeName, uuid: NodeUUID, generation: Generation, host: HostSample,
        randomSeed: UInt64, now: Instant
    ) {
        precondition(configuration.nodes.contains(local), "node \(local) is not in \(configuration.nodes)")
        precondition(configuration.nodes.count <= 2, "a pair has two nodes, not \(configuration.nodes)")
        self.configuration = configuration
        localNode = local
        localUUID = uuid
        self.generation = generation
        self.host = host
        random = SplitMix64(seed: randomSeed)
        tracker = SequenceTracker(longestDelay: configuration.maxRetransmitDelay, random: &random)
        peer = configuration.nodes.first { $0 != local }.map {
            PeerMonitor(name: $0, deadtime: configuration.deadtime, initdead: configuration.initdead, now: now)
        }
        pingNodes = configuration.pingNodes.map {
            PeerMonitor(name: $0.name, deadtime: configuration.deadping, initdead: configuration.initdead, now: now)
        }
        links = LinkTable(
            local: local, nodes: configuration.nodes, media: configuration.media.map(\.name),
            initdead: configuration.initdead, now: now)
        ownLines = OwnLines(file: configuration.groups)
        runners = []
        network.ask(configuration.probes, configuration.probeGroups)
        runners = configuration.groups.map { GroupRunner(group: $0, policy: policy, looksFirst: true) }
        deadlines[.keepalive] = now
        nextDeadline = now
    }

    /// Takes one event and tells what is to be done, in order.
    ///
    /// Does not expire timers, so that a node that was stalled reads its backlog before it judges anybody late.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        guard phase != .stopped else { return [] }
        switch event {
        case .received(let message, let medium): receive(message, over: medium, at: now)
        case .pingAnswered(let name): pingAnswered(name, at: now)
        case .actionFinished(let id, let result): actionFinished(id, result, at: now)
        case .requested(let request, let id): requested(request, id, at: now)
        case .injected(let content, let destination, let fields): injected(content, destination, fields, at: now)
        case .resourceLost(let key, let word): resourceLost(word, of: key)
        case .watched(let rules): network.watch(rules)
        case .linkObserved(let interface, let isUp): hearOfNetwork { $0.observe(interface, isUp: isUp, at: now) }
        case .pathProbed(let name, let answer): hearOfNetwork { $0.take(answer, of: name) }
        case .pathsRecalled(let names): network.recall(lost: names)
        case .reconfigured(let configuration): reconfigure(configuration, at: now)
        case .hostSampled(let sample): host = sample
        case .interestChanged(let kinds): interest = kinds
        }
        decide(at: now)
        return takeEffects()
    }

    /// Expires every timer due at `now`. Calling it early changes nothing.
    public mutating func expireTimers(at now: Instant) -> [Effect] {
        guard phase != .stopped, let due = nextDeadline, due <= now else { return [] }
        forgiveOwnStall(at: now)
        expireCommunication(at: now)
        expireMembership(at: now)
        hearOfNetwork { $0.expire(at: now) }
        expireResources(at: now)
        decide(at: now)
        return takeEffects()
    }

    private func findDeadline() -> Instant? {
        guard phase != .stopped else { return nil }
        var next = deadlines.next
        func consider(_ instant: Instant?) {
            guard let instant else { return }
            next = next.map { min($0, instant) } ?? instant
        }
        consider(peer?.deadline)
        for node in pingNodes { consider(node.deadline) }
        consider(links.deadline)
        consider(network.deadline)
        if peer?.isAlive == true { consider(tracker.deadline) }
        // One that waits for another group is moved when that one has come to rest.
        for index in runners.indices where runners[index].deadline != nil && !mustWait(index) {
            consider(runners[index].deadline)
        }
        return next
    }

    /// The cluster as this node sees it.
    public var snapshot: ClusterSnapshot {
        var nodes = configuration.nodes.map { name in
            ClusterSnapshot.Node(
                name: name, status: name == localNode ? status : peer?.status ?? .initializing, isPingNode: false,
                links: links.links(of: name), uuid: name == localNode ? localUUID : peer?.uuid)
        }
        nodes += pingNodes.map { node in
            ClusterSnapshot.Node(
                name: node.name, status: node.isAlive ? .ping : node.standing == .dead ? .dead : .initializing,
                isPingNode: true,
                links: [ClusterSnapshot.Link(medium: MediumName(node.name.text), isUp: node.isAlive)])
        }
        let order = configuration.memberOrder
        if !order.isEmpty { nodes = order.compactMap { name in nodes.first { $0.name == name } } }
        return ClusterSnapshot(
            localNode: localNode, nodes: nodes, hold: own.held, isInTransition: !isStable || awaitsPeer,
            groups: runners.indices.filter { !runners[$0].isRetired }.map {
                ClusterSnapshot.Group(
                    key: runners[$0].group.key, preferredNode: runners[$0].group.preferredNode,
                    state: isWithheld($0) ? .withheld : runners[$0].snapshotState)
            },
            watched: network.watched, peerHealth: peer?.isAlive == true ? peerHealth : nil)
    }

    /// Names of probes whose paths are lost, to be told to the next daemon of this node.
    public var lostPaths: [String] { network.lostPaths }

    /// What the peer was last declared dead by; `nil` while it never was, or was never heard before. Only for telling.
    public var peerSilence: PeerSilence? { peer?.silence }

    private mutating func takeEffects() -> [Effect] {
        nextDeadline = findDeadline()
        defer { effects = [] }
        return effects
    }
}

/// A script's answer that waits until the messages that arrived with it have been read.
struct UnreadResult: Hashable, Sendable {
    var id: ActionID
    var result: ActionResult
}

extension GroupRunner {
    var snapshotState: ClusterSnapshot.Group.State {
        switch phase {
        case .unknown, .looking: .unknown
        case .stopped: .stopped
        case .acquiring: .acquiring
        case .running, .checking, .restoring: .running
        case .releasing: .releasing
        case .failed: .failed
        case .stopFailed: .stopFailed
        }
    }
}
