// Becoming a member that runs something: first everybody is known, then the nodes, then what the peer holds.

import HeartbeatModel

extension Ownership {
    /// Every node has been heard or given up: time to become active.
    mutating func joinIfEverybodyIsKnown(_ node: inout LocalNode, at now: Instant) {
        // What an earlier run has left up is stopped before the other node may count on us.
        guard state == .joining, node.membership.knowsEverybody, node.groups.areSettled else { return }
        requestNodes(&node, at: now)
    }

    private mutating func requestNodes(_ node: inout LocalNode, at now: Instant) {
        if !node.requestNodes(at: now) { becomeActive(&node, at: now) }
    }

    mutating func receivedNodes(_ names: [NodeName], _ node: inout LocalNode, at now: Instant) {
        if node.heardNodes(names) { becomeActive(&node, at: now) }
    }

    private mutating func becomeActive(_ node: inout LocalNode, at now: Instant) {
        node.effects.notify(.communicationUp, .joined)
        node.setStatus(.active)
        sendStarting(&node, at: now)
        if !node.peerIsAlive { becomeStableAlone(&node) }
    }

    private mutating func sendStarting(_ node: inout LocalNode, at now: Instant) {
        let sequence = node.send(.starting)
        let repeatAt = now + Membership.handshakeInterval * 5
        var negotiation = Negotiation(starting: sequence, repeatAt: repeatAt)
        if case .negotiating(let earlier) = state {
            negotiation.starting = earlier.starting
            negotiation.requestsAt = earlier.requestsAt
        }
        if node.configuration.autoFailback == .legacy { negotiation.requestsAt = now + Self.groupRequestInterval }
        state = .negotiating(negotiation)
    }

    /// An original ignores `starting` before it is active itself (observed).
    mutating func peerBecameActive(_ node: inout LocalNode, at now: Instant) {
        if case .negotiating = state { sendStarting(&node, at: now) }
    }

    mutating func becomeStableAlone(_ node: inout LocalNode) {
        state = .stable
        if node.peer?.standing != .left {
            node.effects.notify(.takingOverAll(from: node.peer?.name), .takingOverAll(from: node.peer?.name))
        }
        acquireAll(rank: node.peer == nil ? .agreed : .unheard, &node)
    }

    /// The peer has told what it holds; ours is what it does not.
    mutating func becomeStable(_ node: inout LocalNode) {
        state = .stable
        if !peerClaims(.local) { acquire(.local, rank: .agreed, &node) }
        node.effects.notify(.localResourcesAcquired(own.held), .claimed)
    }

    /// Expires the timers of joining and of the end.
    package mutating func expireJoining(_ node: inout LocalNode, at now: Instant) {
        if state == .joining, let due = node.membership.requestDue, due <= now { requestNodes(&node, at: now) }
        if case .negotiating(let negotiation) = state, negotiation.repeatAt <= now { sendStarting(&node, at: now) }
        if case .negotiating(var negotiation) = state, Self.take(&negotiation.requestsAt, at: now) {
            state = .negotiating(negotiation)
            askByGroup(&node, at: now)
        }
        if case .lingering(let until) = state, until <= now { finishShutdown(&node) }
    }
}
