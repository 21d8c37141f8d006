// How messages leave this node and reach it: whose they are, which life of the peer sent them, whether they are new. Sequence,
// acknowledgement and retransmission as observed on the original. It refuses to know what a message says to anybody but itself.
//
//   received ─▶ our own name? ─▶ the peer? ─▶ its life? ─▶ link up ─▶ its sequence? ─▶ counts
//                   │ namesake      │ stranger   │ doubted                │ repeated

import HeartbeatModel

/// The reliable multicast between the two nodes of a pair.
package struct PeerChannel: Hashable, Codable, Sendable {
    /// Seconds by the sender's clock after which its request for what it has missed is history.
    private static let requestLife: UInt64 = 3

    let local: NodeName
    let uuid: NodeUUID
    package let generation: Generation
    let peer: NodeName?
    /// All nodes, as another one is told them.
    let nodes: [NodeName]
    /// As the peer has told it in a status.
    var peerUUID: NodeUUID?
    /// Hops.
    var timeToLive: Int
    /// Facts that messages carry along.
    var host: HostSample
    /// What is handed on to the clients of this node.
    var interest: MessageInterest = []

    /// The key of authkeys that this node signs with.
    private var signingKey: Int

    private var random: SplitMix64
    package private(set) var lastSequence: UInt64 = 0
    private var history = MessageHistory()
    private(set) var tracker: SequenceTracker
    package private(set) var lives: PeerLives?
    package var doubts = GenerationDoubts()
    /// The clock of the peer in its newest message, in seconds since 1970.
    private var peerClock: UInt64?
    /// The message that was last received, if it counted: of a life of the peer's that is believed, and new.
    var acceptedMessage: MessageIdentity?
    private(set) var links: LinkTable
    private var reportedStrangers: [NodeName] = []

    /// - Parameter randomSeed: for the delays the protocol wants random.
    init(
        _ configuration: Configuration, local: NodeName, uuid: NodeUUID, generation: Generation, host: HostSample,
        randomSeed: UInt64, now: Instant
    ) {
        self.local = local
        self.uuid = uuid
        self.generation = generation
        self.host = host
        peer = configuration.peer(of: local)
        nodes = configuration.nodes.sorted()
        timeToLive = Self.timeToLive(configuration)
        signingKey = configuration.authentication.current
        random = SplitMix64(seed: randomSeed)
        tracker = SequenceTracker(longestDelay: configuration.maxRetransmitDelay, random: &random)
        links = LinkTable(
            local: local, nodes: configuration.nodes, media: configuration.media.map(\.name),
            initdead: configuration.initdead, now: now)
    }

    private static func timeToLive(_ configuration: Configuration) -> Int {
        configuration.hopfudge + configuration.nodes.count + configuration.pingNodes.count
    }

    /// The files were read again.
    mutating func redefine(_ configuration: Configuration, at now: Instant) {
        timeToLive = Self.timeToLive(configuration)
        // Whoever reads the files again signs with what stands in them.
        signingKey = configuration.authentication.current
        links.redefine(
            local: local, nodes: configuration.nodes, media: configuration.media.map(\.name),
            initdead: configuration.initdead, now: now)
        tracker.longestDelay = configuration.maxRetransmitDelay
    }

    /// The last message of the peer's that has arrived; a report that names it answers everything before.
    package var heardOfPeer: MessageIdentity? {
        guard let lives, let last = tracker.last else { return nil }
        return MessageIdentity(generation: lives.believed, sequence: last)
    }

    // MARK: - Sending

    /// Completes and sends a message; returns its sequence, outside the sequence that of the message before it.
    @discardableResult
    mutating func send(
        _ content: Message.Content, to destination: NodeName? = nil, extra: [Message.Field] = [],
        into effects: inout [Effect]
    ) -> SequenceNumber {
        let sequence = content.isSequenced ? nextSequence() : nil
        let message = Message(
            source: local, sourceUUID: uuid, destination: destination,
            destinationUUID: destination.map { $0 == peer ? peerUUID ?? .unknown : .unknown },
            sequence: sequence, generation: generation, timestamp: host.unixTime,
            load: sequence == nil ? nil : host.load, timeToLive: timeToLive, content: content, extraFields: extra)
        if let sequence { history.append(message, sequence: sequence) }
        effects.append(content.mayWait ? .transmitAtLeisure(message) : .transmit(message))
        handOn(message, kind(of: message), into: &effects)
        runHook(for: message, into: &effects)
        return sequence ?? SequenceNumber(lastSequence)
    }

    mutating func sign(withKey key: Int, into effects: inout [Effect]) {
        guard key != signingKey else { return }
        signingKey = key
        effects.append(.sign(withKey: key))
    }

    private mutating func nextSequence() -> SequenceNumber {
        lastSequence += 1
        return SequenceNumber(lastSequence)
    }

    // MARK: - Receiving

    /// A packet of `node` has come over `medium`.
    mutating func heardLink(
        of node: NodeName, over medium: MediumName, deadtime: Duration, at now: Instant, into effects: inout [Effect]
    ) {
        guard let change = links.heard(node, over: medium, deadtime: deadtime, now: now) else { return }
        effects.notify(
            .linkUp(node: change.node, medium: change.medium),
            .linkChanged(node: change.node, medium: change.medium, isUp: true))
    }

    mutating func report(stranger name: NodeName, into effects: inout [Effect]) {
        // Anybody with the key can invent names; sixteen remembered ones are enough to keep the log readable.
        guard !reportedStrangers.contains(name), reportedStrangers.count < 16 else { return }
        reportedStrangers.append(name)
        effects.notify(.unknownNode(name))
    }

    /// Whether a message of the peer's present life is new. It is handed on to the clients either way, as `kind` if it is.
    mutating func accept(
        _ message: Message, as kind: MessageInterest?, over medium: MediumName, at now: Instant,
        into effects: inout [Effect]
    ) -> Bool {
        if let sequence = message.sequence {
            let verdict = tracker.receive(sequence, now: now, random: &random)
            links.count(sequence, isStatus: message.content.isStatus, verdict, over: medium, now: now)
            guard accepts(sequence, verdict, into: &effects) else {
                handOn(message, .repeated, into: &effects)
                return false
            }
            // A message that was repeated for us is as old as it is.
            if tracker.last == sequence { peerClock = message.timestamp }
            acceptedMessage = MessageIdentity(generation: message.generation, sequence: sequence)
        }
        handOn(message, kind, into: &effects)
        runHook(for: message, into: &effects)
        return true
    }

    private mutating func accepts(
        _ sequence: SequenceNumber, _ verdict: SequenceTracker.Verdict, into effects: inout [Effect]
    ) -> Bool {
        guard let peer else { return false }
        switch verdict {
        case .repeated, .unconfirmed:
            return false
        case .new:
            break
        case .newAfterGap(let lost, let last):
            effects.notify(.packetsLost(count: lost, node: peer, last: last, current: sequence))
        case .filled(let isLast):
            if isLast { effects.notify(.nothingMissing(node: peer)) }
            return true
        }
        if let acknowledged = tracker.acknowledgement(after: sequence) {
            send(.acknowledge(acknowledged), to: peer, into: &effects)
        }
        return true
    }

    // MARK: - Retransmission

    /// Requests stand outside the sequence, so that nothing else tells one that is played again. The peer asks again for what
    /// it still misses, so nobody needs an answer to an old one.
    func isTimely(_ request: Message) -> Bool {
        guard let peerClock else { return true }
        return request.timestamp >= peerClock || peerClock - request.timestamp <= Self.requestLife
    }

    /// Sends again what the peer has missed.
    ///
    /// - Returns: whether a report before message `newest` was among it.
    mutating func retransmit(
        _ range: (first: SequenceNumber, last: SequenceNumber), reportsBefore newest: SequenceNumber?, at now: Instant,
        into effects: inout [Effect]
    ) -> Bool {
        var hasRepeatedReport = false
        for answer in history.answers(first: range.first, last: range.last, now: now) {
            switch answer {
            case .again(let message):
                effects.append(.transmitAtLeisure(message))
                if case .resource = message.content, let newest, let sequence = message.sequence, sequence < newest {
                    hasRepeatedReport = true
                }
            case .gone(let sequence, let reason):
                send(.cannotRetransmit(sequence, reason: reason), to: peer, into: &effects)
            }
        }
        return hasRepeatedReport
    }

    /// The peer cannot send this one again.
    mutating func giveUp(_ sequence: SequenceNumber, into effects: inout [Effect]) {
        guard let peer, tracker.giveUp(sequence) else { return }
        effects.notify(.packetIrretrievable(sequence, node: peer))
    }

    /// Asks for what is missing and due.
    mutating func requestMissing(at now: Instant, into effects: inout [Effect]) {
        for missing in tracker.dueRequests(now: now) {
            send(.retransmitRequest(first: missing.lowerBound, last: missing.upperBound), to: peer, into: &effects)
        }
    }

    // MARK: - Time

    mutating func expireLinks(at now: Instant, into effects: inout [Effect]) {
        for change in links.expire(now: now) {
            effects.notify(
                .linkDead(node: change.node, medium: change.medium),
                .linkChanged(node: change.node, medium: change.medium, isUp: false))
        }
    }

    /// This node stood still: no link is judged before `grace` has passed.
    mutating func forgiveStall(grace: Duration, at now: Instant) {
        links.forgiveStall(grace: grace, now: now)
    }

    // MARK: - Lives

    /// The first life of the peer that is heard.
    mutating func believe(_ generation: Generation, isProven: Bool) {
        lives = PeerLives(generation, since: SequenceNumber(lastSequence), isProven: isProven)
    }

    mutating func heardEcho() { lives?.heardEcho() }

    /// The peer is another life from now on: it counts from one, and nothing of the old one is missing.
    mutating func follow(_ next: PeerLives) {
        lives = next
        peerClock = nil
        tracker = SequenceTracker(longestDelay: tracker.longestDelay, random: &random)
        links.peerBeganAnew()
    }
}

extension Message.Content {
    var isStatus: Bool {
        if case .status = self { true } else { false }
    }

    /// On a slow medium anything else goes before it.
    fileprivate var mayWait: Bool {
        if case .other(PeerView.messageType, _) = self { return true }
        if case .cannotRetransmit = self { return true }
        return false
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
