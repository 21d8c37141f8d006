// What a node asks of kernels, its own and the other one's: for how long its own may answer for the service addresses, and
// whether the other one's is still there.

import HeartbeatModel

extension LocalNode {
    mutating func heard(_ event: KernelEvent, at now: Instant) {
        lease.heard(event, at: now)
        switch event {
        case .leaseSupported, .leaseStored: break
        case .stoodStill:
            wasSilent(at: now)
            membership.doubt.startOver(at: now)
        case .standsOn(let new):
            guard new != ground else { return }
            ground = new
            reviseNetworks()
            tellKernel()
        case .answered(let question, let station):
            answered(question, at: now)
            if let station { noteStation(station, question, at: now) }
        }
    }

    // MARK: - The lease

    /// For as long as the peer waits before it takes over: until it is heard, it counts as one that has.
    mutating func wasSilent(at now: Instant) {
        guard lease.state != .unsupported else { return }
        membership.peer?.mayBeAlone(initdead: configuration.initdead, now: now)
    }

    /// Nobody counts the time from our keepalives. An original that returns reads of no lease and waits for none.
    var isAlone: Bool {
        guard let peer = membership.peer else { return true }
        return (peer.standing == .dead || peer.standing == .left) && membership.peerSpeaksClaims != false
    }

    /// For how long the kernel may answer after a keepalive.
    private var leaseUse: Lease.Use {
        if isAlone { return .alone }
        let isDoubted = membership.doubt.isPossible && allowsSilence && membership.peer?.announcesLease == true
        return isDoubted ? .doubted : .counted
    }

    /// Sends a status, and renews the lease with it. Last: a node that freezes before the message has left must not have
    /// renewed what the peer counts from it. A lease that gets shorter does so first, for the status tells of the shorter one.
    mutating func beat(lateness: Duration, at now: Instant) {
        let beat = lease.beat(leaseUse, lateness: lateness, at: now)
        if case .lapsed(let late, let lapse) = beat { effects.notify(.leaseDark(late: late, lapse)) }
        if case .renewed(let until, let isShorter) = beat, isShorter {
            effects.append(.holdLease(until: until, .shortening))
        }
        sendStatus()
        if case .renewed(let until, _) = beat {
            effects.append(.holdLease(until: until, isAlone ? .solitude : .keepalive))
        }
        tellKernel()
        askWhoServes()
    }

    /// Answers for the service addresses again, when everything that has arrived was read; tells whether it does.
    mutating func holdLease(until: Instant, at now: Instant) -> Bool {
        guard !isBehind(at: now), lease.regain(until: until, at: now) else { return false }
        effects.append(.holdLease(until: until, .agreement))
        effects.notify(.leaseHeld(until - now))
        return true
    }

    // MARK: - The peer's kernel

    /// The files, this machine's addresses or the peer's have changed.
    mutating func reviseNetworks() {
        kernel = PeerKernel(ground, configuration)
        membership.doubt.stand(
            on: membership.peerKernel.map { CommonNetwork.all(ground, $0, configuration) } ?? [])
        reviseBypassEnds()
    }

    /// The peer has told by which addresses its kernel can be asked.
    mutating func heardKernel(_ kernel: PeerKernel) {
        membership.peerKernel = kernel
        know(kernel.addresses)
        reviseNetworks()
    }

    /// An original has no use for it; without addresses there is nothing to tell, unless others were told before.
    mutating func tellKernel() {
        guard membership.toldKernel != kernel, peerIsAlive, membership.peerSpeaksClaims == true,
            configuration.tellsAddresses, !kernel.addresses.isEmpty || membership.toldKernel != nil
        else { return }
        membership.toldKernel = kernel
        send(kernel.content)
    }

    /// Both nodes let silence alone decide.
    private var allowsSilence: Bool { configuration.allowsSilence && membership.peerKernel?.allowsSilence == true }

    /// `nil` when the peer cannot be doubted: it is not there, or nothing could be asked, or nothing keeps it from answering
    /// beside us; or a later life of it has been heard, and the silence is only that of the one before.
    private var doubtCircumstances: PeerDoubt.Circumstances? {
        guard membership.doubt.isPossible, configuration.asksKernels, membership.status == .active,
            channel.doubts.later == nil, let peer = membership.peer, peer.canBeDoubted
        else { return nil }
        let lost = health.withoutCarrier
        return PeerDoubt.Circumstances(
            lastHeard: peer.lastHeard, lease: peer.lease + LeaseTimes.margin, promise: peer.promise,
            keepalive: configuration.keepalive, latePatience: configuration.latePatience,
            probe: configuration.quickProbe, allowsSilence: allowsSilence,
            hasOtherMedium: !lost.isEmpty && hearsPeerElsewhere(peer.name), lost: lost)
    }

    private func hearsPeerElsewhere(_ name: NodeName) -> Bool {
        channel.links.links(of: name).contains { link in
            link.isUp && !membership.doubt.networks.contains { $0.interface == link.medium.text }
        }
    }

    /// When the peer's kernel is asked, or judged.
    var doubtDeadline: Instant? { doubtCircumstances.flatMap(membership.doubt.deadline) }

    private mutating func answered(_ question: KernelQuestion, at now: Instant) {
        guard let peer, membership.doubt.answered(question, keepalive: configuration.keepalive, at: now) else { return }
        effects.notify(.peerKernelLives(node: peer.name, interface: question.interface))
    }

    /// Asks the kernel of a late peer; tells what the peer was, once, when that shows it to be dead.
    mutating func doubtPeer(at now: Instant) -> PeerMonitor.Standing? {
        guard let circumstances = doubtCircumstances, let name = peer?.name else { return nil }
        switch membership.doubt.step(circumstances, at: now) {
        case .nothing: return nil
        case .ask(let questions):
            effects += [.lookAtCarriers, .askKernels(questions)]
            return nil
        case .unsure(let reason):
            effects.notify(.quickDeathUnsure(node: name, reason))
            return nil
        case .dead(let verdict):
            effects.notify(.quickDeath(node: name, verdict, silence: now - circumstances.lastHeard))
            return membership.peer?.condemn(now: now)
        }
    }

    /// Messages of the life that was found dead arrive.
    mutating func returnedAfterPartition(at now: Instant) {
        guard let name = peer?.name else { return }
        effects.notify(.returnedAfterPartition(node: name))
        membership.toldKernel = nil
        guard let suspension = membership.doubt.returned(isSameLife: true, at: now) else { return }
        effects.notify(.quickDeathWasWrong(node: name, suspension: suspension))
    }
}
