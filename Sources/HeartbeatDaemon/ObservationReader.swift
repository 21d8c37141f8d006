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
    var configuration: Configuration
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
        self.configuration = configuration
    }

    private var peer: NodeName? { configuration.peer(of: localNode) }

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
        guard let evidence = FactEvent(rawValue: fact.event)?.evidence else { return nil }
        var observation = Observation(code: fact.event, text: fact.text)
        switch evidence {
        case .nothing: return nil
        case .told: break
        case .watched(let isLost): read(isLost: isLost, fact, at: now, into: &observation)
        case .node(let evidence): guard read(evidence, fact, into: &observation) else { return nil }
        case .peer(let evidence): read(evidence, into: &observation)
        case .maintenance(let isOn):
            ground = now
            observation.event = .maintenance(isOn, on: localNode)
        case .failure(isHere: true): observation.event = fact.value(.resource).map { .fail($0, at: localNode) }
        case .failure(isHere: false):
            observation.event = peer.flatMap { peer in fact.value(.group).map { .fail($0, at: peer) } }
        case .ground: ground = now
        case .handover(let isOffer):
            observation.event = handover(isOffer: isOffer, fact, at: now, peer: word)
        }
        return observation
    }

    private mutating func read(isLost: Bool, _ fact: Fact, at now: Instant, into observation: inout Observation) {
        guard let name = fact.value(.interface) ?? fact.value(.path) else { return }
        if isLost {
            lost.insert(name)
            ground = now
            observation.isLoss = true
            observation.event = .lose(name, at: localNode)
        } else if lost.remove(name) != nil {
            // A carrier that is back is told twice: when it is back, and when that counts.
            observation.event = .regain(name, at: localNode)
        }
    }

    /// False for what says nothing new, and for what is said of a node that is not the other one.
    private mutating func read(
        _ evidence: Evidence.OfNode, _ fact: Fact, into observation: inout Observation
    ) -> Bool {
        guard let peer, fact.value(.peer) == peer.text else { return false }
        switch evidence {
        case .linkLoss:
            guard !peerIsGone else { break }
            observation.isOfLink = true
            observation.ago = configuration.deadtime
            observation.event = medium(of: fact).map { .lose($0, at: localNode) }
        case .linkRecovery:
            guard !peerIsGone else { break }
            observation.event = medium(of: fact).map { .regain($0, at: localNode) }
        case .death:
            guard !peerIsGone else { break }
            observation.isDeath = true
            observation.event = death(of: peer)
            peerIsGone = true
        case .leaving:
            if !peerIsGone { observation.event = .stop(peer) }
            peerIsGone = true
        case .status:
            guard peerIsGone, fact.value(.status) != NodeStatus.dead.rawValue else { return false }
            observation.event = .boot(peer)
            (peerIsGone, peerKernelLives) = (false, false)
        }
        return true
    }

    private func medium(of fact: Fact) -> String? {
        fact.value(.medium).flatMap { watched.contains($0) ? nil : $0 }
    }

    /// Silence is all that was observed: what it came from is what explains it best.
    private func death(of peer: NodeName) -> PairEvent {
        if peerKernelLives { return .kill(peer) }
        let media = configuration.media
        return !media.isEmpty && media.allSatisfy { lost.contains($0.name.text) } ? .loseMedia : .power(peer)
    }

    private mutating func read(_ evidence: Evidence.OfPeer, into observation: inout Observation) {
        switch evidence {
        case .restart:
            observation.event = peer.map { .boot($0) }
            (peerIsGone, peerKernelLives) = (false, false)
        case .reunion:
            observation.event = .regainMedia
            peerIsGone = false
        case .mediaMended: observation.event = .regainMedia
        case .mediaCut: observation.event = .loseMedia
        case .kernelLives: peerKernelLives = true
        }
    }

    /// What the other node gives or takes has its reason there: an order, or something that it has lost.
    private mutating func handover(
        isOffer: Bool, _ fact: Fact, at now: Instant, peer word: () -> NodeFacts.PeerWord?
    ) -> PairEvent? {
        guard ground.map({ now - $0 > Self.patience }) ?? true, let peer,
            let set = fact.value(.set).flatMap({ HoldSet(word: $0) })
        else { return nil }
        if isOffer {
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
        return set == .local && configuration.autoFailback != .off ? nil : .standby(set.seenByPeer, on: peer)
    }
}
