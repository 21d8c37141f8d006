// What people, the service manager and the shell are told of a node: answers, in which nothing is decided.

import HeartbeatModel

extension ClusterCore {
    /// The cluster as this node sees it.
    public var snapshot: ClusterSnapshot {
        var nodes = node.configuration.nodes.map { name in
            ClusterSnapshot.Node(
                name: name, status: name == node.name ? node.membership.status : node.peer?.status ?? .initializing,
                isPingNode: false, links: node.channel.links.links(of: name),
                uuid: name == node.name ? node.channel.uuid : node.channel.peerUUID)
        }
        nodes += node.membership.pingNodes.map { monitor in
            ClusterSnapshot.Node(
                name: monitor.name,
                status: monitor.isAlive ? .ping : monitor.standing == .dead ? .dead : .initializing, isPingNode: true,
                links: [ClusterSnapshot.Link(medium: MediumName(monitor.name.text), isUp: monitor.isAlive)])
        }
        let order = node.configuration.memberOrder
        if !order.isEmpty { nodes = order.compactMap { name in nodes.first { $0.name == name } } }
        var snapshot = ClusterSnapshot(
            localNode: node.name, nodes: nodes, hold: ownership.own.held,
            isInTransition: !ownership.isStable(node) || ownership.awaitsPeer(node),
            groups: node.groups.runners.filter { !$0.isRetired }.map {
                ClusterSnapshot.Group(
                    key: $0.group.key, preferredNode: $0.group.preferredNode,
                    state: ownership.isWithheld($0, node) ? .withheld : $0.snapshotState)
            },
            watched: node.health.watched, peerHealth: node.peerIsAlive ? ownership.peerHealth : nil)
        snapshot.files = ownership.compareFiles(node).files
        return snapshot
    }

    /// Of this life.
    package var generation: Generation { node.channel.generation }

    /// This node's own status.
    public var status: NodeStatus { node.membership.status }

    /// What this node says when a node of another pair asks where this pair serves.
    public func partnerWord(at now: Instant) -> PartnerWord { ownership.partnerWord(node, at: now) }

    /// The peer is heard and a member.
    public var peerIsActive: Bool { node.peerIsActive }

    /// Why this node must not be taken out of service; `nil` when it may.
    package var obstacleToMaintenance: String? { ownership.obstacleToMaintenance(node) }

    /// The newest of this life's messages that the peer has told it had heard; 0 for none.
    public var heardByPeer: SequenceNumber { SequenceNumber(node.membership.hearing.newest) }

    /// Groups of which nothing runs here, and nothing is about to: an address of theirs that is up is a leftover. None
    /// when this node has said that it has released everything: it calls no more scripts.
    public var groupsAtRest: [ResourceGroup] {
        if case .lingering = ownership.state { return [] }
        return node.groups.runners.filter { $0.isReleased && !$0.isWanted }.map(\.group)
    }

    /// What the peer was last declared dead by; `nil` while it never was, or was never heard before. Only for telling.
    public var peerSilence: PeerSilence? { node.peer?.silence }

    /// The message that was last received, if it counted: of a life of the peer's that is believed, and new.
    public var acceptedMessage: MessageIdentity? { node.channel.acceptedMessage }
}

// MARK: - Views

extension ClusterCore {
    /// What this node tells the peer of how it hears it, and of itself as far as the core knows that.
    package func view(isAnswer: Bool, at now: Instant) -> PeerView { node.view(isAnswer: isAnswer, at: now) }

    /// The peer is there and is one of ours: an original is sent no view.
    package var peerTakesViews: Bool { node.peerTakesViews }

    /// The newest of the peer's present life.
    package var peerView: HeardView? { node.membership.view }
}

// MARK: - Facts for programs

