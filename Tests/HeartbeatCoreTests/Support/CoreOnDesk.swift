// One core and a hand-written peer: the test speaks the peer's part, the scripts answer as the test has them, and time
// moves when it is told to.

import HeartbeatModel

@testable import HeartbeatCore

/// Node alpha, whose peer beta is whatever the test makes of it.
struct CoreOnDesk {
    static let alpha = NodeName("alpha")
    static let beta = NodeName("beta")
    static let eth0 = MediumName("eth0")
    static let generation = Generation(40)
    static let host = HostSample(unixTime: 1_790_000_000, load: "0.00 0.00 0.00 1/1 1")

    var core: ClusterCore
    var now = Instant(nanoseconds: 1_000_000_000)
    /// Words of the resources that run here.
    var running: Set<String> = []
    /// Words of the resources whose start fails.
    var broken: Set<String> = []
    /// Words of the resources whose stop fails.
    var stuck: Set<String> = []
    /// Script calls without an answer yet.
    private(set) var pending: [(action: ResourceAction, id: ActionID)] = []
    /// The peer's keepalives, one a second; `nil` while it is silent.
    var peerStatus: NodeStatus?
    private var nextBeat = Instant.zero
    /// What the peer's statuses say of its lease.
    var peerLease: Duration?
    var peerGeneration: UInt64 = 7
    private(set) var peerSequence: UInt64 = 0
    private var requests: UInt64 = 0

    /// Keepalive 1 s, deadtime 10 s, initdead 30 s; `web` is alpha's, `files` beta's; no failback.
    static var configuration: Configuration {
        var configuration = Configuration(
            nodes: [alpha, beta], media: [.broadcast(interface: "eth0", port: 694)],
            groups: [group("web", of: alpha, line: 1), group("files", of: beta, line: 2)])
        configuration.deadtime = .seconds(10)
        configuration.warntime = .seconds(5)
        configuration.autoFailback = .off
        return configuration
    }

    private static func group(_ word: String, of node: NodeName, line: Int) -> ResourceGroup {
        let resource = Resource(word: word, scriptName: word, arguments: [])
        return ResourceGroup(preferredNode: node, resources: [resource], line: line)
    }

    init(_ configuration: Configuration = Self.configuration, seed: UInt64 = 1) {
        core = ClusterCore(
            configuration, local: Self.alpha, uuid: .unknown, generation: Self.generation, host: Self.host,
            randomSeed: seed, now: now)
        _ = feed(.hostSampled(Self.host))
    }

    // MARK: - Events

    mutating func feed(_ event: Event) -> [Effect] {
        note(core.handle(event, at: now))
    }

    mutating func request(_ request: OperatorRequest) -> [Effect] {
        requests += 1
        return feed(.requested(request, RequestID(requests)))
    }

    /// The peer says `content`, with its next sequence unless told otherwise.
    mutating func hear(
        _ content: Message.Content, sequence: UInt64? = nil, generation: UInt64? = nil, to: NodeName? = nil,
        from: NodeName = beta
    ) -> [Effect] {
        let used = content.isSequenced ? sequence ?? peerSequence + 1 : nil
        if from == Self.beta, let used { peerSequence = max(peerSequence, used) }
        let message = Message(
            source: from, destination: to, sequence: used.map(SequenceNumber.init),
            generation: Generation(generation ?? peerGeneration), timestamp: 1, timeToLive: 4, content: content)
        return feed(.received(message, over: Self.eth0))
    }

    /// A life of the peer says that it has heard what alpha has sent last.
    mutating func prove(generation: UInt64) -> [Effect] {
        let heard = String(Self.generation.number, radix: 16) + ":" + String(core.node.channel.lastSequence, radix: 16)
        let field = Message.Field(name: "hbheard", value: .string(heard))
        return hear(.other(type: "NS_hbgeneration", fields: [field]), generation: generation, to: Self.alpha)
    }

    mutating func hear(status: NodeStatus, deadtime: Duration = .seconds(10)) -> [Effect] {
        hear(.status(StatusReport(status: status, deadtime: deadtime, lease: peerLease)))
    }

    /// A report as an original makes it: no claim.
    mutating func hear(original hold: HoldSet, stable: Bool, info: String? = nil) -> [Effect] {
        hear(.resource(ResourceReport(hold: hold, isStable: stable, info: info)))
    }

    // MARK: - Time

    /// Lets time pass: timers expire when due, the peer beats if it has a status, scripts answer at once.
    mutating func pass(_ duration: Duration) -> [Effect] {
        let end = now + duration
        var effects: [Effect] = []
        repeat {
            let beat = peerStatus == nil ? end : max(nextBeat, now)
            now = max(now, min(core.nextDeadline ?? end, beat, end))
            if let peerStatus, nextBeat <= now {
                nextBeat = now + .seconds(1)
                effects += hear(status: peerStatus)
            }
            effects += note(core.expireTimers(at: now))
            effects += settle()
        } while now < end
        return effects
    }

