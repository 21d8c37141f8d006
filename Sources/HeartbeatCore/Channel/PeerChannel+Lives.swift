// Which life of a node a message is from. The generation grows with every start, so that nobody can play a dead node's
// messages again; a node that has lost its own count is told by its peer, instead of being shut out for ever.

import HeartbeatModel

/// Answering those who say an old generation.
package struct GenerationDoubts: Hashable, Codable, Sendable {
    /// Whether an old generation of the peer's has been told since its last restart.
    var hasToldReplay = false
    /// When the peer was last told that its life is doubted.
    var answered: Instant?
    /// When its list of nodes was last told to a life that is doubted.
    var nodesAnswered: Instant?
    /// When an echo was last sent because the peer doubts this life.
    var echoed: Instant?
    /// Since when nobody has answered that we want to be an active member, and whether that has been told.
    var unansweredSince: Instant?
    var hasToldUnanswered = false
    /// Whether this life was to end for a later one. A daemon does that once, so this life may go on.
    var hasBegunAnew = false
    /// A later life of the peer's that has no echo yet, and when it was last heard: its first message, or its newest status.
    package var later: Generation?
    private(set) var laterHeard = Instant.zero
    private(set) var laterStatus: SequenceNumber?
    /// Whether another machine of our own name has been told.
    var hasToldNamesake = false
    /// Whether it has been told that the peer refuses us and nothing can be done about it here.
    var hasToldLockedOut = false

    /// As of a life that is believed, nothing but a status that is news proves that it goes on: a request may have been long
    /// on its way, or be played by somebody.
    mutating func hearLater(_ message: Message, at now: Instant) {
        if later != message.generation {
            later = message.generation
            laterHeard = now
            laterStatus = nil
        }
        guard message.content.isStatus, let sequence = message.sequence,
            laterStatus.map({ $0 < sequence }) ?? true
        else { return }
        laterStatus = sequence
        laterHeard = now
    }
}

/// The peer's daemon has begun another life than the one that was believed.
package struct Rebirth: Hashable, Sendable {
    /// It counts a higher generation; otherwise it was there all the time, and holds what it holds.
    var hasBegunAnew: Bool
    /// It was heard before it was believed, and may have asked meanwhile.
    var wasDoubted: Bool
    /// Of its statuses, if some were heard while it was doubted.
    var newestStatus: SequenceNumber?
}

extension PeerChannel {
    /// Whether a message counts for the life that sent it.
    enum Arrival: Hashable {
        case counts
        case doubted
        /// It counts, and the peer is another life from now on.
        case newLife(Rebirth)
    }

    /// Type of the message in which a node tells its peer that it does not believe the life that speaks, and of the answer. An
    /// original ignores types it does not know, and `NS_` keeps it outside the sequence.
    static let lifeType = "NS_hbgeneration"
    /// The later generation that the peer is known under, in decimal.
    private static let knownField = "hbknown"
    /// The message of the sender's that the receiver is to echo, in hexadecimal.
    private static let askField = "hbask"
    private static let answerInterval = Duration.seconds(1)
    /// `starting` is repeated every five seconds.
    private static let answerPatience = Duration.seconds(20)

    /// Our own broadcasts come back; that proves the medium and nothing else. What bears our name and is not ours comes
    /// from a second machine of this name.
    mutating func receivedFromOwnName(
        _ message: Message, over medium: MediumName, deadtime: Duration, at now: Instant, into effects: inout [Effect]
    ) {
        let sender = message.sourceUUID ?? uuid
        if message.generation == generation && sender == uuid {
            heardLink(of: local, over: medium, deadtime: deadtime, at: now, into: &effects)
            handOn(message, .repeated, into: &effects)
            return
        }
        // An earlier life of ours can still be on its way.
        guard sender != uuid || message.generation > generation, !doubts.hasToldNamesake else { return }
        doubts.hasToldNamesake = true
        effects.notify(.namesake(local, medium: medium))
    }

    /// Judges the life that a message of the peer's is from.
    ///
    /// - Parameter isHeard: the believed life is heard.
    mutating func judge(
        _ message: Message, isHeard: Bool, at now: Instant, into effects: inout [Effect]
    ) -> Arrival {
        let echo = echo(in: message)
        guard let lives else {
            guard message.generation < PeerLives.largest else { return .doubted }
            believe(message.generation, isProven: echo != nil)
            return .counts
        }
        if message.generation == lives.believed {
            if echo != nil { heardEcho() }
            return .counts
        }
        let judgement = lives.judge(
            message.generation, echo: echo, isHeard: isHeard, lastSent: SequenceNumber(lastSequence))
        guard case .believed(let next, let hasBegunAnew) = judgement else {
            doubt(message, known: lives.believed, at: now, into: &effects)
            return .doubted
        }
        return .newLife(follow(next, hasBegunAnew: hasBegunAnew))
    }

    private mutating func follow(_ next: PeerLives, hasBegunAnew: Bool) -> Rebirth {
        let wasDoubted = doubts.later == next.believed
        doubts.hasToldReplay = false
        doubts.later = nil
        follow(next)
        return Rebirth(
            hasBegunAnew: hasBegunAnew, wasDoubted: wasDoubted, newestStatus: wasDoubted ? doubts.laterStatus : nil)
    }

