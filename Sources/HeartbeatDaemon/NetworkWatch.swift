// The network as the core is told of it: which interfaces serve, whether they have a carrier, whether paths answer, which
// addresses are up that should not be. It gathers and hands on; for how long something must be gone to count, and what follows, is the core's.

import Glibc
import HeartbeatAddresses
import HeartbeatCore
import HeartbeatHost
import HeartbeatInterfaces
import HeartbeatLoop
import HeartbeatModel
import HeartbeatProbes

/// What one node watches of the network.
final class NetworkWatch {
    /// How often it looks anew on which interfaces the service addresses are or would be.
    private static let placesInterval = Duration.seconds(10)
    /// How often it looks at a cable between the nodes, whose carrier tells of the other node's power.
    private static let cableInterval = Duration.milliseconds(20)

    private let reactor: Reactor
    private let facts: FactTeller
    private let feed: (Event) -> Void
    private let groupsAtRest: () -> [ResourceGroup]
    private let interfaces: InterfaceWatch
    private let cables: InterfaceWatch
    private let prober: PathProber
    private let places = ServiceInterfaces()
    private let routes = RouteWithdrawal()
    private let memory: PathMemory
    private var configuration: Configuration
    private var rules: [InterfaceRule] = []
    private var told: [String: InterfaceState] = [:]
    /// Interfaces that were found with a carrier by the program before this one, and not looked at since.
    private var known: Set<String> = []
    /// Why paths do not answer, or cannot be asked; none for those that answer.
    private var silences: [String: String] = [:]
    private var echo: DatagramResponder?
    private let partnerWord: () -> PartnerWord
    private var partners: PartnerResponder?
    private var timer: ReactorTimer?
    private var isClosed = false

    /// - Parameters:
    ///   - memory: names lost paths for the daemon after this one.
    ///   - groupsAtRest: those of which no address should be up here.
    ///   - partnerWord: what a node of another pair is told.
    init(
        _ configuration: Configuration, memory: LostPaths, facts: FactTeller, reactor: Reactor,
        feed: @escaping (Event) -> Void, groupsAtRest: @escaping () -> [ResourceGroup],
        partnerWord: @escaping () -> PartnerWord
    ) {
        self.partnerWord = partnerWord
        self.configuration = configuration
        self.memory = PathMemory(memory, facts: facts, reactor: reactor)
        self.facts = facts
        self.reactor = reactor
        self.feed = feed
        self.groupsAtRest = groupsAtRest
        interfaces = InterfaceWatch(reactor: reactor)
        cables = InterfaceWatch(reactor: reactor, pollInterval: Self.cableInterval)
        prober = PathProber(reactor: reactor)
    }

    func start() {
        memory.recall(configuration.probes)
        tellLostPaths()
        listen()
    }

    /// Watches on, for a core that knows how everything is; `carriers` are no news.
    func resume(carriers: [String]) {
        known = Set(carriers)
        memory.resume()
        listen()
    }

    private func listen() {
        for watch in [interfaces, cables] {
            watch.onChange = { [unowned self] in changed($0, $1) }
            watch.onProblem = { [unowned self] in facts.tell(.networkWatchFailed, $0) }
        }
        routes.onProblem = { [unowned self] in facts.tell(.networkWatchFailed, $0) }
        places.onProblem = { [unowned self] in facts.tell(.networkWatchFailed, $0) }
        prober.onAnswer = { [unowned self] in
            keep($1, of: $0)
            feed(.pathProbed($0, $1))
        }
        begin()
    }

    func adopt(_ new: Configuration) {
        configuration = new
        begin()
    }

    /// A new core knows nothing.
    func tellAgain() {
        feed(.watched(rules))
        for (interface, state) in told { feed(.interfaceObserved(interface: interface, isUp: state.isUp)) }
        tellLostPaths()
    }

    /// What was last found out of an interface or a path, for people.
    func reason(of name: String, _ kind: ClusterSnapshot.Watched.Kind) -> String? {
        switch kind {
        case .uplink, .downlink, .heartbeat: told[name].map { "\($0.reason), says \($0.source.rawValue)" }
        case .probe: silences[name]
        case .probeGroup: nil
        }
    }

    /// When a probe was last answered.
    func lastAnswer(of name: String) -> NodeFacts.ProbeAnswer? {
        prober.lastAnswer(of: name).map { NodeFacts.ProbeAnswer(age: reactor.now - $0.at, took: $0.took) }
    }