    /// Lets time pass while the scripts under way take theirs.
    mutating func wait(_ duration: Duration) -> [Effect] {
        now = now + duration
        return note(core.expireTimers(at: now))
    }

    // MARK: - Scripts

    /// Answers every script call until none is left.
    mutating func settle() -> [Effect] {
        var effects: [Effect] = []
        while !pending.isEmpty { effects += answer() }
        return effects
    }

    /// Answers the script call that has waited longest.
    mutating func answer() -> [Effect] {
        guard let (action, id) = pending.first else { return [] }
        return feed(.actionFinished(id, perform(action)))
    }

    private mutating func perform(_ action: ResourceAction) -> ActionResult {
        let word = action.step.word
        switch action.verb {
        case .status: return .said(running.contains(word) ? "running" : "stopped")
        case .start:
            guard !broken.contains(word) else {
                // Half way up is up for whoever stops it.
                if stuck.contains(word) { running.insert(word) }
                return .failed
            }
            running.insert(word)
        case .stop:
            guard !stuck.contains(word) else { return .failed }
            running.remove(word)
        }
        return .succeeded
    }

    private mutating func note(_ effects: [Effect]) -> [Effect] {
        for effect in effects {
            if case .perform(let action, let id) = effect { pending.append((action, id)) }
            // Only its own node has anything to say about it.
            if case .holdLease(let until, _) = effect { _ = core.handle(.kernel(.leaseStored(until: until)), at: now) }
        }
        pending.removeAll { core.node.groups.group(of: $0.id) == nil }
        return effects
    }

    // MARK: - Stations on the way

    /// Both nodes have heard each other and know each other's nodes; ours has just said `starting`.
    mutating func negotiate() -> [Effect] {
        var effects = pass(.zero)
        effects += hear(status: .initializing)
        effects += hear(status: .up)
        effects += hear(.nodes([Self.alpha, Self.beta], deleted: []), to: Self.alpha)
        effects += hear(status: .active)
        peerStatus = .active
        return effects
    }

    /// A stable pair with an original: each node runs its own.
    static func besideAnOriginal(
        _ configuration: Configuration = Self.configuration, broken: Set<String> = []
    ) -> CoreOnDesk {
        var desk = CoreOnDesk(configuration)
        desk.broken = broken
        _ = desk.negotiate()
        _ = desk.hear(original: [], stable: false)
        _ = desk.settle()
        _ = desk.hear(original: .local, stable: true)
        return desk
    }

    /// A stable pair of ours: each node runs its own.
    static func besideOurs(_ configuration: Configuration = Self.configuration) -> CoreOnDesk {
        var desk = CoreOnDesk(configuration)
        _ = desk.negotiate()
        _ = desk.hear(claim: ResourceClaim(local: .none, foreign: .none, heard: desk.everythingSent), stable: false)
        _ = desk.settle()
        _ = desk.hear(claim: ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent), stable: true)
        return desk
    }

    mutating func hear(claim: ResourceClaim, stable: Bool) -> [Effect] {
        hear(.resource(ResourceReport(hold: claim.held, isStable: stable, claim: claim)))
    }

    /// The last message that alpha has sent.
    var everythingSent: MessageIdentity {
        MessageIdentity(generation: Self.generation, sequence: SequenceNumber(core.node.channel.lastSequence))
    }
}

extension [Effect] {
    var messages: [Message] {
        compactMap { effect in
            switch effect {
            case .transmit(let message), .transmitAtLeisure(let message): message
            default: nil
            }
        }
    }

    var contents: [Message.Content] { messages.map(\.content) }

    /// What was said about standby, as `set step`.
    var steps: [String] {
        contents.compactMap { content in
            if case .askResources(let set, let step) = content { "\(set) \(step.rawValue)" } else { nil }
        }
    }

    var reports: [ResourceReport] {
        contents.compactMap { content in if case .resource(let report) = content { report } else { nil } }
    }

    var facts: [Fact] {
        compactMap { effect in if case .notify(let fact) = effect { fact } else { nil } }
    }

    var hooks: [Hook] {
        compactMap { effect in if case .runHook(let hook) = effect { hook } else { nil } }
    }

    /// Script calls as `verb word`.
    var calls: [String] {
        compactMap { effect in
            if case .perform(let action, _) = effect { "\(action.verb.rawValue) \(action.step.word)" } else { nil }
        }
    }

    var replies: [RequestID] {
        compactMap { effect in if case .reply(let id, _) = effect { id } else { nil } }
    }

    func tells(_ fact: Fact) -> Bool { facts.contains(fact) }
    func tells(any event: FactEvent) -> Bool { facts.contains { $0.event == event.rawValue } }
}