    /// The believed life has fallen silent, and a later one, which perhaps cannot hear us, has not: so the peer has begun
    /// anew, as one would have thought at once if it were an original.
    ///
    /// - Parameter deadtime: how long the later life may be silent.
    /// - Returns: that, and when the later life was last heard.
    package mutating func followLaterLife(deadtime: Duration, at now: Instant) -> (Rebirth, heard: Instant)? {
        guard let later = doubts.later, now < doubts.laterHeard + deadtime else { return nil }
        let heard = doubts.laterHeard
        return (follow(PeerLives(later, since: SequenceNumber(lastSequence)), hasBegunAnew: true), heard)
    }

    /// One that is heard and never answers keeps this node waiting: it may run everything and be deaf, and it may be dead and
    /// somebody plays what it once said. Only a person can tell.
    mutating func watchForAnswer(isAwaited: Bool, deadtime: Duration, at now: Instant, into effects: inout [Effect]) {
        guard isAwaited, let peer else {
            doubts.unansweredSince = nil
            return
        }
        let since = doubts.unansweredSince ?? now
        doubts.unansweredSince = since
        guard !doubts.hasToldUnanswered, now - since >= max(deadtime, Self.answerPatience) else { return }
        doubts.hasToldUnanswered = true
        effects.notify(.unanswered(node: peer))
    }

    /// The message of our present life that the sender says it has heard.
    private func echo(in message: Message) -> SequenceNumber? {
        let heard: MessageIdentity? =
            switch message.content {
            case .resource(let report): report.claim?.heard
            case .other(Self.lifeType, let fields): Self.identity(fields)
            case .other, .unreadable, .status, .starting, .askResources, .takeoverRequest, .shutdownDone,
                .fencingReport, .requestNodes, .nodes, .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply:
                nil
            }
        guard let heard, heard.generation == generation, heard.sequence.number <= lastSequence else { return nil }
        return heard.sequence
    }

    private mutating func doubt(
        _ message: Message, known: Generation, at now: Instant, into effects: inout [Effect]
    ) {
        let isEarlier = message.generation < known
        if isEarlier, !doubts.hasToldReplay {
            doubts.hasToldReplay = true
            effects.notify(.replay(node: message.source, generation: message.generation, known: known))
        }
        if !isEarlier, message.generation < PeerLives.largest { doubts.hearLater(message, at: now) }
        // If it is the node itself, it can only have lost its file, or it has just begun and can prove it. If somebody plays
        // its messages again, the node hears nothing new. Once a second, so that nobody makes us send much.
        if Self.isDue(&doubts.answered, at: now) {
            var fields: [Message.Field] = []
            if isEarlier { fields.append(.init(name: Self.knownField, value: .string(String(known.number)))) }
            if let identity = message.identity { fields.append(Self.field(identity)) }
            fields.append(.init(name: Self.askField, value: .string(String(lastSequence, radix: 16))))
            send(.other(type: Self.lifeType, fields: fields), to: message.source, into: &effects)
        }
        // One of an earlier version proves itself by its first report, which it makes when it knows the nodes.
        if !isEarlier, message.content == .requestNodes, Self.isDue(&doubts.nodesAnswered, at: now) {
            send(.nodes(nodes, deleted: []), to: message.source, into: &effects)
        }
    }

    private static func isDue(_ last: inout Instant?, at now: Instant) -> Bool {
        if let last, now - last < answerInterval { return false }
        last = now
        return true
    }

    /// As in a report: the message of the receiver's that the sender has heard. It proves the sender's life.
    private static func field(_ identity: MessageIdentity) -> Message.Field {
        Message.Field(name: MessageIdentity.fieldName, value: .string(identity.text))
    }

    private static func identity(_ fields: [Message.Field]) -> MessageIdentity? {
        text(MessageIdentity.fieldName, fields).flatMap { MessageIdentity(text: $0) { UInt64($0, radix: 16) } }
    }

    private static func text(_ name: String, _ fields: [Message.Field]) -> String? {
        guard case .string(let text) = fields.first(where: { $0.name == name })?.value else { return nil }
        return text
    }

    /// The peer doubts this life: it wants an echo, or knows us under a later generation and will not believe a word before we
    /// have a later one still.
    ///
    /// - Parameters:
    ///   - holdsNothing: this node claims no set of groups.
    ///   - isIdle: no script is under way.
    mutating func wasDoubted(
        _ fields: [Message.Field], holdsNothing: Bool, isIdle: Bool, at now: Instant, into effects: inout [Effect]
    ) {
        let known = Self.text(Self.knownField, fields).flatMap { UInt64($0) }.map { Generation($0) }
        let isKnownLater = known.map { $0 > generation && $0 < PeerLives.largest } ?? false
        // Beside a namesake the two would outbid each other for ever. And whoever runs something already must not forget it: it
        // can still prove that it lives, if the peer asks for that.
        if isKnownLater, let known, !doubts.hasToldNamesake, !doubts.hasBegunAnew, holdsNothing {
            // With a script under way it is told once more in a second.
            guard isIdle else { return }
            doubts.hasBegunAnew = true
            effects.append(.beginAnew(above: known))
        } else if let asked = Self.text(Self.askField, fields).flatMap({ UInt64($0, radix: 16) }) {
            guard let lives, Self.isDue(&doubts.echoed, at: now) else { return }
            let heard = MessageIdentity(generation: lives.believed, sequence: SequenceNumber(asked))
            send(.other(type: Self.lifeType, fields: [Self.field(heard)]), to: peer, into: &effects)
        } else if isKnownLater, let known, !doubts.hasToldLockedOut {
            doubts.hasToldLockedOut = true
            effects.notify(.lockedOut(generation: generation, known: known))
        }
    }
}
