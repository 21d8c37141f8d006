// What exists only because the peer may be a heartbeat 3: it knows neither claims nor single groups.
//
// Beside one with `auto_failback legacy`, or none in ha.cf, there are neither reports nor handovers: a node that begins asks
// for each of its own groups by itself (`ip-request`), whoever runs it stops it and answers (`ip-request-resp`), and on death
// or departure the other takes everything. Observed; two of ours come to this only when the one that begins is not heard at
// first, because otherwise its `starting` is answered long before.

import HeartbeatModel

/// What is between us and a peer that is a heartbeat 3.
struct OriginalPeer: Hashable, Codable, Sendable {
    /// Groups already handed to it because their start failed: once, not to and fro.
    var hasBeenOffered = false
    /// Keys of our own groups that the peer has answered for since we became a member.
    var granted: Set<String> = []
    /// Keys the peer has asked for, and whether we ran the group: answered when it is released.
    var owed: [String: Bool] = [:]

    /// The peer's daemon began anew.
    mutating func forgetRequests() {
        owed = [:]
        hasBeenOffered = false
    }
}

extension Ownership {
    private static let requestType = "ip-request"
    private static let answerType = "ip-request-resp"
    static let groupRequestInterval = Duration.seconds(1)

    /// How long a set may have two owners before we yield to an original although we have the better claim: as long as it
    /// needs to restart itself (observed: two seconds after its deadtime).
    static func patienceWithOriginal(_ peer: PeerMonitor) -> Duration { peer.deadtime + .seconds(5) }

    /// An original stays stable until its offer is answered, and ignores the offer of a node that is not (observed).
    func isOfferToOriginal(_ node: LocalNode) -> Bool {
        guard case .offered = handover else { return false }
        return node.membership.peerSpeaksClaims == false
    }

    /// An original does not know about single failed groups: it is offered the whole set, once.
    mutating func offerFailedGroupsToOriginal(_ node: inout LocalNode, at now: Instant) {
        guard !original.hasBeenOffered, let peer, peer.claim == nil, peer.isStable, node.peerIsActive, isStable(node),
            let failed = node.groups.members(of: own.held).first(where: { $0.phase == .failed })
        else { return }
        original.hasBeenOffered = true
        offer(node.groups.set(of: failed), isFailback: false, &node, at: now)
    }

    // MARK: - Asking by group

    /// Our `starting` was not answered, so nobody is there who would answer it.
    mutating func askByGroup(_ node: inout LocalNode, at now: Instant) {
        guard case .negotiating(var negotiation) = state, node.peerIsActive, node.membership.peerSpeaksClaims != true
        else { return }
        let missing = node.groups.runners.filter { runner in
            runner.line.preferredNode == node.name && !runner.isRetired && !original.granted.contains(runner.line.key)
        }
        guard !missing.isEmpty else {
            becomeStable(&node)
            return
        }
        for runner in missing {
            let key = Message.Field(name: "ipaddr", value: .string(runner.line.key))
            node.send(.other(type: Self.requestType, fields: [key]))
        }
        negotiation.requestsAt = now + Self.groupRequestInterval
        state = .negotiating(negotiation)
    }

    // MARK: - Answering

    /// Takes messages of the two types; `false` for all others.
    mutating func receivedGroupRequest(
        _ type: String, _ fields: [Message.Field], _ node: inout LocalNode, at now: Instant
    ) -> Bool {
        guard type == Self.requestType || type == Self.answerType else { return false }
        guard speaksByGroup(node), let key = Self.key(fields) else { return true }
        if type == Self.requestType {
            wasAsked(for: key, &node)
        } else if Self.isGranted(fields) {
            // Only keys that are asked for: a peer could answer for ever new ones.
            if node.groups.runners.contains(where: { $0.line.key == key }) { original.granted.insert(key) }
            askByGroup(&node, at: now)
        }
        return true
    }

    private func speaksByGroup(_ node: LocalNode) -> Bool {
        node.configuration.autoFailback == .legacy && node.membership.peerSpeaksClaims != true
    }

    /// An original that takes itself for alone – after a partition it restarts, and acts before it has heard us – answers
    /// itself, for all to hear, and starts the group (observed).
    mutating func overhear(_ message: Message, _ node: inout LocalNode) {
        guard speaksByGroup(node), message.destination == message.source,
            case .other(Self.answerType, let fields) = message.content, Self.isGranted(fields),
            let key = Self.key(fields), isPeers(key, node)
        else { return }
        node.membership.peerSpeaksClaims = false
        giveUpForeign(&node)
    }

    private static func key(_ fields: [Message.Field]) -> String? {
        guard case .string(let key) = fields.first(where: { $0.name == "ipaddr" })?.value else { return nil }
        return key
    }

    private static func isGranted(_ fields: [Message.Field]) -> Bool {
        fields.contains { $0.name == "ok" && $0.value == .string("OK") }
    }

    private func isPeers(_ key: String, _ node: LocalNode) -> Bool {
        node.groups.members(of: .foreign).contains { $0.line.key == key }
    }

    private mutating func wasAsked(for key: String, _ node: inout LocalNode) {
        guard isPeers(key, node) else { return }
        node.membership.peerSpeaksClaims = false
        if original.owed[key] == nil { original.owed[key] = own.held.contains(.foreign) }
        giveUpForeign(&node)
    }

    /// It asks for each of its groups in turn; all of them are its own to run.
    private mutating func giveUpForeign(_ node: inout LocalNode) {
        guard own.held.contains(.foreign) else { return }
        node.effects.notify(.standbyGivingUp(.foreign), .handover(.givingUp))
        own.giveUp(.foreign)
    }

    /// Whoever asked by group is one of ours after all, which had heard nobody yet: it hears of each group from our reports.
    mutating func stopAnsweringByGroup() {
        guard !original.owed.isEmpty, peerTakesSingly else { return }
        original.owed = [:]
        if !own.held.contains(.foreign) { own.giveUp(.foreign, singly: true) }
    }

    /// What was asked for and does not run here any more.
    mutating func answerGroupRequests(_ node: inout LocalNode) {
        guard !original.owed.isEmpty, let name = node.peer?.name else { return }
        for (key, wasOurs) in original.owed.sorted(by: { $0.key < $1.key }) {
            guard node.groups.runners.first(where: { $0.line.key == key })?.isReleased != false else { continue }
            original.owed[key] = nil
            let texts = [("ipaddr", key), ("weown", wasOurs ? "yes" : "no"), ("ok", "OK")]
            let fields = texts.map { Message.Field(name: $0.0, value: .string($0.1)) }
            node.send(.other(type: Self.answerType, fields: fields), to: name)
        }
    }
}
