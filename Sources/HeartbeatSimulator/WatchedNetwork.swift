// The part of the network that the service needs, apart from the media: cables that are pulled out, flap and are put back,
// switches that die under both nodes, paths that stop answering. All of a run's changes are drawn beforehand, with random
// numbers of their own, so that a run without them is the same as ever.

import HeartbeatCore
import HeartbeatModel

/// Something outside that a node watches, and whether it works.
enum NetworkChange: Hashable {
    case link(String, host: Int, isUp: Bool)
    case path(String, host: Int, isOpen: Bool)
    /// The cable between the two nodes, by its interface.
    case cable(String, isPlugged: Bool)
    /// A network between the two nodes over which no medium goes.
    case lan(String, isCut: Bool)
    /// A line to the internet.
    case line(String, host: Int, works: Bool)
}

/// What befalls interfaces and paths in one run.
struct NetworkPlan {
    var links: [InterfaceRule] = []
    var probes: [PathProbe] = []
    var probeGroups: [PathProbeGroup] = []
    var lines = LineConfiguration()
    var changes: [(time: Duration, NetworkChange)] = []
    /// What stays broken when everything else is healed; a node must live with it.
    var lasting: [NetworkChange] = []

    /// The longest time after which what works again is believed.
    var patience: Duration {
        let links = links.map { $0.recovery * 64 }.max() ?? .zero
        let paths = probes.map { $0.interval * ($0.rise + $0.fall + 2) }.max() ?? .zero
        let lines = lines.lines.map { $0.patience + $0.rise }.max() ?? .zero
        return links + paths + lines
    }

    static let none = NetworkPlan()

    private init() {}

    init(trouble: Duration, using random: inout SplitMix64) {
        guard random.chance(0.5) else { return }
        drawWatched(using: &random)
        let pace = random.pick([Duration.seconds(10), .seconds(40), .seconds(120)])
        var time = random.duration(in: .zero...pace)
        while time < trouble {
            drawTrouble(at: time, using: &random)
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
        // What is still broken then is healed with everything else.
        changes.removeAll { $0.time >= trouble }
        guard random.chance(0.4) else { return }
        let host = Int.random(in: 0...1, using: &random)
        for link in links where random.chance(0.6) { lasting.append(.link(link.interface, host: host, isUp: false)) }
        for probe in probes where random.chance(0.4) { lasting.append(.path(probe.name, host: host, isOpen: false)) }
        if random.chance(0.3), let link = links.first {
            lasting.append(.link(link.interface, host: 1 - host, isUp: false))
        }
    }

    private mutating func drawWatched(using random: inout SplitMix64) {
        let debounce = random.pick([Duration.zero, .milliseconds(100), .milliseconds(500)])
        let recovery = random.pick([Duration.zero, .seconds(1), .seconds(5)])
        links = ["lan", "wan"].prefix(Int.random(in: 1...2, using: &random)).map {
            InterfaceRule(
                interface: $0, role: $0 == "lan" ? .downlink : .uplink, debounce: debounce, recovery: recovery)
        }
        if random.chance(0.2) { links.append(InterfaceRule(interface: "cross", role: .heartbeat, debounce: .zero)) }
        guard random.chance(0.4) else { return }
        let count = Int.random(in: 1...3, using: &random)
        for number in 1...count {
            var probe = PathProbe(name: "path\(number)", kind: .icmp(host: "198.51.100.\(number)"))
            // With less one node may notice before the other has asked at all.
            probe.fall = random.pick([3, 5])
            probe.rise = random.pick([1, 5])
            probe.action = random.pick([.health, .standby])
            probes.append(probe)
        }
        guard count > 1, random.chance(0.5) else { return }
        probeGroups = [
            PathProbeGroup(
                name: "isp", needed: Int.random(in: 1...count, using: &random), members: probes.map(\.name))
        ]
    }

    private mutating func drawTrouble(at time: Duration, using random: inout SplitMix64) {
        let host = Int.random(in: 0...1, using: &random)
        let length = random.duration(in: .milliseconds(20)...(random.chance(0.5) ? .seconds(2) : .seconds(60)))
        if let probe = probes.randomElement(using: &random), random.chance(0.4) {
            // Beyond the first hop both nodes use the same path, as a rule.
            for host in random.chance(0.5) ? [0, 1] : [host] {
                changes.append((time, .path(probe.name, host: host, isOpen: false)))
                changes.append((time + length, .path(probe.name, host: host, isOpen: true)))
            }
            return
        }
        guard let link = links.randomElement(using: &random)?.interface else { return }
        switch Int.random(in: 0...3, using: &random) {
        case 0:
            // The switch: both lose it, and have it back, nearly at once.
            for host in [0, 1] {
                let skew = random.duration(in: .zero...(.milliseconds(80)))
                pull(link, of: host, at: time + skew, for: length + random.duration(in: .zero...(.milliseconds(80))))
            }
        case 1:
            let period = random.duration(in: .milliseconds(200)...(.seconds(7)))
            for beat in 0..<Int.random(in: 2...12, using: &random) {
                pull(link, of: host, at: time + period * beat, for: period * random.pick([0.2, 0.5, 0.8]))
            }
        default:
            pull(link, of: host, at: time, for: length)
        }
    }

    private mutating func pull(_ link: String, of host: Int, at time: Duration, for length: Duration) {
        changes.append((time, .link(link, host: host, isUp: false)))
        changes.append((time + length, .link(link, host: host, isUp: true)))
    }
}

extension World {
    /// The daemon of `host` has begun and is told what it watches.
    func watchNetwork(_ host: Int) {
        if !configuration.interfaces.isEmpty { feed(.watched(configuration.interfaces), to: host) }
        for link in configuration.interfaces {
            let isUp = !hosts[host].unplugged.contains(link.interface)
            feed(.interfaceObserved(interface: link.interface, isUp: isUp), to: host)
        }
        for probe in configuration.probes { planProbe(probe, of: host) }
        keepLines(host)
    }

