// Beside an original with `auto_failback legacy`, or none in ha.cf, which knows neither reports nor handovers: a node that
// begins asks for each of its own groups by itself (`ip-request`), whoever runs it stops it and answers (`ip-request-resp`),
// and on death or departure the other takes everything. Observed; two of ours come to this only when the one that begins is
// not heard at first, because otherwise its `starting` is answered long before.

import HeartbeatModel

/// What was asked for by group key, and by whom.
struct LegacyRequests: Hashable, Sendable {
    /// Keys of our own groups that the peer has answered for since we became a member.
    var granted: Set<String> = []
    /// Keys the peer has asked for, and whether we ran the group: answered when it is released.
    var owed: [String: Bool] = [:]
}

extension ClusterCore {
    private static let requestType = "ip-request"
    private static let answerType = "ip-request-resp"
    private static let interval = Duration.seconds(1)

    // MARK: - Asking

    mutating func planLegacyRequests(at now: Instant) {
        guard configuration.autoFailback == .legacy else { return }
        deadlines[.legacyRequest] = now + Self.interval
    }

    /// Our `starting` was not answered, so nobody is there who would answer it.
    mutating func askByGroup(at now: Instant) {
        guard case .negotiating = phase, peer?.isActive == true, peerSpeaksClaims != true else { return }
        let missing = runners.filter { runner in
            runner.line.preferredNode == localNode && !runner.isRetired && !legacy.granted.contains(runner.line.key)
        }
        guard !missing.isEmpty else {
            becomeStable()
            return
        }
        for runner in missing {
            send(.other(type: Self.requestType, fields: [.init(name: "ipaddr", value: .string(runner.line.key))]))
        }
        deadlines[.legacyRequest] = now + Self.interval
    }

    // MARK: - Answering

    /// Takes messages of the two types; `false` for all others.
    mutating func receivedLegacy(_ type: String, _ fields: [Message.Field], at now: Instant) -> Bool {
        guard type == Self.requestType || type == Self.answerType else { return false }
        guard configuration.autoFailback == .legacy, peerSpeaksClaims != true, let key = Self.key(fields) else {
            return true
        }
        if type == Self.requestType {
            wasAsked(for: key)
        } else if Self.isGranted(fields) {
            // Only keys that are asked for: a peer could answer for ever new ones.
            if runners.contains(where: { $0.line.key == key }) { legacy.granted.insert(key) }
            askByGroup(at: now)
        }
        return true
    }

    /// An original that takes itself for alone – after a partition it restarts, and acts before it has heard us – answers
    /// itself, for all to hear, and starts the group (observed).
    mutating func overhear(_ message: Message) {
        guard configuration.autoFailback == .legacy, peerSpeaksClaims != true, message.destination == message.source,
            case .other(Self.answerType, let fields) = message.content, Self.isGranted(fields),
            let key = Self.key(fields), isPeers(key)
        else { return }
        peerSpeaksClaims = false
        giveUpForeign()
    }

    private static func key(_ fields: [Message.Field]) -> String? {
        guard case .string(let key) = fields.first(where: { $0.name == "ipaddr" })?.value else { return nil }
        return key
    }

    private static func isGranted(_ fields: [Message.Field]) -> Bool {
        fields.contains { $0.name == "ok" && $0.value == .string("OK") }
    }

    private func isPeers(_ key: String) -> Bool {
        runners.indices.contains { runners[$0].line.key == key && set(of: $0) == .foreign }
    }

    private mutating func wasAsked(for key: String) {
        guard isPeers(key) else { return }
        peerSpeaksClaims = false
        if legacy.owed[key] == nil { legacy.owed[key] = own.held.contains(.foreign) }
        giveUpForeign()
    }

    /// It asks for each of its groups in turn; all of them are its own to run.
    private mutating func giveUpForeign() {
        guard own.held.contains(.foreign) else { return }
        notify(.givingUp(.foreign))
        own.giveUp(.foreign)
    }

    /// Whoever asked by group is one of ours after all, which had heard nobody yet: it hears of each group from our reports.
    mutating func stopAnsweringByGroup() {
        guard peerTakesSingly, !legacy.owed.isEmpty else { return }
        legacy.owed = [:]
        if !own.held.contains(.foreign) { own.giveUp(.foreign, singly: true) }
    }

    /// What was asked for and does not run here any more.
    mutating func answerLegacyRequests() {
        guard !legacy.owed.isEmpty, let peer else { return }
        for (key, wasOurs) in legacy.owed.sorted(by: { $0.key < $1.key }) {
            guard runners.first(where: { $0.line.key == key })?.isReleased != false else { continue }
            legacy.owed[key] = nil
            let texts = [("ipaddr", key), ("weown", wasOurs ? "yes" : "no"), ("ok", "OK")]
            send(
                .other(type: Self.answerType, fields: texts.map { .init(name: $0.0, value: .string($0.1)) }),
                to: peer.name)
        }
    }
}
