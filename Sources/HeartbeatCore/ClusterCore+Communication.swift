// Sending, and what every received message goes through before its content counts: whose it is, which incarnation, whether
// it is new. Rules of the protocol as observed on the original (generation, sequence, acknowledgement, retransmission).

import HeartbeatModel

extension ClusterCore {
    /// Seconds by the sender's clock after which its request for what it has missed is history.
    private static let requestLife: UInt64 = 3

    // MARK: - Sending

    /// Completes and sends a message; returns its sequence for those outside `NS_`.
    @discardableResult
    mutating func send(_ content: Message.Content, to destination: NodeName? = nil, extra: [Message.Field] = [])
        -> SequenceNumber
    {
        let sequence = content.isSequenced ? nextSequence() : nil
        let message = Message(
            source: localNode, sourceUUID: localUUID, destination: destination,
            destinationUUID: destination.map { $0 == peer?.name ? peer?.uuid ?? .unknown : .unknown },
            sequence: sequence, generation: generation, timestamp: host.unixTime,
            load: sequence == nil ? nil : host.load,
            timeToLive: configuration.hopfudge + configuration.nodes.count + configuration.pingNodes.count,
            content: content, extraFields: extra)
        if let sequence { history.append(message, sequence: sequence) }
        if case .cannotRetransmit = content {
            effects.append(.transmitAtLeisure(message))
        } else {
            effects.append(.transmit(message))
        }
        handOn(message, kind(of: message))
        return sequence ?? SequenceNumber(lastSequence)
    }

    private mutating func nextSequence() -> SequenceNumber {
        lastSequence += 1
        return SequenceNumber(lastSequence)
    }

    mutating func sendStatus() {
        let heard = peerSpeaksClaims == true ? heardOfPeer : nil
        send(.status(StatusReport(status: status, deadtime: configuration.deadtime, heard: heard)))
    }

    // MARK: - Receiving

    mutating func receive(_ message: Message, over medium: MediumName, at now: Instant) {
        acceptedMessage = nil
        if message.source == localNode {
            receivedFromOwnName(message, over: medium, at: now)
            return
        }
        guard let peer, message.source == peer.name else {
            reportStranger(message.source)
            return
        }
        guard acceptsGeneration(of: message, at: now) else { return }
        let kind = kind(of: message, peerStatus: peer.status)
        linkHeard(peer.name, over: medium, at: now)
        if !message.content.isStatus { self.peer?.spoke(now: now) }
        if let sequence = message.sequence {
            guard acceptsSequence(sequence, at: now) else { return handOn(message, .repeated) }
            // A message that was repeated for us is as old as it is.
            if tracker.last == sequence { peerClock = message.timestamp }
            acceptedMessage = MessageIdentity(generation: message.generation, sequence: sequence)
        }
        handOn(message, kind)
        guard message.destination == nil || message.destination == localNode else { return overhear(message) }
        deliver(message, at: now)
    }

    mutating func linkHeard(_ node: NodeName, over medium: MediumName, at now: Instant) {
        let deadtime = node == peer?.name ? peer?.deadtime : nil
        let change = links.heard(node, over: medium, deadtime: deadtime ?? configuration.deadtime, now: now)
        if let change { notify(.linkUp(node: change.node, medium: change.medium)) }
    }

    private mutating func reportStranger(_ name: NodeName) {
        // Anybody with the key can invent names; sixteen remembered ones are enough to keep the log readable.
        guard !reportedStrangers.contains(name), reportedStrangers.count < 16 else { return }
        reportedStrangers.append(name)
        notify(.unknownNode(name))
    }

    private mutating func acceptsSequence(_ sequence: SequenceNumber, at now: Instant) -> Bool {
        guard let peer else { return false }
        switch tracker.receive(sequence, now: now, random: &random) {
        case .repeated, .unconfirmed:
            return false
        case .new:
            break
        case .newAfterGap(let lost, let last):
            notify(.packetsLost(count: lost, node: peer.name, last: last, current: sequence))
        case .filled(let isLast):
            if isLast { notify(.nothingMissing(node: peer.name)) }
            return true
        }
        if let acknowledged = tracker.acknowledgement(after: sequence) {
            send(.acknowledge(acknowledged), to: peer.name)
        }
        return true
    }

