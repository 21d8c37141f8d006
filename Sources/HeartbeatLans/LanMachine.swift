// Decides for one host over which LAN it reaches each other host. A value: events and the time go in, effects come out.
//
//   requestor     0 ──────────── ½ ──────────── 1 intervals
//                 ask on all     judge: which   ask again
//                 LANs           answers came?
//   responder       first copy ──────── ½ later: judge, which copies came?
//
// All ways to a host are judged at one moment and before anything is moved: a host that ends leaves all its LANs together,
// and none of them is better than the others.

import HeartbeatModel

/// The decisions of one host.
package struct LanMachine: Sendable {
    /// More hosts are not kept: whoever floods a LAN with invented ones shall not cost memory.
    package static let mostPeers = 256
    private static let memory = Duration.seconds(3600)

    let settings: LanConfiguration
    let identity: HostIdentity
    /// Every LAN seen so far, the preferred one first.
    var networks: [LanNetwork] = []
    var peers: [HostIdentity: LanPeer] = [:]
    /// Number of the last question.
    var sequence: UInt64
    private var nextQuestion: Instant?
    /// When the answers to the last question are judged.
    private var judgement: Instant?
    private var routes: [LanRoute] = []
    private var suspects: [LanSuspect] = []
    private var saysTooMany = false
    private var overlaps: Set<Set<String>> = []

    /// `sequence` must be above all that this host has ever used: the time of its clock in milliseconds will do.
    package init(_ settings: LanConfiguration, identity: HostIdentity, sequence: UInt64, now: Instant) {
        self.settings = settings
        self.identity = identity
        self.sequence = sequence
        nextQuestion = settings.isRequestor ? now : nil
    }

    /// When to call ``expireTimers(at:)`` next; `nil` for not before the next event.
    package var nextDeadline: Instant? {
        let inquiries = settings.isRequestor ? [] : peers.values.compactMap { $0.inquiries?.judgeAt }
        return ([nextQuestion, judgement].compactMap(\.self) + inquiries).min()
    }

    /// Takes an event.
    package mutating func handle(_ event: LanEvent, at now: Instant) -> [LanEffect] {
        switch event {
        case .networks(let current): adopt(current)
        case .received(let packet, let source, let network): receive(packet, from: source, over: network, at: now)
        }
    }

    /// Does what is due. Whatever has arrived before `now` must have been handed over.
    package mutating func expireTimers(at now: Instant) -> [LanEffect] {
        var effects: [LanEffect] = []
        if let due = judgement, due <= now {
            judgement = nil
            effects += judgeAnswers(at: now)
        }
        effects += judgeInquiries(at: now)
        if let due = nextQuestion, due <= now {
            // A host that stood still does not ask for the time it missed.
            nextQuestion = due + settings.interval > now ? due + settings.interval : now + settings.interval
            effects += ask(at: now)
        }
        return effects
    }

    // MARK: - Networks

    /// A LAN whose interface has gone is kept as it was: the hosts on it have their addresses still.
    private mutating func adopt(_ current: [LanNetwork]) -> [LanEffect] {
        var known = current
        for network in networks where !current.contains(where: { $0.name == network.name }) {
            known.append(LanNetwork(name: network.name, addresses: network.addresses, isUsable: false))
        }
        guard known != networks else { return [] }
        networks = known
        for identity in peers.keys { peers[identity]?.updatePaths(networks) }
        return overlapNotices() + settle([], at: nil)
    }

    private mutating func overlapNotices() -> [LanEffect] {
        var effects: [LanEffect] = []
        for (index, one) in networks.enumerated() {
            for other in networks[..<index] {
                let collide = one.addresses.contains { mine in other.addresses.contains(where: mine.overlaps) }
                guard collide, overlaps.insert([one.name, other.name]).inserted else { continue }
                effects.append(.notify(.overlapping(other.name, one.name)))
            }
        }
        return effects
    }

    // MARK: - Asking

    private mutating func ask(at now: Instant) -> [LanEffect] {
        sequence += 1
        judgement = now + settings.patience
        for identity in peers.keys { peers[identity]?.heard = [] }
        return networks.filter(\.isUsable).map { network in
            let unheard = peers.values.filter { $0.unheard.contains(network.name) }.map(\.identity).sorted()
            return .broadcast(
                LanPacket(
                    .inquiry, from: identity, sequence: sequence,
                    interval: UInt32(clamping: settings.interval.milliseconds), addresses: ownAddresses, hosts: unheard),
                over: network.name)
        }
    }

    var ownAddresses: [IPAddress] { networks.flatMap { $0.addresses.map(\.address) } }

    private mutating func judgeAnswers(at now: Instant) -> [LanEffect] {
        let judged = peers.values.filter { $0.firstRound <= sequence }.map(\.identity)
        return settle(judged, at: now)
    }

    private mutating func judgeInquiries(at now: Instant) -> [LanEffect] {
        guard !settings.isRequestor else { return [] }
        var judged: [HostIdentity] = []
        for (identity, peer) in peers {
            guard var inquiries = peer.inquiries, inquiries.judgeAt <= now else { continue }
            if !inquiries.isOpen { peers[identity]?.heard = [] }
            inquiries.isOpen = false
            inquiries.judgeAt = max(inquiries.judgeAt + inquiries.interval, now + inquiries.interval / 2)
            peers[identity]?.inquiries = inquiries
            judged.append(identity)
        }
        return judged.isEmpty ? [] : settle(judged, at: now)
    }

    // MARK: - Judging

    /// Counts what was heard of the hosts in this round, then decides over which LANs all hosts are reached.
    private mutating func settle(_ judged: [HostIdentity], at now: Instant?) -> [LanEffect] {
        var notices: [LanNotice] = []
        for identity in judged.sorted() {
            guard var peer = peers[identity] else { continue }
            notices += peer.judge(settings)
            if let now, peer.isSilent, now - peer.lastHeard > Self.memory {
                peers[identity] = nil
                notices.append(.forgotten(host: peer.name))
            } else {
                peers[identity] = peer
            }
        }
        for identity in peers.keys.sorted() {
            guard var peer = peers[identity] else { continue }
            notices += peer.chooseDetours(among: networks)
            peers[identity] = peer
        }
        return routeEffects() + notices.map(LanEffect.notify)
    }

    private mutating func routeEffects() -> [LanEffect] {
        var effects: [LanEffect] = []
        let wanted = wantedRoutes
        if wanted != routes {
            routes = wanted
            effects.append(.route(wanted))
        }
        let doubtful = currentSuspects
        if doubtful != suspects {
            suspects = doubtful
            effects.append(.suspect(doubtful))
        }
        return effects
    }

    private var wantedRoutes: [LanRoute] {
        let own = Set(ownAddresses)
        var routes: [IPAddress: LanRoute] = [:]
        // A service address may still be listed by the host it has left: who spoke last is right.
        for peer in peers.values.sorted(by: { ($0.lastHeard, $0.identity) < ($1.lastHeard, $1.identity) }) {
            for network in networks {
                guard let detour = peer.paths[network.name]?.detour, let gateway = peer.gateways[detour] else {
                    continue
                }
                for address in peer.addresses(on: network) where !own.contains(address) {
                    routes[address] = LanRoute(
                        destination: address, gateway: gateway, interface: detour,
                        source: network.isUsable ? network.addresses.first?.address : nil)
                }
            }
        }
        return routes.values.sorted { $0.destination < $1.destination }
    }

    private var currentSuspects: [LanSuspect] {
        networks.compactMap { network in
            let addresses = peers.values.filter { peer in
                peer.paths[network.name].map { $0.isValid && !$0.isTrusted } ?? false
            }.flatMap { $0.addresses(on: network) }
            return addresses.isEmpty ? nil : LanSuspect(network: network.name, addresses: addresses.sorted())
        }
    }

    // MARK: - Hearing

    private mutating func receive(
        _ packet: LanPacket, from source: IPAddress, over name: String, at now: Instant
    ) -> [LanEffect] {
        guard packet.sender != identity, let network = networks.first(where: { $0.name == name }),
            network.leads(to: source)
        else { return [] }
        var effects: [LanEffect] = []
        let isNew = peers[packet.sender] == nil
        if isNew {
            guard makeRoom() else {
                defer { saysTooMany = true }
                return saysTooMany ? [] : [.notify(.tooManyHosts)]
            }
        }
        var peer =
            peers[packet.sender]
            ?? LanPeer(
                identity: packet.sender, lastHeard: now,
                firstRound: packet.kind == .answer ? packet.sequence : sequence + 1)
        guard
            peer.take(
                packet, from: source, over: name, asked: settings.isRequestor ? sequence : nil, by: identity, at: now)
        else { return [] }
        peer.updatePaths(networks)
        peers[packet.sender] = peer
        if packet.kind == .inquiry {
            effects.append(
                .answer(
                    LanPacket(
                        .answer, from: identity, sequence: packet.sequence, addresses: ownAddresses,
                        hosts: [packet.sender]), to: source, over: name))
        }
        if isNew { effects.append(.notify(.found(host: peer.name))) }
        return effects
    }

    /// Whether one more host can be kept; one that nobody hears any more goes for it.
    private mutating func makeRoom() -> Bool {
        guard peers.count >= Self.mostPeers else { return true }
        let silent = peers.values.filter { peer in
            peer.isSilent && peer.paths.values.allSatisfy { $0.detour == nil }
        }
        guard let oldest = silent.min(by: { $0.lastHeard < $1.lastHeard }) else { return false }
        peers[oldest.identity] = nil
        return true
    }
}