    private func keep(_ answer: PathAnswer, of name: String) {
        switch answer {
        case .answered, .told: if !silences.isEmpty { silences[name] = nil }
        case .failed(let reason), .unknown(let reason): silences[name] = reason
        }
    }

    private func tellLostPaths() {
        if !memory.names.isEmpty { feed(.pathsRecalled(memory.names)) }
    }

    func close() {
        isClosed = true
        timer?.cancel()
        interfaces.close()
        cables.close()
        routes.close()
        prober.close()
        echo?.close()
        partners?.close()
    }

    /// Looks at all carriers as soon as possible.
    func look() {
        for watch in [interfaces, cables] { watch.look() }
    }

    /// No program runs for it.
    var isIdle: Bool { prober.isIdle }

    func childMayHaveExited() {
        prober.childMayHaveExited()
    }

    /// Writes down which paths are lost, when that has changed.
    func remember(lost names: [String]) {
        memory.remember(names)
    }

    /// What partners are told has changed.
    func tellPartners() {
        guard partners != nil, !isClosed else { return }
        prober.tellPartners()
    }

    private func begin() {
        findPlaces()
        beginAnswering()
        prober.adopt(configuration.probes)
        answerPartners()
    }

    private func answerPartners() {
        let service = configuration.partnerService
        guard partners?.service != service else { return }
        prober.signPartnerWords(with: service?.keys)
        partners?.close()
        partners = service.map { [partnerWord, prober] in
            PartnerResponder($0, reactor: reactor, word: partnerWord, news: { prober.askPartners() })
        }
        partners?.onProblem = { [unowned self] in facts.tell(.networkWatchFailed, $0) }
        partners?.open()
    }

    private func beginAnswering() {
        guard echo?.port != configuration.echoPort else { return }
        echo?.close()
        echo = configuration.echoPort.map { DatagramResponder.echo(port: $0, reactor: reactor) }
        echo?.onProblem = { [unowned self] in facts.tell(.networkWatchFailed, $0) }
        echo?.open()
    }

    // MARK: - Interfaces

    /// Interfaces without a `link` line are watched when service addresses live there.
    private func findPlaces() {
        guard !isClosed else { return }
        timer?.cancel()
        let addresses = configuration.groups.flatMap(\.resources).compactMap(\.address)
        let serving = addresses.isEmpty ? [:] : places.interfaces(of: addresses)
        let found = Set(serving.values).union(kept).filter { name in
            name != "lo" && !configuration.interfaces.contains { $0.interface == name }
        }
        let new = configuration.interfaces + found.sorted().map { InterfaceRule(interface: $0) }
        if new != rules {
            rules = new
            feed(.watched(new))
            interfaces.interfaces = new.filter { !$0.isCable }.map(\.interface)
            cables.interfaces = new.filter(\.isCable).map(\.interface)
        }
        let withdrawing = configuration.interfaces.filter(\.withdrawsRoutes).map(\.interface)
        routes.adopt(withdrawing)
        guard !addresses.isEmpty || !withdrawing.isEmpty else { return }
        findLeftovers()
        timer = reactor.after(Self.placesInterval) { [weak self] in self?.findPlaces() }
    }

    /// Whoever has brought them up. One a group: it is looked at as a whole.
    private func findLeftovers() {
        let resources = groupsAtRest().flatMap { group in
            group.resources.compactMap { resource in resource.address.map { (group.key, resource.word, $0) } }
        }
        guard !resources.isEmpty else { return }
        let up = places.areUp(resources.map(\.2))
        var keys: Set<String> = []
        for (resource, isUp) in zip(resources, up) where isUp && keys.insert(resource.0).inserted {
            feed(.leftoverFound(groupKey: resource.0, word: resource.1))
        }
    }

    /// One that is gone, or has lost its addresses, is where they would be all the same.
    private var kept: [String] {
        rules.map(\.interface).filter { name in told[name]?.isUp == false }
    }

    private func changed(_ interface: String, _ state: InterfaceState) {
        let old = told.updateValue(state, forKey: interface)
        let field = Fact.Field(.interface, interface)
        let isKnown = known.remove(interface) != nil && state.isUp
        if !isKnown, old?.source != state.source || old?.reason != state.reason || old?.isUp != state.isUp {
            facts.tell(
                .interfaceState, "Interface \(interface): \(state.reason), says \(state.source.rawValue)", [field])
        }
        guard old?.isUp != state.isUp else { return }
        feed(.interfaceObserved(interface: interface, isUp: state.isUp))
    }
}