    private mutating func deliver(_ message: Message, at now: Instant) {
        switch message.content {
        case .status(let report): received(report, of: message, at: now)
        case .starting: receivedStarting(sequence: message.sequence, at: now)
        case .resource(let report): received(report, sequence: message.sequence, at: now)
        case .askResources(let set, let step): received(set, step, sequence: message.sequence, at: now)
        case .takeoverRequest(let set): receivedTakeoverRequest(set, at: now)
        case .shutdownDone: if countsFarewells { receivedShutdownDone(at: now) }
        case .requestNodes: answerNodeRequest(of: message.source)
        case .nodes(let names, _): receivedNodes(names, at: now)
        case .retransmitRequest(let first, let last):
            if isTimely(message) { retransmit(first, last, to: message.source, at: now) }
        case .cannotRetransmit(let sequence, _):
            if tracker.giveUp(sequence) { notify(.packetIrretrievable(sequence, node: message.source)) }
        case .other(let type, let fields):
            if !receivedLegacy(type, fields, at: now) { receivedOther(type, fields, at: now) }
        case .unreadable(let type, _, let reason):
            notify(.notUnderstood(type: type, node: message.source, reason: reason))
        case .acknowledge, .fencingReport, .pingReply: break
        }
    }

    /// A node that has begun and has not been heard yet by the peer might be hearing a record: a farewell must not make it start
    /// what a living peer runs. A true one is followed by silence.
    private var countsFarewells: Bool {
        switch phase {
        case .stable, .shuttingDown, .lingering, .stopped: true
        case .waitingForNodes, .requestingNodes, .negotiating: lives?.isProven == true
        }
    }

    /// Requests stand outside the sequence, so that nothing else tells one that is played again. The peer asks again for what it
    /// still misses, so nobody needs an answer to an old one.
    private func isTimely(_ request: Message) -> Bool {
        guard let peerClock else { return true }
        return request.timestamp >= peerClock || peerClock - request.timestamp <= Self.requestLife
    }

    private mutating func retransmit(
        _ first: SequenceNumber, _ last: SequenceNumber, to asker: NodeName, at now: Instant
    ) {
        var mustCorrect = false
        for answer in history.answers(first: first, last: last, now: now) {
            switch answer {
            case .again(let message):
                effects.append(.transmitAtLeisure(message))
                if isOutdatedReport(message) { mustCorrect = true }
            case .gone(let sequence, let reason): send(.cannotRetransmit(sequence, reason: reason), to: asker)
            }
        }
        // An original believes whichever report arrives last, not whichever is newest (observed).
        if mustCorrect { report(force: true) }
    }

    private func isOutdatedReport(_ message: Message) -> Bool {
        guard case .resource = message.content, peerSpeaksClaims == false, let sequence = message.sequence else {
            return false
        }
        return lastReportSequence.map { sequence < $0 } ?? false
    }

    // MARK: - Time

    mutating func expireCommunication(at now: Instant) {
        if let due = deadlines[.keepalive], due <= now {
            // On absolute instants, so that the interval does not drift; missed beats are not sent in a burst.
            let next = due + configuration.keepalive
            deadlines[.keepalive] = next > now ? next : now + configuration.keepalive
            beat(at: now)
            watchForAnswer(at: now)
        }
        for change in links.expire(now: now) { notify(.linkDead(node: change.node, medium: change.medium)) }
        followLaterLife(at: now)
        guard let peer, peer.isAlive else { return }
        for missing in tracker.dueRequests(now: now) {
            send(.retransmitRequest(first: missing.lowerBound, last: missing.upperBound), to: peer.name)
        }
    }

    private mutating func beat(at now: Instant) {
        if status == .initializing {
            sendStatus()
            setStatus(.up)
        } else {
            sendStatus()
        }
        for node in pingNodes { effects.append(.probe(node.name)) }
    }

    mutating func setStatus(_ new: NodeStatus) {
        status = new
        notify(.localStatus(new))
        sendStatus()
    }

    /// We were not scheduled for longer than a keepalive interval. What was sent meanwhile may have been dropped by full
    /// buffers, so nobody is judged before a few more intervals have been heard.
    mutating func forgiveOwnStall(at now: Instant) {
        guard let due = deadlines[.keepalive], now - due > configuration.keepalive else { return }
        let grace = configuration.keepalive + configuration.keepalive
        notify(.stalled(now - due))
        peer?.forgiveStall(grace: grace, now: now)
        // Nor had it anything to hear.
        hearing.startOver(at: now)
        for index in pingNodes.indices { pingNodes[index].forgiveStall(grace: grace, now: now) }
        links.forgiveStall(grace: grace, now: now)
    }
}

extension Message.Content {
    var isStatus: Bool {
        if case .status = self { true } else { false }
    }

    /// `NS_` messages stand outside the sequence.
    var isSequenced: Bool {
        switch self {
        case .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply: false
        case .status, .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport,
            .requestNodes, .nodes, .unreadable:
            true
        case .other(let type, _): !type.utf8.starts(with: "NS_".utf8)
        }
    }
}
