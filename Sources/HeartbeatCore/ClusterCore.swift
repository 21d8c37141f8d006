// Everything one node decides, as one value: events and the time go in, ordered effects come out. This file only routes: it
// tells each part what concerns it, and what one part makes of it to the next.

import HeartbeatModel

/// One node's decisions.
///
/// Calling contract: feed every event that has already happened with `handle`, *then* call `expireTimers`, then sleep
/// until `nextDeadline`. A node that was stalled thereby reads its backlog before it judges anybody late.
public struct ClusterCore: Hashable, Codable, Sendable {
    package var node: LocalNode
    package var ownership: Ownership
    /// When `expireTimers` next has something to do; `nil` when nothing is pending.
    public private(set) var nextDeadline: Instant?
    var lull = Lull()

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
        let channel = PeerChannel(
            configuration, local: local, uuid: uuid, generation: generation, host: host, randomSeed: randomSeed,
            now: now)
        node = LocalNode(configuration, channel: channel, now: now)
        ownership = Ownership(file: configuration.groups)
        nextDeadline = now
    }

    /// Takes one event and tells what is to be done, in order. Does not expire timers, so that a node that was stalled reads
    /// its backlog before it judges anybody late.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        guard ownership.state != .gone else { return [] }
        var isNews = !event.isAside
        switch event {
        case .received(let message, let medium): isNews = receive(message, over: medium, at: now)
        case .keyUsed(let key, let sender): node.heardKey(key, of: sender)
        case .pingAnswered(let name): node.pingAnswered(name, at: now)
        case .actionFinished(let action, let result): actionFinished(action, result, at: now)
        case .requested(let request, let id): ownership.requested(request, id, &node, at: now)
        case .injected(let content, let destination, let fields): inject(content, destination, fields, at: now)
        case .resourceLost(let key, let word): node.groups.lose(word, of: key)
        case .leftoverFound(let key, let word): node.groups.suspect(word, of: key)
        case .watched(let rules): node.health.watch(rules)
        case .interfaceObserved(let name, let isUp):
            isNews = ownership.hear(&node) { $0.observe(name, isUp: isUp, at: now) }
            node.noteCarriers(at: now)
        case .pathProbed(let name, let answer): isNews = ownership.heard(answer, of: name, &node, at: now)
        case .linesObserved(let loss):
            isNews = ownership.hear(&node) { $0.observeLines(loss) }
        case .pathsRecalled(let names): node.health.recall(lost: names)
        case .peerRecalled(let addresses): node.recall(peer: addresses)
        case .filesRead(let files):
            node.readFiles(files)
            ownership.tellOfFiles(&node)
        case .reconfigured(let configuration): ownership.reconfigure(configuration, &node, at: now)
        case .hostSampled(let sample): node.channel.host = sample
        case .kernel(let event): node.heard(event, at: now)
        case .maintained(let reason): isNews = ownership.hear(&node) { $0.maintain(for: reason) }
        case .interestChanged(let kinds): node.channel.interest = kinds
        }
        return decide(isNews: isNews, at: now)
    }

    /// Expires every timer due at `now`. Calling it early changes nothing.
    public mutating func expireTimers(at now: Instant) -> [Effect] {
        guard ownership.state != .gone, let due = nextDeadline, due <= now else { return [] }
        let isNews = earlier(ownership.deadline, node.decisiveDeadline).map { $0 <= now } ?? false
        node.forgiveOwnStall(at: now)
        expireChannel(at: now)
        node.reviseBypass(at: now)
        expireMembership(at: now)
        ownership.expireJoining(&node, at: now)
        _ = ownership.hear(&node) { $0.expire(at: now) }
        for unread in node.groups.takePostponed() { actionFinished(unread.action, unread.result, at: now) }
        ownership.expire(&node, at: now)
        return decide(isNews: isNews, at: now)
    }

    /// - Parameter isNews: something may follow from what has happened for who runs what.
    private mutating func decide(isNews: Bool, at now: Instant) -> [Effect] {
        if isNews || ownership.dispute.overlapSince != nil || node.lease.isDark || node.isBehind(at: now) { lull.end() }
        if !lull.lasts(at: now) {
            let said = node.effects.count
            ownership.decide(&node, at: now)
            if ownership.notePlace(&node, at: now) { ownership.decide(&node, at: now) }
            lull.decided(isSilent: node.effects.count == said, groupsDue: node.groups.deadline)
        }
        nextDeadline =
            ownership.state == .gone ? nil : earlier(earlier(ownership.deadline, lull.groupsDue), node.deadline)
        return node.takeEffects()
    }

    // MARK: - Receiving

    /// - Returns: whether something may follow from it for who runs what.
    private mutating func receive(_ message: Message, over medium: MediumName, at now: Instant) -> Bool {
        guard node.isOfPeer(message, over: medium, at: now), let peer = node.peer else { return false }
        var isNews = peer.standing == .awaited
        switch node.channel.judge(message, isHeard: peer.isAlive, at: now, into: &node.effects) {
        case .doubted: return false
        case .counts: break
        case .newLife(let rebirth):
            peerRestarted(rebirth, at: now)
            isNews = true
        }
        node.heardPeer(over: medium, message.sequence, isStatus: message.content.isStatus, at: now)
        defer { node.reviseBypass(at: now) }
        let kind = node.channel.kind(of: message, peerStatus: peer.status)
        guard node.channel.accept(message, as: kind, over: medium, at: now, into: &node.effects) else { return isNews }
        guard message.destination == nil || message.destination == node.name else {
            ownership.overhear(message, &node)
            return true
        }
        if case .status(let report) = message.content { return received(report, in: message, at: now) || isNews }
        deliver(message, at: now)
        return true
    }

    private mutating func deliver(_ message: Message, at now: Instant) {
        switch message.content {
        case .starting: ownership.receivedStarting(sequence: message.sequence, &node)
        case .resource(let report): ownership.received(report, sequence: message.sequence, &node, at: now)
        case .askResources(let set, let step):
            ownership.received(set, step, sequence: message.sequence, &node, at: now)
        case .takeoverRequest(let set): ownership.wished(set.seenByPeer, &node, at: now)
        case .shutdownDone: if countsFarewells { ownership.receivedShutdownDone(&node, at: now) }
        case .requestNodes: node.send(.nodes(node.channel.nodes, deleted: []), to: message.source)
        case .nodes(let names, _): ownership.receivedNodes(names, &node, at: now)
        case .retransmitRequest(let first, let last): retransmit((first, last), for: message, at: now)
        case .cannotRetransmit(let sequence, _): node.channel.giveUp(sequence, into: &node.effects)
        case .other(let type, let fields): received(type, fields, at: now)
        case .unreadable(let type, _, let reason):
            node.effects.notify(.notUnderstood(type: type, node: message.source, reason: reason))
        case .status, .acknowledge, .fencingReport, .pingReply: break
        }
    }

    /// A node that has begun and has not been heard yet by the peer might be hearing a record: a farewell must not make it
    /// start what a living peer runs. A true one is followed by silence.
    private var countsFarewells: Bool {
        switch ownership.state {
        case .stable, .leaving, .lingering, .gone: true
        case .joining, .negotiating: node.channel.lives?.isProven == true
        }
    }

    private mutating func received(_ report: StatusReport, in message: Message, at now: Instant) -> Bool {
        switch node.heard(report, in: message, at: now) {
        case .outdated, .same, .afterLeaving: return false
        case .statusChanged: if report.status == .active { ownership.peerBecameActive(&node, at: now) }
        case .first:
            // It may have been there all the time, unheard, and hold what we hold.
            node.membership.hearing.startOver(at: now)
            ownership.peerReturned(&node)
        case .returned:
            node.membership.hearing.startOver(at: now)
            node.returnedAfterPartition(at: now)
            ownership.peerReturned(&node)
        }
        node.statusChanged(to: report.status, of: message.source, said: message)
        return true
    }

    private mutating func received(_ type: String, _ fields: [Message.Field], at now: Instant) {
        guard !ownership.receivedGroupRequest(type, fields, &node, at: now) else { return }
        guard !node.heardAside(type, fields, at: now), type == PeerChannel.lifeType else { return }
        node.channel.wasDoubted(
            fields, holdsNothing: ownership.own.held.isEmpty, isIdle: node.groups.areIdle, at: now,
            into: &node.effects)
    }

    private mutating func retransmit(
        _ range: (first: SequenceNumber, last: SequenceNumber), for request: Message, at now: Instant
    ) {
        guard node.channel.isTimely(request) else { return }
        // An original believes whichever report arrives last, not whichever is newest (observed).
        let newest = node.membership.peerSpeaksClaims == false ? ownership.told?.sequence : nil
        if node.channel.retransmit(range, reportsBefore: newest, at: now, into: &node.effects) {
            ownership.report(&node)
        }
    }

    /// The peer is another life from now on, and everything agreed with the old one is void.
    package mutating func peerRestarted(_ rebirth: Rebirth, at now: Instant) {
        let wasDead = node.membership.peerRestarted(newestStatus: rebirth.newestStatus, at: now)
        if !wasDead, let name = node.peer?.name { node.effects.notify(.peerRestarted(node: name)) }
        ownership.peerRestarted(&node)
        if !rebirth.hasBegunAnew {
            ownership.peerReturned(&node)
        } else if rebirth.wasDoubted {
            ownership.answerDoubtedLife(&node)
        }
    }

    /// A message from the FIFO or a client. What an operator's script writes there for us to do, we do; the rest is passed on.
    private mutating func inject(
        _ content: Message.Content, _ destination: NodeName?, _ fields: [Message.Field], at now: Instant
    ) {
        if case .askResources(let set, .me) = content {
            ownership.wished(set, &node, at: now)
        } else if node.maySay(content) {
            node.send(content, to: destination, extra: fields)
        }
    }

    private mutating func actionFinished(_ action: ActionID, _ result: ActionResult, at now: Instant) {
        guard let id = node.groups.group(of: action) else { return }
        guard !node.isBehind(at: now) else { return node.groups.postpone(action, result) }
        node.groups.instruct(id, ownership.instruction(for: node.groups[id], node))
        node.finished(action, result, of: id, at: now)
    }

    // MARK: - Time

    private mutating func expireChannel(at now: Instant) {
        if node.beatIfDue(at: now) {
            let isAwaited = if case .negotiating = ownership.state { node.peerIsAlive } else { false }
            node.channel.watchForAnswer(
                isAwaited: isAwaited, deadtime: node.configuration.deadtime, at: now, into: &node.effects)
        }
        node.channel.expireLinks(at: now, into: &node.effects)
        if let peer = node.peer, peer.isAlive, let due = peer.deadline, due <= now,
            let (rebirth, heard) = node.channel.followLaterLife(deadtime: peer.deadtime, at: now)
        {
            peerRestarted(rebirth, at: heard)
        }
        if node.peerIsAlive { node.channel.requestMissing(at: now, into: &node.effects) }
    }

    private mutating func expireMembership(at now: Instant) {
        for name in node.membership.expirePingNodes(at: now) { node.died(name) }
        switch node.expirePeer(at: now) {
        case nil, .left: break
        case .awaited, .alive: ownership.peerDied(&node, at: now)
        case .dead: preconditionFailure("the peer died twice")
        }
    }
}
