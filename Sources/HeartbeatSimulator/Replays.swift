// Somebody on the wire who has no key, but records what passes and plays it again: messages of an earlier life of a node's,
// of its present one, and requests to send something again. Drawn beforehand, with random numbers of their own, so that a run
// without them is the same as ever. Whatever a node has heard before must have no effect when it hears it again.

import HeartbeatCore
import HeartbeatModel

/// One time that something is played.
struct Replay: Hashable {
    enum Kind: Hashable, CaseIterable {
        /// What a life has said that has ended since.
        case earlierLife
        /// What the present one has said before.
        case presentLife
        /// Requests for what was missed, which stand outside the sequence.
        case requests
    }

    var kind: Kind
    /// The node at which it is played.
    var victim: Int
    var count: Int
    /// It is played when the node has just begun, and has heard nobody yet.
    var isAtStart: Bool
}

/// What is played in one run.
struct ReplayPlan {
    var replays: [(time: Duration, Replay)] = []

    static let none = ReplayPlan()

    private init() {}

    init(trouble: Duration, using random: inout SplitMix64) {
        guard random.chance(0.3) else { return }
        let pace = random.pick([Duration.seconds(2), .seconds(10), .seconds(40)])
        var time = random.duration(in: .zero...pace)
        while time < trouble {
            let replay = Replay(
                kind: random.pick(Replay.Kind.allCases), victim: Int.random(in: 0...1, using: &random),
                count: random.pick([1, 6, 60]), isAtStart: random.chance(0.3))
            replays.append((time, replay))
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
    }
}

/// Who records and plays.
struct Recorder {
    /// The last messages of each node, of all its lives.
    private var messages: [[Message]] = [[], []]
    private var random: SplitMix64
    private static let capacity = 2000

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func record(_ message: Message, of host: Int) {
        messages[host].append(message)
        if messages[host].count > 2 * Self.capacity { messages[host].removeFirst(Self.capacity) }
    }

    /// Some of what `isWanted` of a node's, in the order in which it was sent.
    mutating func pick(_ count: Int, of host: Int, where isWanted: (Message) -> Bool) -> [Message] {
        let wanted = messages[host].filter(isWanted)
        guard let begin = wanted.indices.randomElement(using: &random) else { return [] }
        return Array(wanted[begin...].prefix(count))
    }
}

extension World {
    func play(_ replay: Replay) {
        let victim = replay.victim
        guard hosts[victim].isUp, hosts[victim].stalledUntil == nil else { return }
        let known = hosts[victim].newestGenerationHeard
        guard replay.isAtStart == (known == nil) else { return }
        // A life that the node has never heard would be news.
        let present = known ?? Generation(hosts[1 - victim].generation)
        let newest = hosts[victim].newestStatusHeard
        let played = recorder?.pick(replay.count, of: 1 - victim) { message in
            switch replay.kind {
            case .earlierLife: message.generation < present
            case .presentLife: message.identity.map { identity in newest.map { identity <= $0 } ?? false } ?? false
            case .requests: message.content.isRequest && message.generation <= present
            }
        }
        guard let played, !played.isEmpty else { return }
        note(victim, "hears \(played.count) recorded messages")
        for message in played { play(message, at: victim, isNews: known == nil) }
    }

    /// - Parameter isNews: the node cannot know better, for it has just begun.
    private func play(_ message: Message, at victim: Int, isNews: Bool) {
        guard hosts[victim].isUp else { return }
        // What is due anyway, by the clock or at the next event, is not the message's doing.
        expire(victim)
        let local = hosts[victim].localTime(now)
        execute(hosts[victim].core?.handle(.pathsRecalled([]), at: local) ?? [], of: victim)
        guard let medium = network.media.first else { return }
        let event = Event.received(message, over: medium)
        guard let effects = hosts[victim].core?.handle(event, at: local) else { return }
        if isNews {
            notePlayed(message, to: victim, at: local)
        } else {
            checkPlayed(message, effects, at: victim)
            noteBelief(event, effects, victim, local)
        }
        execute(effects, of: victim)
    }

    private func checkPlayed(_ message: Message, _ effects: [Effect], at victim: Int) {
        guard let believed = hosts[victim].believedGeneration, message.generation < believed else { return }
        for effect in effects where !effect.isAside {
            checker.report("a message of an earlier life makes \(hosts[victim].name) \(effect)", at: now)
        }
    }

    /// What leaves the peer dead to the daemon was no sign of life, or came too late for one.
    private func notePlayed(_ message: Message, to victim: Int, at local: Instant) {
        let peer = hosts[victim].core?.snapshot.nodes.first { $0.name == hosts[1 - victim].name }
        guard peer?.status != .dead else { return }
        let first = hosts[victim].playedTo?.lowerBound ?? local
        hosts[victim].playedTo = first...local
        guard case .status(let report) = message.content else { return }
        hosts[victim].peersLease = max(hosts[victim].peersLease, report.lease ?? .zero)
    }
}

extension Message.Content {
    fileprivate var isRequest: Bool {
        if case .retransmitRequest = self { true } else { false }
    }
}

extension Effect {
    private static let aboutMessages = Set(
        [
            FactEvent.linkUp, .linkDead, .unknownNode, .notUnderstood, .replay, .namesake, .lockedOut, .unanswered,
            .packetsLost, .nothingMissing, .packetIrretrievable, .stalled,
        ].map(\.rawValue))

    /// It is words to whoever has spoken, or to people.
    fileprivate var isAside: Bool {
        switch self {
        case .notify(let fact): Self.aboutMessages.contains(fact.event)
        case .changed(.linkChanged), .holdLease, .askKernels, .bypass, .rememberPeer, .lookAtCarriers, .handOn, .sign,
            .runHook, .remember,
            .probe,
            .transmitAtLeisure:
            true
        case .transmit(let message): message.sequence == nil
        case .changed, .perform, .announce, .reply, .reboot, .beginAnew, .stop: false
        }
    }
}
