// Which life of a node a message is from. The generation grows with every start, so that nobody can play a dead node's
// messages again; a node that has lost its own count is told by its peer, instead of being shut out for ever.

import HeartbeatModel

/// Answering those who say an old generation.
struct GenerationDoubts: Hashable, Sendable {
    /// Whether an old generation of the peer's has been told since its last restart.
    var hasToldReplay = false
    /// When the peer was last answered.
    var answered: Instant?
    /// Whether another machine of our own name has been told.
    var hasToldNamesake = false
    /// Whether it has been told that the peer refuses us and nothing can be done about it here.
    var hasToldLockedOut = false
}

extension ClusterCore {
    /// Type of the message in which a node tells its peer that it knows it under a later generation. An original ignores
    /// types it does not know, and `NS_` keeps it outside the sequence.
    static let laterGenerationType = "NS_hbgeneration"
    private static let laterGenerationField = "hbknown"
    private static let answerInterval = Duration.seconds(1)

    /// Our own broadcasts come back; that proves the medium and nothing else. What bears our name and is not ours comes
    /// from a second machine of this name.
    mutating func receivedFromOwnName(_ message: Message, over medium: MediumName, at now: Instant) {
        let uuid = message.sourceUUID ?? localUUID
        if message.generation == generation && uuid == localUUID {
            linkHeard(localNode, over: medium, at: now)
            handOn(message, .repeated)
            return
        }
        // An earlier life of ours can still be on its way.
        guard uuid != localUUID || message.generation > generation, !doubts.hasToldNamesake else { return }
        doubts.hasToldNamesake = true
        notify(.namesake(localNode, medium: medium))
    }

    mutating func acceptsGeneration(of message: Message, at now: Instant) -> Bool {
        guard let known = peerGeneration else {
            peerGeneration = message.generation
            return true
        }
        if message.generation == known { return true }
        guard message.generation > known else {
            refuseReplay(message, known: known, at: now)
            return false
        }
        peerGeneration = message.generation
        doubts.hasToldReplay = false
        tracker = SequenceTracker(longestDelay: configuration.maxRetransmitDelay, random: &random)
        peerRestarted(at: now)
        return true
    }

    private mutating func refuseReplay(_ message: Message, known: Generation, at now: Instant) {
        if !doubts.hasToldReplay {
            doubts.hasToldReplay = true
            notify(.replay(node: message.source, generation: message.generation, known: known))
        }
        // If it is the node itself, it can only have lost its file. If somebody plays its messages again, the node hears
        // nothing new. Once a second, so that nobody makes us send much.
        guard doubts.answered.map({ now - $0 >= Self.answerInterval }) ?? true else { return }
        doubts.answered = now
        let field = Message.Field(name: Self.laterGenerationField, value: .string(String(known.number)))
        send(.other(type: Self.laterGenerationType, fields: [field]), to: message.source)
    }

    /// The peer knows us under a later generation than ours and will not believe a word before we have a later one still.
    mutating func receivedOther(_ type: String, _ fields: [Message.Field]) {
        guard type == Self.laterGenerationType,
            case .string(let text) = fields.first(where: { $0.name == Self.laterGenerationField })?.value,
            let known = UInt64(text), known > generation.number, known < UInt64(1) << 48
        else { return }
        // Beside a namesake the two would outbid each other for ever. And whoever runs something already must not forget
        // it: the operator decides then.
        guard !doubts.hasToldNamesake, pendingActions.isEmpty, own.held.isEmpty else {
            if !doubts.hasToldLockedOut { notify(.lockedOut(generation: generation, known: Generation(known))) }
            doubts.hasToldLockedOut = true
            return
        }
        effects.append(.beginAnew(above: Generation(known)))
    }
}