extension ClusterCore {
    /// What the core knows of what a daemon tells; what only the shell knows is not in it.
    package func facts(at now: Instant) -> NodeFacts {
        let picture = snapshot
        var facts = NodeFacts(node: node.name)
        facts.generation = node.channel.generation
        facts.timings = timings
        facts.phase = phase(picture, at: now)
        facts.hold = picture.hold
        facts.handover = ownership.handover.word
        facts.nodes = picture.nodes.map { fact(of: $0, at: now) }
        if let peer = node.peer { facts.links = node.channel.links.facts(of: peer.name, at: now) }
        if node.configuration.tellsAddresses {
            facts.networks = node.commonNetworks.map {
                NodeFacts.Network(interface: $0.interface, isProved: !$0.references.isEmpty)
            }
        }
        facts.watched = node.health.facts
        facts.groups = node.groups.runners.filter { !$0.isRetired }.map(fact)
        facts.files = picture.files
        facts.peer = peerWord(at: now)
        facts.failback = failbackFact(at: now)
        facts.flags = flags(at: now)
        return facts
    }

    /// What the core has counted of durations. It is no part of the facts: those are kept as well, and these grow with the media.
    package var histograms: [NodeFacts.Histogram] {
        node.peer.map { node.channel.links.intervals(of: $0.name) } ?? []
    }

    private var timings: NodeFacts.Timings {
        let configuration = node.configuration
        var timings = NodeFacts.Timings(
            keepalive: configuration.keepalive, deadtime: configuration.deadtime, warntime: configuration.warntime,
            initdead: configuration.initdead)
        if !configuration.pingNodes.isEmpty { timings.deadping = configuration.deadping }
        timings.startTimeout = configuration.actionTimeouts.start
        timings.stopTimeout = configuration.actionTimeouts.stop
        timings.autoFailback = configuration.autoFailback
        return timings
    }

    private func phase(_ picture: ClusterSnapshot, at now: Instant) -> NodeFacts.Phase {
        switch ownership.state {
        case .joining:
            let awaited = ([node.peer].compactMap(\.self) + node.membership.pingNodes).filter {
                $0.standing == .awaited
            }
            return .joining(left: awaited.compactMap(\.deadline).max().map { max(.zero, $0 - now) })
        case .negotiating: return .transition
        case .stable: return picture.isInTransition ? .transition : .stable
        case .leaving, .lingering, .gone: return .leaving
        }
    }

    private func fact(of shown: ClusterSnapshot.Node, at now: Instant) -> NodeFacts.Node {
        if let monitor = node.membership.pingNodes.first(where: { $0.name == shown.name }) {
            return monitor.fact(isPing: true, at: now)
        }
        guard let peer = node.peer, peer.name == shown.name else {
            var fact = NodeFacts.Node(name: shown.name, status: shown.status, speaks: .ours)
            fact.lease = node.lease.announced
            fact.deadtime = node.configuration.deadtime
            return fact
        }
        var fact = peer.fact(isPing: false, at: now)
        fact.speaks = node.membership.peerSpeaksClaims.map { $0 ? .ours : .original } ?? .unknown
        let heard = node.channel.links.facts(of: peer.name, at: now).compactMap(\.lastHeard) + [fact.lastHeard]
        fact.lastHeard = heard.compactMap(\.self).min()
        fact.version = node.membership.view?.told.version
        return fact
    }

    private func fact(of runner: GroupRunner) -> NodeFacts.Group {
        let group = runner.group
        let set = node.groups.set(of: runner)
        var fact = NodeFacts.Group(
            key: group.key, preferred: group.preferredNode,
            state: ownership.isWithheld(runner, node) ? .withheld : runner.snapshotState,
            onPeer: ownership.placeOnPeer(runner, node), resources: group.resources.map(\.word))
        fact.running = runner.running
        if case .stopFailed(let index) = runner.phase { fact.failing = group.steps[index].word }
        fact.isDisputed = ownership.dispute.overlapSince != nil && ownership.disputed.contains(set)
        fact.differs = ownership.isUnlikePeers(runner, node)
        return fact
    }

