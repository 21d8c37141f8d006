// What a line of the log or an order says of what has befallen the pair, in the words of `PairEvent` where they fit: a value. What only
// follows from something else is no event, so that a replay lets it follow once more.

import HeartbeatCore
import HeartbeatModel

/// Something that was seen or ordered.
struct Observation: Hashable {
    var code: String
    var event: PairEvent?
    var text: String
    /// It began so long before it was told.
    var ago = Duration.zero
    /// The other node is declared dead.
    var isDeath = false
    /// One medium brings nothing of the other node any more.
    var isOfLink = false
    /// Something that this node watches is lost.
    var isLoss = false
}

struct ObservationReader {
    /// What follows from an order or a loss begins within this time.
    private static let patience = Duration.seconds(10)
    static let orderCode = "order"

    private let localNode: NodeName
    private var peer: NodeName?
    private var deadtime: Duration
    private var failsBack: Bool
    private var media: Set<String>
    private var peerIsGone = true
    private var peerKernelLives = false
    private var lost: Set<String> = []
    /// A medium may have the name of an interface, whose loss is another thing.
    private var watched: Set<String> = []
    private var peerHealth: NodeHealth?
    private var peerLost: [String] = []
    /// When this node got a reason to give groups away or to ask for some.
    private var ground: Instant?

    init(_ configuration: Configuration, localNode: NodeName) {
        self.localNode = localNode
        deadtime = configuration.deadtime
        failsBack = configuration.autoFailback != .off
        media = Set(configuration.media.map(\.name.text))
        peer = configuration.nodes.first { $0 != localNode }
    }

    mutating func adopt(_ configuration: Configuration) {
        deadtime = configuration.deadtime
        failsBack = configuration.autoFailback != .off
        media = Set(configuration.media.map(\.name.text))
        peer = configuration.nodes.first { $0 != localNode }
    }

    /// The node is so; nothing has been observed since.
    mutating func begin(_ facts: NodeFacts) {
        let standing = facts.nodes.first { $0.name == peer }?.standing
        peerIsGone = standing.map { $0 != .alive } ?? true
        watched = Set(facts.watched.map(\.name))
        lost = Set(facts.watched.filter { $0.state == .lost }.map(\.name))
        peerHealth = facts.peer?.health
        peerLost = facts.peer?.view?.told.lost ?? []
        peerKernelLives = false
    }

    // MARK: - Orders

    mutating func observe(_ request: OperatorRequest, at now: Instant) -> Observation {
        ground = now
        let (event, text): (PairEvent, String) =
            switch request {
            case .standby(let set): (.standby(set, on: localNode), "ordered to give its \(set) groups away")
            case .takeover(let set): (.takeover(set, on: localNode), "ordered to take its \(set) groups")
            case .move(let key): (.move(key, on: localNode), "ordered to give \(key) away")
            case .shutdown: (.stop(localNode), "ordered to stop")
            }
        return Observation(code: Self.orderCode, event: event, text: text)
    }

    // MARK: - Lines of the log

    /// `nil` for what explains no movement.
    mutating func observe(_ fact: Fact, at now: Instant, peer word: () -> NodeFacts.PeerWord?) -> Observation? {
        guard let event = FactEvent(rawValue: fact.event) else { return nil }
        var observation = Observation(code: fact.event, text: fact.text)
        switch event {
        case .interfaceLost, .interfaceOnTrial, .interfaceRecovered, .pathLost, .pathRecovered:
            read(event, fact, at: now, into: &observation)
        case .linkDead, .linkUp, .nodeDead, .statusUpdate, .peerShutDown, .acquiringFromLeaver:
            guard isOfPeer(fact), readPeer(event, fact, into: &observation) else { return nil }
        case .peerRestarted, .returnedAfterPartition, .mediaCut, .onlyKernelServes, .mediaMended, .peerKernelLives:
            readPeerLife(event, into: &observation)
        case .maintenanceOn, .maintenanceOff:
            ground = now
            observation.event = .maintenance(event == .maintenanceOn, on: localNode)
        case .startFailed, .failedTooOften:
            observation.event = fact.value(.resource).map { .fail($0, at: localNode) }
        case .adoptingGroup:
            observation.event = peer.flatMap { peer in fact.value(.group).map { .fail($0, at: peer) } }
        case .healthMoving: ground = now
        case .standbyOffered, .standbyAccepted:
            observation.event = handover(event, fact, at: now, peer: word)
        default:
            guard Self.explaining.contains(event) else { return nil }
        }
        return observation
    }

