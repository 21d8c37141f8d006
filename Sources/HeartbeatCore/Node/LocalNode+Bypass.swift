// What a node does so that its peer is never taken for dead only because the media between the two are cut: it keeps a way
// where no medium is, and waits where it can ask nobody.

import HeartbeatModel

extension LocalNode {
    // MARK: - Where it leads

    /// The peer has these addresses of its own, by its own word; none: it is an original, or has no use for it.
    mutating func know(_ addresses: [IPAddress]) {
        guard membership.peerAddresses != addresses else { return }
        membership.peerAddresses = addresses
        effects.append(.rememberPeer(addresses))
    }

    /// An earlier daemon of this node knew them.
    mutating func recall(peer addresses: [IPAddress]) {
        guard membership.peerAddresses.isEmpty else { return }
        membership.peerAddresses = addresses
        reviseBypassEnds()
    }

    /// On which this node and the peer have addresses of their own.
    var commonNetworks: [CommonNetwork] {
        CommonNetwork.all(ground, PeerKernel(addresses: membership.peerAddresses), configuration)
    }

    /// The files, this machine's addresses or the peer's have changed.
    mutating func reviseBypassEnds() {
        let networks = configuration.veto.isOn ? commonNetworks : []
        let ends = networks.filter { configuration.isBesideMedia($0.interface) }.flatMap(\.peerQuestions)
        if membership.bypass.stand(on: ends, asked: networks.flatMap(\.peerQuestions)) { orderBypass() }
    }

    private mutating func orderBypass() {
        effects.append(.bypass(membership.bypass.ends, isUsed: membership.bypass.isOpen))
    }

    // MARK: - When it is taken

    /// Something was heard, or has not been heard for long.
    mutating func reviseBypass(at now: Instant) {
        let wasOpen = membership.bypass.isOpen
        let isNew = membership.bypass.revise(configuration, at: now)
        if wasOpen != membership.bypass.isOpen { orderBypass() }
        // Not for the rest of an interval, of which the peer may have as few as two.
        if isNew {
            sendStatus()
            askWhoServes()
        }
        guard let name = peer?.name else { return }
        switch membership.bypass.notice(configuration, isAlive: peerIsAlive, at: now) {
        case nil: break
        case .onlyWay:
            effects.notify(.mediaCut(node: name, over: Set(membership.bypass.ends.map(\.interface)).sorted()))
        case .onlyKernel(let question):
            effects.notify(
                .onlyKernelServes(
                    node: name, address: question.address, interface: question.interface, port: configuration.udpPort))
        case .over: effects.notify(.mediaMended(node: name))
        }
    }

    // MARK: - Whose kernel serves

    /// Asks which stations have the service addresses that this node does not serve, and the peer's own, for comparison: where a
    /// firewall lets no message through, ARP still passes.
    mutating func askWhoServes() {
        guard membership.bypass.isDeaf else { return }
        let addresses = groups.runners.filter(\.isReleased).flatMap(\.group.resources).compactMap(\.address)
        let services = addresses.flatMap { address in
            interfaces(of: address).map { KernelQuestion(address.ip, on: $0) }
        }
        guard !services.isEmpty else { return }
        effects.append(.askKernels(membership.bypass.asked + services))
    }

    /// Where it would be, as far as that is known.
    private func interfaces(of address: ServiceAddress) -> [String] {
        if let name = address.interface { return [name] }
        let near = ground.addresses.filter { address.ip.isInNetwork(of: $0.address, bits: $0.bits) }.map(\.interface)
        return Set(near.isEmpty ? membership.bypass.asked.map(\.interface) : near).sorted()
    }

    /// A kernel answers for service addresses for as long as its daemon's last keepalive allows: one that does shows a daemon that
    /// lived so long ago at most.
    mutating func noteStation(_ station: [UInt8], _ question: KernelQuestion, at now: Instant) {
        guard membership.bypass.answered(question, by: station, at: now) else { return }
        membership.peer?.kernelServes(deadtime: configuration.deadtime, at: now)
    }

    // MARK: - Who can ask nobody

    /// None of this node's interfaces has a carrier but cables, which end at the peer: whether it lives cannot be asked, and nobody
    /// would be served.
    var isBlind: Bool {
        guard configuration.veto.isOn, configuration.veto.blind == .stay, membership.peerSpeaksClaims != false else {
            return false
        }
        let dark = health.withoutCarrier.map(\.interface)
        return health.hasNoCarrier && membership.bypass.asked.allSatisfy { dark.contains($0.interface) }
    }

    /// An interface has another carrier than before. What can be asked again is given a deadtime for its answer.
    mutating func noteCarriers(at now: Instant) {
        guard membership.isToldBlind, !isBlind else { return }
        membership.isToldBlind = false
        membership.peer?.wait(until: now + configuration.deadtime)
    }

    /// A silent peer is not judged while this node is blind. Tells whether it must wait.
    mutating func waitsBlindly(at now: Instant) -> Bool {
        guard isBlind, let peer, peer.standing == .alive || peer.standing == .awaited, let due = peer.deadline,
            due <= now
        else { return false }
        if !membership.isToldBlind { effects.notify(.blind(node: peer.name)) }
        membership.isToldBlind = true
        membership.peer?.wait(until: now + configuration.deadtime)
        return true
    }
}