    /// What the peer told last; `nil` while it is not there.
    package func peerWord(at now: Instant) -> NodeFacts.PeerWord? {
        guard node.peerIsAlive, let holdings = ownership.peer else { return nil }
        var word = NodeFacts.PeerWord()
        word.hold = holdings.claimed
        word.isStable = holdings.isStable
        if let told = ownership.told, let claim = holdings.claim {
            word.isAnswer = ownership.answers(claim, since: told.sequence, node)
        }
        if node.membership.hearing.isToldInStatuses, let told = ownership.told {
            word.hasHeard = heardByPeer >= told.sequence
        }
        word.health = ownership.peerHealth
        word.view = node.membership.view.map { NodeFacts.View($0.told, age: now - $0.at) }
        return word
    }

    private func failbackFact(at now: Instant) -> NodeFacts.FailbackFact? {
        guard ownership.failback.isWanted, ownership.own.held.contains(.foreign) || !ownership.own.adopted.isEmpty
        else { return nil }
        let obstacle = ownership.obstacleToFailback(node, at: now)
        return NodeFacts.FailbackFact(
            isWanted: true, blockedBy: obstacle, left: obstacle == .delay ? ownership.delayLeft(node, at: now) : nil)
    }

    private func flags(at now: Instant) -> Set<NodeFacts.Flag> {
        let doubts = node.channel.doubts
        let sign = node.peerIsAlive ? node.membership.bypass.sign(node.configuration, at: now) : nil
        let isOnlyKernel = if case .onlyKernel? = sign { true } else { false }
        let all: [(NodeFacts.Flag, Bool)] = [
            (.bothHold, ownership.dispute.overlapSince != nil), (.mediaCut, sign == .onlyWay),
            (.onlyKernelServes, isOnlyKernel), (.blind, node.membership.isToldBlind),
            (.deaf, node.peerIsAlive && node.peerIsDeaf(at: now)),
            (.lockedOut, doubts.hasToldLockedOut && node.channel.lives?.isProven != true),
            (.unanswered, doubts.hasToldUnanswered && doubts.unansweredSince != nil),
        ]
        return Set(all.filter(\.1).map(\.0))
    }
}

extension GroupRunner {
    /// Of each resource, whether it runs here as far as anybody knows; `nil` before somebody has looked.
    var running: [Bool]? {
        switch phase {
        case .unknown, .looking: return nil
        case .stopped, .acquiring, .running, .checking, .restoring, .releasing, .failed, .stopFailed: break
        }
        return group.steps.enumerated().flatMap { index, step in
            step.resources.map { touched.contains(index) && !care.hasLost($0.word, of: index) }
        }
    }

    var snapshotState: ClusterSnapshot.Group.State {
        switch phase {
        case .unknown, .looking: .unknown
        case .stopped: .stopped
        case .acquiring: .acquiring
        case .running, .checking, .restoring: .running
        case .releasing: .releasing
        case .failed: gift == nil ? .failed : .stopped
        case .stopFailed: .stopFailed
        }
    }
}

// What is asked before the program of the daemon is replaced, and what the next one needs to stand where this one stood.
extension ClusterCore {
    /// Something is under way that the next program could not go on with in the middle; `nil` when the node is at rest. Said for
    /// people.
    package var obstacleToReplacement: String? {
        switch ownership.state {
        case .joining, .negotiating: return "this node is joining the cluster"
        case .leaving, .lingering, .gone: return "this node is stopping"
        case .stable: break
        }
        if ownership.handover != .idle { return "groups are being handed over (\(ownership.handover.word))" }
        if let moving = node.groups.runners.first(where: { !$0.isSettled }) {
            return "\(moving.group.key) is on the move"
        }
        if !node.groups.areIdle { return "a script is running" }
        if ownership.dispute != .none { return "the other node has yet to answer what it holds" }
        return node.effects.isEmpty ? nil : "something is being decided"
    }

    /// Whether the next keepalive is far enough that another program can begin before it is due.
    package func hasTimeToBegin(at now: Instant) -> Bool {
        node.membership.keepalive.map { $0 - now > node.configuration.keepalive * 3 / 4 } ?? true
    }

    /// The networks that this machine was last said to stand on.
    package var ground: NetworkGround { node.ground }

    /// Interfaces that had a carrier when the core was last told.
    package var carriers: [String] {
        node.health.interfaces.filter { $0.hasCarrier == true }.map(\.rule.interface)
    }
}
