// What a node is apart from who may run what: its files, its channel to the peer, who is there, its groups and its health. The
// parts do not know each other; what one has to tell another goes through here. Ownership stands on all of them, and none of
// them knows it.

import HeartbeatModel

/// One node without its claims.
package struct LocalNode: Hashable, Codable, Sendable {
    package let name: NodeName
    var configuration: Configuration { didSet { configured() } }
    package var channel: PeerChannel
    package var membership: Membership
    package var groups: GroupTable
    var health = HealthMonitor()
    package var lease: Lease
    /// Those of `sync` lines.
    private(set) var files: [SharedFile] = []
    /// This machine's own addresses.
    var ground = NetworkGround()
    /// By which of them the peer can ask.
    var kernel = PeerKernel()
    /// What is to be done, in order.
    var effects: [Effect] = []

    init(_ configuration: Configuration, channel: PeerChannel, now: Instant) {
        name = channel.local
        self.configuration = configuration
        self.channel = channel
        membership = Membership(configuration, local: channel.local, now: now)
        groups = GroupTable(configuration, local: channel.local, generation: channel.generation)
        lease = Lease(configuration)
        listFiles()
        health.ask(configuration.probes, configuration.probeGroups)
    }

    /// The files were read again.
    private mutating func configured() {
        if let times = configuration.leaseTimes { lease.times = times }
        reviseNetworks()
        listFiles()
        let lostPaths = health.lostPaths
        health.ask(configuration.probes, configuration.probeGroups)
        if health.lostPaths != lostPaths { effects.append(.remember(lostPaths: health.lostPaths)) }
    }

    // MARK: - Files

    /// What is known of those that stay is kept; the others have yet to be read.
    private mutating func listFiles() {
        files = configuration.syncFiles.map { path in files.first { $0.path == path } ?? SharedFile(path) }
    }

    /// They were read; what is not listed any more does not matter.
    mutating func readFiles(_ new: [SharedFile]) {
        files = files.map { file in new.first { $0.path == file.path } ?? file }
    }

    // MARK: - The peer

    var peer: PeerMonitor? { membership.peer }
    package var peerIsAlive: Bool { membership.peer?.isAlive == true }
    var peerIsActive: Bool { membership.peer?.isActive == true }

    // MARK: - Time

    /// Our own keepalive is overdue by more than an interval: we stood still, and the peer may have taken over meanwhile.
    /// Nothing is started before everything that arrived in that time has been read, which is when the timers expire.
    func isBehind(at now: Instant) -> Bool {
        guard let due = membership.keepalive else { return false }
        return now - due > configuration.keepalive
    }

    /// We were not scheduled for longer than a keepalive interval. What was sent meanwhile may have been dropped by full
    /// buffers, so nobody is judged before a few more intervals have been heard.
    mutating func forgiveOwnStall(at now: Instant) {
        guard let due = membership.keepalive, isBehind(at: now) else { return }
        let grace = configuration.keepalive + configuration.keepalive
        effects.notify(.stalled(now - due))
        if now - due >= configuration.deadtime - configuration.keepalive { wasSilent(at: now) }
        membership.forgiveStall(grace: grace, at: now)
        channel.forgiveStall(grace: grace, at: now)
    }

    /// Sends the status when it is due; tells whether it was.
    mutating func beatIfDue(at now: Instant) -> Bool {
        guard let due = membership.keepalive, due <= now else { return false }
        // On absolute instants, so that the interval does not drift; missed beats are not sent in a burst.
        let next = due + configuration.keepalive
        membership.keepalive = next > now ? next : now + configuration.keepalive
        beat(lateness: now - due, at: now)
        if membership.status == .initializing { setStatus(.up) }
        for node in membership.pingNodes { effects.append(.probe(node.name)) }
        return true
    }

    /// When something is due in a part of this node, apart from its groups.
    var deadline: Instant? {
        var next = earlier(decisiveDeadline, membership.keepalive)
        next = earlier(next, channel.links.deadline)
        if peerIsAlive { next = earlier(next, channel.tracker.deadline) }
        next = earlier(next, membership.bypass.deadline(configuration))
        return next
    }

    /// The same, as far as it may matter for who runs what.
    var decisiveDeadline: Instant? { earlier(earlier(membership.deadline, health.deadline), doubtDeadline) }

    // MARK: - Sending

    @discardableResult
    mutating func send(_ content: Message.Content, to destination: NodeName? = nil, extra: [Message.Field] = [])
        -> SequenceNumber
    {
        channel.send(content, to: destination, extra: extra, into: &effects)
    }

    package mutating func sendStatus() {
        let heard = membership.peerSpeaksClaims == true ? channel.heardOfPeer : nil
        let report = StatusReport(
            status: membership.status, deadtime: configuration.deadtime, heard: heard,
            lease: lease.announced, isDeaf: membership.bypass.isDeaf)
        send(.status(report))
    }

    mutating func setStatus(_ new: NodeStatus) {
        membership.status = new
        effects.notify(.localStatus(new))
        sendStatus()
    }

    // MARK: - Hearing

    /// Whether a message bears the peer's name. What does not is dealt with here.
    mutating func isOfPeer(_ message: Message, over medium: MediumName, at now: Instant) -> Bool {
        channel.acceptedMessage = nil
        if message.source == membership.peer?.name { return true }
        if message.source == name {
            channel.receivedFromOwnName(
                message, over: medium, deadtime: configuration.deadtime, at: now, into: &effects)
        } else {
            channel.report(stranger: message.source, into: &effects)
        }
        return false
    }

    /// A message of the peer's has come over `medium`. Whatever it says proves that the peer lives; statuses are counted apart.
    mutating func heardPeer(over medium: MediumName, _ sequence: SequenceNumber?, isStatus: Bool, at now: Instant) {
        guard let peer = membership.peer else { return }
        membership.bypass.heard(sequence, over: medium, at: now)
        membership.peer?.isProven = channel.lives?.isProven == true
        channel.heardLink(of: peer.name, over: medium, deadtime: peer.deadtime, at: now, into: &effects)
        if !isStatus { membership.peer?.spoke(now: now) }
    }

    /// A status of the peer's. What follows from it is for those who own what is concerned.
    mutating func heard(_ report: StatusReport, in message: Message, at now: Instant) -> PeerMonitor.Hearing {
        guard var monitor = membership.peer else { return .outdated }
        let (hearing, late) = monitor.heard(
            report, sequence: message.sequence, warntime: configuration.warntime, now: now)
        if monitor.isDark, membership.peer?.isDark == false, membership.peer?.announcesLease == true, hearing == .same {
            effects.notify(.peerDark(node: monitor.name))
        }
        membership.peer = monitor
        if let late { effects.notify(.lateHeartbeat(node: monitor.name, silence: late)) }
        if hearing != .outdated, hearing != .afterLeaving {
            membership.doubt.trust()
            membership.isToldBlind = false
        }
        if hearing == .outdated {
            // No more than one that is repeated.
            channel.acceptedMessage = nil
        } else {
            channel.peerUUID = message.sourceUUID ?? channel.peerUUID
            noteHearing(report.heard, inStatus: true, at: now)
            membership.bypass.said(isDeaf: report.isDeaf, at: now)
        }
        return hearing
    }

    /// heartbeat 3 checks what it receives with its own current key, whichever key it was signed with (observed). While keys
    /// are changed on one node after the other, it must be met with the key that it uses itself.
    mutating func heardKey(_ key: Int, of sender: NodeName) {
        guard sender == membership.peer?.name, membership.peerSpeaksClaims != true else { return }
        channel.sign(withKey: key, into: &effects)
    }

    /// The peer has shown by a report whether it is one of ours, which takes messages with every key that it has.
    mutating func peerSpeaks(claims: Bool) {
        membership.peerSpeaksClaims = claims
        guard claims else {
            know([])
            return reviseBypassEnds()
        }
        channel.sign(withKey: configuration.authentication.current, into: &effects)
        tellKernel()
    }

    /// The peer has said what it had heard last.
    mutating func noteHearing(_ heard: MessageIdentity?, inStatus: Bool, at now: Instant) {
        let sequence = heard?.generation == channel.generation ? heard?.sequence : nil
        membership.hearing.heard(sequence, inStatus: inStatus, sent: channel.lastSequence, at: now)
    }

    /// The peer's words reach us and ours do not reach it. A peer that tells with every status has begun to be deaf about a
    /// deadtime before it takes our groups; another one must be given that long to answer.
    func peerIsDeaf(at now: Instant) -> Bool {
        guard let peer = membership.peer, membership.peerSpeaksClaims == true, !isBehind(at: now) else { return false }
        let isToldInStatuses = membership.hearing.isToldInStatuses
        let patience = isToldInStatuses ? peer.deadtime - configuration.keepalive * 3 / 2 : peer.deadtime
        return membership.hearing.isDeaf(for: patience, sent: channel.lastSequence, at: now)
    }

    mutating func pingAnswered(_ name: NodeName, at now: Instant) {
        let isNews = membership.pingAnswered(
            name, warntime: configuration.warntime, deadping: configuration.deadping, at: now)
        guard isNews else { return }
        statusChanged(to: .ping, of: name, said: nil)
        effects.append(.changed(.pingNodeReturned(name)))
    }

    /// Another node's status is another one from now on; `said` is the message that says so, if one does.
    mutating func statusChanged(to status: NodeStatus, of name: NodeName, said: Message?) {
        effects.notify(.statusUpdate(node: name, status: status))
        effects.append(.runHook(.status(status, of: name, said: said)))
    }

    // MARK: - Silence

    /// The peer has been silent for too long; tells what it was before, once.
    mutating func expirePeer(at now: Instant) -> PeerMonitor.Standing? {
        if waitsBlindly(at: now) { return nil }
        guard let name = peer?.name, let before = membership.peer?.expire(now: now) ?? doubtPeer(at: now) else {
            return nil
        }
        let hasLeft = before == .left
        died(name, wasTold: hasLeft)
        effects.append(.runHook(.fencing(of: name, isNeeded: !hasLeft)))
        return before
    }

    mutating func died(_ name: NodeName, wasTold: Bool = false) {
        effects.notify(.nodeDead(node: name), .nodeDied(name))
        if !wasTold { effects.append(.runHook(.status(.dead, of: name, said: nil))) }
    }

    // MARK: - Joining

    /// Asks the peer for its nodes; `false` when nobody is there to ask.
    mutating func requestNodes(at now: Instant) -> Bool {
        guard membership.requestsNodes(at: now) else { return false }
        send(.requestNodes, to: membership.peer?.name)
        return true
    }

    /// The peer has told its nodes; whether that was awaited.
    mutating func heardNodes(_ names: [NodeName]) -> Bool {
        if Set(names) != Set(configuration.nodes), let peer {
            effects.notify(.differentNodes(node: peer.name, nodes: names))
        }
        return membership.heardNodes()
    }

    // MARK: - Ending

    /// What is to be done since this was last asked.
    package mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    /// Nothing is sent or judged any more.
    mutating func stop(stillUp keys: [String]) {
        membership.keepalive = nil
        effects.append(.stop(stillUp: keys))
    }
}

extension [Effect] {
    /// Tells a fact, and those who act on what has changed.
    mutating func notify(_ fact: Fact, _ transition: Transition? = nil) {
        append(.notify(fact))
        if let transition { append(.changed(transition)) }
    }
}