    func change(_ change: NetworkChange) {
        switch change {
        case .link(let interface, let host, let isUp):
            guard isUp == hosts[host].unplugged.contains(interface) else { return }
            let wasBlind = isWithoutCarrier(host)
            hosts[host].unplugged.formSymmetricDifference([interface])
            if wasBlind, !isWithoutCarrier(host) { hosts[host].sightedAt = hosts[host].localTime(now) }
            note(host, isUp ? "has a carrier on \(interface)" : "loses the carrier on \(interface)")
            noteLosses(of: host)
            if hosts[host].isUp { feed(.interfaceObserved(interface: interface, isUp: isUp), to: host) }
        case .cable(let interface, let isPlugged): plug(interface, isPlugged)
        case .lan(let name, let isCut): setCut(isCut, lan: name)
        case .line(let name, let host, let works): setLine(name, of: host, works: works)
        case .path(let name, let host, let isOpen):
            guard isOpen == hosts[host].blockedPaths.contains(name) else { return }
            hosts[host].blockedPaths.formSymmetricDifference([name])
            note(host, isOpen ? "reaches \(name) again" : "does not reach \(name) any more")
            noteLosses(of: host)
        }
    }

    /// None of the interfaces that its daemon watches has a carrier, but for cables to the other machine.
    func isWithoutCarrier(_ host: Int) -> Bool {
        let open = configuration.interfaces.filter { !$0.isCable }
        return !open.isEmpty && open.allSatisfy { hosts[host].unplugged.contains($0.interface) }
    }

    /// One question of a probe, and its answer.
    func ask(_ name: String, _ host: Int) {
        guard let probe = configuration.probes.first(where: { $0.name == name }) else { return }
        let isBlocked = hosts[host].blockedPaths.contains(name)
        if probe.asksPartner {
            askPartner(host)
        } else {
            feed(.pathProbed(name, isBlocked ? .failed("no answer") : .answered), to: host)
        }
        planProbe(probe, of: host)
    }

    /// One question to the node at the other end of the tunnel, and its answer.
    func askPartner(_ host: Int) {
        guard hosts[host].isUp, let partner else { return }
        for probe in configuration.probes where probe.asksPartner {
            feed(.pathProbed(probe.name, partner(host)), to: host)
        }
    }

    private func planProbe(_ probe: PathProbe, of host: Int) {
        queue.insert(
            .probe(host: host, incarnation: hosts[host].incarnation, probe.name), at: now + probe.interval)
    }