    /// What is told beside events, because people look for it.
    private static let explaining: Set<FactEvent> = [
        .addressRemoved, .blind, .bothHold, .checkFailed, .differentGroups, .failbackWaits, .foundRunning,
        .healthCannotMove, .healthStaying, .lateHeartbeat, .leaseDark, .nobodyHolds, .pairsApart, .partnerAgrees,
        .partnerDenies, .pathGroupLost, .pathGroupRecovered, .peerDark, .quickDeath, .quickDeathUnsure,
        .quickDeathWasWrong, .reconfigured, .stalled, .standbyExpired, .standbyFailed, .standbyIgnored,
        .standbyRefused, .standbyTakenBack, .standbyUnanswered, .startingUnstopped, .stopFailed, .stopFailureIgnored,
        .takingOverAll, .yielding,
    ]

    private func isOfPeer(_ fact: Fact) -> Bool { peer.map { fact.value(.peer) == $0.text } ?? false }

    private mutating func read(_ event: FactEvent, _ fact: Fact, at now: Instant, into observation: inout Observation) {
        guard let name = fact.value(.interface) ?? fact.value(.path) else { return }
        switch event {
        case .interfaceLost, .pathLost:
            lost.insert(name)
            ground = now
            observation.isLoss = true
            observation.event = .lose(name, at: localNode)
        default:
            // A carrier that is back is told twice: when it is back, and when that counts.
            guard lost.remove(name) != nil else { return }
            observation.event = .regain(name, at: localNode)
        }
    }

    /// False for what says nothing new.
    private mutating func readPeer(_ event: FactEvent, _ fact: Fact, into observation: inout Observation) -> Bool {
        guard let peer else { return false }
        switch event {
        case .linkDead where !peerIsGone:
            observation.isOfLink = true
            observation.ago = deadtime
            observation.event = medium(of: fact).map { .lose($0, at: localNode) }
        case .linkUp where !peerIsGone: observation.event = medium(of: fact).map { .regain($0, at: localNode) }
        case .nodeDead where !peerIsGone:
            observation.isDeath = true
            observation.event = death(of: peer)
            peerIsGone = true
        case .peerShutDown, .acquiringFromLeaver:
            if !peerIsGone { observation.event = .stop(peer) }
            peerIsGone = true
        case .statusUpdate:
            guard peerIsGone, fact.value(.status) != NodeStatus.dead.rawValue else { return false }
            observation.event = .boot(peer)
            (peerIsGone, peerKernelLives) = (false, false)
        default: break
        }
        return true
    }

    private func medium(of fact: Fact) -> String? {
        fact.value(.medium).flatMap { watched.contains($0) ? nil : $0 }
    }

    /// Silence is all that was observed: what it came from is what explains it best.
    private func death(of peer: NodeName) -> PairEvent {
        if peerKernelLives { return .kill(peer) }
        return !media.isEmpty && media.isSubset(of: lost) ? .loseMedia : .power(peer)
    }

    private mutating func readPeerLife(_ event: FactEvent, into observation: inout Observation) {
        switch event {
        case .peerRestarted:
            observation.event = peer.map { .boot($0) }
            (peerIsGone, peerKernelLives) = (false, false)
        case .returnedAfterPartition:
            observation.event = .regainMedia
            peerIsGone = false
        case .mediaMended: observation.event = .regainMedia
        case .mediaCut, .onlyKernelServes: observation.event = .loseMedia
        default: peerKernelLives = true
        }
    }

    /// What the other node gives or takes has its reason there: an order, or something that it has lost.
    private mutating func handover(
        _ event: FactEvent, _ fact: Fact, at now: Instant, peer word: () -> NodeFacts.PeerWord?
    ) -> PairEvent? {
        guard ground.map({ now - $0 > Self.patience }) ?? true, let peer,
            let set = fact.value(.set).flatMap({ HoldSet(word: $0) })
        else { return nil }
        if event == .standbyOffered {
            return fact.value(.cause) == "failback" ? nil : .takeover(set.seenByPeer, on: peer)
        }
        let told = word()
        let (old, oldLost) = (peerHealth, peerLost)
        peerHealth = told?.health
        peerLost = told?.view?.told.lost ?? []
        if let new = told?.health, new.lost > old?.lost ?? 0 {
            if new.isMaintained { return .maintenance(true, on: peer) }
            return peerLost.first { !oldLost.contains($0) }.map { .lose($0, at: peer) }
        }
        return set == .local && failsBack ? nil : .standby(set.seenByPeer, on: peer)
    }
}

extension Fact {
    fileprivate func value(_ name: Field.Name) -> String? { fields.first { $0.name == name }?.value }
}
