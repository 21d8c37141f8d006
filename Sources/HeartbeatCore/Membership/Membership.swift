// Who is there: the peer, the ping nodes, this node's own status, and the handshake by which it becomes an active member. It
// refuses to know who runs what.
//
//            initdead passed or          nodes known
//            everybody heard             (repnodes), or nobody answers
//   waiting ───────────────▶ requesting ─────────▶ over

import HeartbeatModel

/// This node and those it hears.
package struct Membership: Hashable, Codable, Sendable {
    /// The handshake before a node is an active member.
    package enum Joining: Hashable, Codable, Sendable {
        case waiting
        /// `reqnodes` was sent so often; it is repeated at `retry`.
        case requesting(attempts: Int, retry: Instant?)
        case over
    }

    static let handshakeInterval = Duration.seconds(1)
    /// A peer that does not answer `reqnodes` is no reason to leave the service down: after this many tries we go on.
    private static let handshakeAttempts = 5

    package var peer: PeerMonitor?
    /// Whether the peer is one of ours and tells its claims; `nil` before its first report.
    package var peerSpeaksClaims: Bool?
    /// What the peer says of hearing us.
    var hearing = PeerHearing()
    /// By which addresses the peer's kernel can be asked; `nil` before this life of it has told.
    var peerKernel: PeerKernel?
    /// The addresses that some life of the peer has told last.
    var peerAddresses: [IPAddress] = []
    /// The way to the peer where no medium is.
    var bypass: Bypass
    /// What this life of the peer has told of itself for people.
    var view: HeardView?
    /// People know that nobody can be asked whether the peer lives.
    var isToldBlind = false
    /// What this life of the peer has been told of ours.
    var toldKernel: PeerKernel?
    /// What kernels say of the peer while it is late.
    package var doubt = PeerDoubt()
    private(set) var pingNodes: [PeerMonitor]
    package var status = NodeStatus.initializing
    package private(set) var joining = Joining.waiting
    /// The next status message is due; `nil` when this node has ended.
    var keepalive: Instant?

    init(_ configuration: Configuration, local: NodeName, now: Instant) {
        peer = configuration.peer(of: local).map {
            PeerMonitor(name: $0, deadtime: configuration.deadtime, initdead: configuration.initdead, now: now)
        }
        bypass = Bypass(now: now)
        pingNodes = []
        keepalive = now
        redefinePingNodes(configuration, now: now)
    }

    mutating func redefinePingNodes(_ configuration: Configuration, now: Instant) {
        pingNodes = configuration.pingNodes.map { node in
            pingNodes.first { $0.name == node.name }
                ?? PeerMonitor(
                    name: node.name, deadtime: configuration.deadping, initdead: configuration.initdead, now: now)
        }
    }

    /// When something here is due, apart from the next status, unless that is the first: with it this node is up.
    var deadline: Instant? {
        var next = peer?.deadline
        if status == .initializing { next = earlier(next, keepalive) }
        for node in pingNodes { next = earlier(next, node.deadline) }
        return earlier(next, requestDue)
    }

    // MARK: - Hearing

    mutating func pingAnswered(_ name: NodeName, warntime: Duration, deadping: Duration, at now: Instant) -> Bool {
        guard let index = pingNodes.firstIndex(where: { $0.name == name }) else { return false }
        let report = StatusReport(status: .ping, deadtime: deadping)
        switch pingNodes[index].heard(report, sequence: nil, warntime: warntime, now: now).0 {
        case .same, .statusChanged, .afterLeaving, .outdated: return false
        case .first, .returned: return true
        }
    }

    /// The peer's daemon has begun anew; tells whether it was dead before.
    mutating func peerRestarted(newestStatus: SequenceNumber?, at now: Instant) -> Bool {
        let wasDead = peer?.standing == .dead
        peer?.restarted(newestStatus: newestStatus, now: now)
        hearing = PeerHearing()
        bypass.startOver()
        peerKernel = nil
        view = nil
        toldKernel = nil
        doubt.stand(on: [])
        _ = doubt.returned(isSameLife: false, at: now)
        return wasDead
    }

    /// This node stood still, so nobody is judged before `grace` has passed.
    mutating func forgiveStall(grace: Duration, at now: Instant) {
        peer?.forgiveStall(grace: grace, now: now)
        doubt.startOver(at: now)
        bypass.forgiveStall(at: now)
        // Nor had it anything to hear.
        hearing.startOver(at: now)
        for index in pingNodes.indices { pingNodes[index].forgiveStall(grace: grace, now: now) }
    }

    // MARK: - Silence

    /// The ping nodes that have been silent for too long, each told once.
    mutating func expirePingNodes(at now: Instant) -> [NodeName] {
        pingNodes.indices.filter { pingNodes[$0].expire(now: now) != nil }.map { pingNodes[$0].name }
    }

    // MARK: - Joining

    /// Every node has been heard or given up: time to become active.
    var knowsEverybody: Bool {
        joining == .waiting && status == .up && peer?.standing != .awaited
            && pingNodes.allSatisfy { $0.standing != .awaited }
    }

    /// Begins to ask the peer for its nodes, or asks once more; `false` when it is time to go on without an answer.
    mutating func requestsNodes(at now: Instant) -> Bool {
        let attempts = if case .requesting(let attempts, _) = joining { attempts } else { 0 }
        guard peer?.isAlive == true, attempts < Self.handshakeAttempts else {
            joining = .over
            return false
        }
        joining = .requesting(attempts: attempts + 1, retry: now + Self.handshakeInterval)
        return true
    }

    /// When `reqnodes` is repeated, or given up.
    var requestDue: Instant? {
        if case .requesting(_, let retry) = joining { retry } else { nil }
    }

    /// The peer has told its nodes; whether that was awaited.
    mutating func heardNodes() -> Bool {
        guard case .requesting = joining else { return false }
        joining = .over
        return true
    }

    /// The node leaves before it has joined.
    mutating func stopJoining() { joining = .over }
}

/// The peer's newest view, and when it came.
package struct HeardView: Hashable, Codable, Sendable {
    package var told: PeerView
    package var at: Instant
}

/// The earlier of two instants, of which either may be missing.
func earlier(_ one: Instant?, _ other: Instant?) -> Instant? {
    guard let one else { return other }
    guard let other else { return one }
    return min(one, other)
}