    /// How much of what counts really does not work on a host.
    func losses(of host: Int) -> Int {
        let machine = hosts[host]
        if machine.isMaintained { return NodeHealth.most }
        let links = configuration.interfaces.count { $0.role != .heartbeat && machine.unplugged.contains($0.interface) }
        let grouped = Set(configuration.probeGroups.flatMap(\.members))
        let paths = configuration.probes.count {
            !grouped.contains($0.name) && machine.blockedPaths.contains($0.name)
        }
        let groups = configuration.probeGroups.count { group in
            group.members.count { !machine.blockedPaths.contains($0) } < group.needed
        }
        return links + paths + groups + lineLosses(of: host)
    }

    func noteLosses(of host: Int) {
        hosts[host].losses.append((now, losses(of: host)))
    }

    /// The least and the most that a host had lost in the last `span`.
    func losses(of host: Int, inTheLast span: Duration) -> ClosedRange<Int> {
        let history = hosts[host].losses
        let recent = history.filter { $0.since >= now - span }.map(\.count)
        let before = history.last { $0.since < now - span }?.count ?? 0
        return min(before, recent.min() ?? before)...max(before, recent.max() ?? before)
    }

    /// Everything after which groups may move once more for the sake of the network: something was lost or is back here or
    /// there, the nodes have lost and found each other, or the last move came to nothing.
    func countReasonsToMove(_ fact: Fact, _ host: Int) {
        guard let event = FactEvent(rawValue: fact.event) else { return }
        switch event {
        case .healthMoving: hosts[host].reasonsToMove -= 1
        case .interfaceLost, .pathLost, .pathGroupLost, .maintenanceOn:
            hosts[host].lostAt = now
            addReasonToMove()
        case .maintenanceOff, .partnerDenies, .partnerAgrees, .interfaceOnTrial, .interfaceRecovered, .pathRecovered,
            .pathUnknown,
            .pathKnown, .pathGroupRecovered,
            .quickDeath, .localStatus, .statusUpdate, .lateHeartbeat, .returnedAfterPartition, .peerRestarted,
            .nodeDead,
            .differentNodes, .differentGroups, .ownOnBoth, .communicationUp, .reconfigured, .peerShutDown,
            .shuttingDown, .allReleased, .shutdownComplete, .shutdownUnfinished, .takingOverAll,
            .localResourcesAcquired, .remoteStable, .bothHold, .yielding, .conflictEnded, .nobodyHolds, .adoptingGroup,
            .moveTakenBack, .acquiringFromLeaver, .startingUnstopped, .standbyUnanswered, .standbyTakenBack,
            .standbyFailed,
            .standbyAcquiring:
            addReasonToMove()
        case .moveOrdered, .mediaCut, .onlyKernelServes, .mediaMended, .blind, .differentFiles, .unlistedFile,
            .sameFiles,
            .failbackWaits, .peerKernelLives, .quickDeathUnsure,
            .quickDeathWasWrong,
            .leaseHeld, .leaseDark, .peerDark,
            .healthStaying, .pairsApart,
            .healthCannotMove, .pathMissed, .pathStillLost, .pathRelapsed, .standbyOffered, .standbyIgnored,
            .standbyAccepted,
            .standbyGivingUp, .standbyTakerSilent, .standbyExpired, .standbyRefused, .linkUp, .linkDead, .unknownNode,
            .notUnderstood, .replay, .namesake, .lockedOut, .unanswered, .packetsLost, .nothingMissing,
            .packetIrretrievable, .stalled, .groupAcquiring, .groupRunning, .groupReleasing, .groupReleased,
            .foundRunning, .leftoverAddress, .startFailed, .checkFailed, .checkNotRun, .addressRemoved, .failedTooOften,
            .failureForgotten, .stopRetry, .stopFailed, .stopFailureIgnored, .stopFailureReboots,
            .stopUnjustlyFailed, .groupAdded, .groupRemoved:
            break
        }
    }

    func addReasonToMove() {
        for host in hosts.indices { hosts[host].reasonsToMove = min(hosts[host].reasonsToMove + 1, 20) }
    }
}
