// The thin shell around one core: turns what the world does into events, executes effects in order, waits for nothing.
// Every decision is the core's; every system call is made in the rooms below.

import Glibc
import HeartbeatCheck
import HeartbeatConfig
import HeartbeatControl
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatMedia
import HeartbeatModel
import HeartbeatSystem
import HeartbeatWire
import Logging

/// One running node.
final class NodeShell {
    var configuration: Configuration
    let localNode: NodeName
    let paths: DaemonPaths
    let logger: Logger
    let log: LogOutput
    let reactor: Reactor
    let uuid: NodeUUID
    private(set) var core: ClusterCore
    var hasBegunAnew = false
    var codec: MessageCodec { didSet { copies.forget() } }
    private var copies = RepeatedMessages()
    let media: MediaSet
    var framers: [MediumName: SerialFramer] = [:]
    var probes: [NodeName: PingProbe]
    let actions: ActionExecutor
    private(set) lazy var clients = ClientService(
        configuration, localNode: localNode, paths: paths, facts: facts, reactor: reactor,
        node: ClientService.Node(
            snapshot: { [unowned self] in core.snapshot }, feed: { [unowned self] in feed($0) }))
    let hooks: EventHooks
    let book: MovementBook
    private(set) lazy var network = NetworkWatch(
        configuration, memory: paths.lostPaths, facts: facts, reactor: reactor, feed: { [unowned self] in feed($0) },
        groupsAtRest: { [unowned self] in core.groupsAtRest },
        partnerWord: { [unowned self] in core.partnerWord(at: reactor.now) })
    private var toldPartners: PartnerWord?
    private var sampler = HostSampler()
    var lastRequest: UInt64 = 0
    var replies: [RequestID: (Reply) -> Void] = [:]
    private var rejected = RejectedPackets()
    let facts: FactTeller
    let services: ServiceReport
    let lease: LeaseService
    private(set) lazy var kernels = KernelService(facts: facts, reactor: reactor) { [unowned self] in feed($0) }
    private(set) lazy var bypass = BypassService(
        configuration, memory: paths.peerAddresses, facts: facts, reactor: reactor
    ) { [unowned self] in receivedMessage($0, over: .bypass($1), from: $2) }
    let guardian: GuardianService
    var hasKeepaliveLeft = false
    private(set) lazy var files = SharedFileService(facts: facts, reactor: reactor) { [unowned self] in feed($0) }
    private(set) lazy var maintenance = MaintenanceService(
        paths.maintenance, facts: facts, reactor: reactor, feed: { [unowned self] in maintained($0) })
    private(set) lazy var lans = LanService(facts: facts, reactor: reactor)
    private(set) lazy var lines = LineService(
        directory: "\(paths.configuration)/line.d", facts: facts, reactor: reactor
    ) { [unowned self] in feed($0) }
    private(set) lazy var views = makeViews()
    var movements = GroupMovements()
    var counters = Counters()
    let birth: Instant
    var changes = SnapshotChanges()
    private(set) var lateness = LoopLateness()
    private(set) var lastWords: LastWords?
    /// Called after every status message; the watchdog is fed then.
    var onStatusSent: () -> Void = {}
    /// What was open before the program was replaced is no news.
    var isResuming = false
    /// By which order this program has come in the place of another one.
    var upgraded: [Configuration.Parameter] = []
    /// An order to become another program; answered only when nothing comes of it.
    var onUpgrade: (_ token: String, _ reply: @escaping (ControlReply) -> Void) -> Void = { _, _ in }
    /// Called once, when the core has decided to end, with the keys of the groups that have not stopped.
    var onStop: (_ stillUp: [String]) -> Void = { _ in }

    init(
        _ configuration: Configuration, localNode: NodeName, uuid: NodeUUID, generation: Generation, paths: DaemonPaths,
        log: LogOutput, reactor: Reactor, core known: ClusterCore? = nil
    ) {
        self.configuration = configuration
        self.localNode = localNode
        self.uuid = uuid
        self.paths = paths
        logger = log.logger
        self.log = log
        self.reactor = reactor
        birth = reactor.now
        facts = FactTeller(logger, reactor: reactor)
        services = ServiceReport(configuration)
        lease = LeaseService(facts: facts, reactor: reactor)
        guardian = GuardianService(configuration, paths: paths, facts: facts, reactor: reactor)
        core =
            known
            ?? ClusterCore(
                configuration, local: localNode, uuid: uuid, generation: generation, host: sampler.current,
                randomSeed: .random(in: 0...(.max)), now: reactor.now)
        codec = MessageCodec(keys: configuration.authentication, format: configuration.messageFormat)
        media = MediaSet(configuration.media, reactor: reactor)
        probes = [:]
        actions = ActionExecutor(configuration, localNode: localNode, paths: paths, log: log, reactor: reactor)
        hooks = EventHooks(
            configuration, localNode: localNode, paths: paths, log: log, facts: facts, reactor: reactor)
        book = MovementBook(
            configuration, localNode: localNode, paths: paths, log: log, facts: facts, reactor: reactor)
    }

    // MARK: - Starting and ending

    /// Opens everything and starts the core. One that only stops what an earlier daemon has left takes no part in a pair.
    func start(isMember: Bool = true) {
        connect()
        if let warning = services.warning { facts.tell(.serviceWatchdogSlow, warning) }
        // Before the first word: whoever hears this life may count on it that the kernel answers for nothing.
        lease.open(configuration)
        if lease.isHeld { feed(.kernel(.leaseSupported(true))) }
        media.open()
        if isMember { maintenance.recall() }
        adoptProbes()
        network.start()
        recallPeer()
        kernels.adopt(configuration)
        files.adopt(configuration)
        lans.adopt(configuration)
        lines.adopt(configuration)
        views.look()
        expire(at: reactor.now)
    }

    /// The rooms below tell this one what happens.
    func connect() {
        media.deliver(
            bytes: { [unowned self] in received($1, over: $0) },
            events: { [unowned self] in happened($1, to: $0) })
        actions.onFinished = { [unowned self] id, result in feed(.actionFinished(id, result)) }
        actions.onAnnounced = { [unowned self] in if movements.announced($0, $1) { tellMovements() } }
        actions.onNeighbours = { [unowned self] in if movements.answered($0, $1) { tellMovements() } }
        actions.isSilenced = { [lease] in lease.isDark }
        actions.onLost = { [unowned self] key, word in feed(.resourceLost(groupKey: key, word: word)) }
        reactor.onDeadline = { [unowned self] in expire(at: $0) }
    }

    /// Somebody looks after the addresses if this process dies or hangs. Under a service manager that one stops the rest.
    func startGuardian() {
        guardian.open(lease.memory, heirs: heirs)
    }

    /// Whoever asks when this daemon is gone can read how it was.
    func keepLastWords() {
        lastWords = LastWords(paths: paths, generation: core.generation, facts: facts, reactor: reactor) {
            [unowned self] in picture()
        }
        lastWords?.hear()
    }

    /// Where it was when the last daemon ended.
    private func recallPeer() {
        let addresses = bypass.recalled
        if configuration.veto.isOn, !addresses.isEmpty { feed(.peerRecalled(addresses)) }
    }

    private func end(stillUp keys: [String]) {
        clients.end { [self] in closeEverything(stillUp: keys) }
    }

    private func closeEverything(stillUp keys: [String]) {
        media.close()
        bypass.close()
        for probe in probes.values { probe.close() }
        actions.close()
        network.close()
        kernels.close()
        files.close()
        maintenance.close()
        lans.close()
        lines.close()
        views.close()
        movements.close()
        guardian.close(keys.isEmpty ? .dismissed : .addressesOnly)
        tellMovements()
        book.close()
        lastWords?.close()
        facts.close()
        if keys.isEmpty { lease.close() }
        services.stopping()
        onStop(keys)
    }

    // MARK: - Events

    func feed(_ event: Event) {
        let now = reactor.now
        if case .actionFinished(let id, let result) = event { ended(id, result, at: now) }
        execute(core.handle(event, at: now), of: now)
        setDeadline()
    }

    func expire(at instant: Instant) {
        if let duration = lease.sinceLastLook() {
            execute(core.handle(.kernel(.stoodStill(duration)), at: instant), of: instant)
        }
        if let sample = sampler.sample(at: instant) {
            execute(core.handle(.hostSampled(sample), at: instant), of: instant)
        }
        if let due = core.nextDeadline, due <= instant { lateness.note(instant - due, at: instant) }
        execute(core.expireTimers(at: instant), of: instant)
        services.expire(at: instant)
        setDeadline()
    }

    private func setDeadline() {
        let (next, report) = (core.nextDeadline, services.deadline)
        reactor.setDeadline(next.map { next in report.map { min(next, $0) } ?? next } ?? report)
    }

    private func received(_ bytes: [UInt8], over medium: Medium) {
        switch medium.form {
        case .netstring:
            receivedMessage(bytes, over: medium.name, from: medium.sender)
        case .classic:
            for frame in framers[medium.name, default: SerialFramer()].append(bytes) {
                receivedMessage(frame, over: medium.name)
            }
        }
    }

    private func receivedMessage(_ bytes: [UInt8], over medium: MediumName, from sender: IPAddress? = nil) {
        do throws(WireError) {
            let signed = try copies.open(bytes, with: codec)
            if let sender, signed.message.source != localNode { actions.peerHasSent(from: sender) }
            if signed.key != codec.signingKey { feed(.keyUsed(signed.key, by: signed.message.source)) }
            feed(.received(signed.message, over: medium))
            if case .other(PeerView.messageType, _) = signed.message.content { views.heard() }
            media.peerHas(core.heardByPeer)
        } catch {
            tell(error, over: medium)
        }
    }

    func answered(_ payload: [UInt8], from node: NodeName) {
        do throws(WireError) {
            // The payload is our own; a reply with another node's is no answer of this one.
            if try codec.decode(payload).source == node { feed(.pingAnswered(node)) }
        } catch {
            tell(error, over: MediumName("ping \(node)"))
        }
    }

    private func tell(_ error: WireError, over medium: MediumName) {
        counters.rejected(error, over: medium)
        guard configuration.logging.logsBadPackets else { return }
        guard let text = rejected.report(error, over: medium, at: reactor.now) else { return }
        facts.tellUncounted(.packetRefused, text, [Fact.Field(.medium, medium)])
    }

    /// A message that a local process wrote into the FIFO.
    func injected(_ bytes: [UInt8]) {
        do throws(WireError) {
            let message = try codec.decodeLocal(bytes)
            feed(.injected(message.content, to: message.destination, extraFields: message.extraFields))
        } catch {
            let path = StateDirectory(paths.state).fifoPath
            if let text = rejected.report(error, over: MediumName(path), at: reactor.now) {
                facts.tell(.injectionRefused, text)
            }
        }
    }

    func request(_ request: OperatorRequest, reply: @escaping (Reply) -> Void = { _ in }) {
        lastRequest += 1
        let id = RequestID(lastRequest)
        replies[id] = reply
        book.recorder.ordered(request, at: reactor.now, isMoving: !movements.isIdle)
        feed(.requested(request, id))
    }

    /// A request over the control socket that waits for nobody.
    func answerNow(_ request: ControlRequest, reply: @escaping (ControlReply) -> Void) {
        let parameters =
            configuration.parameters + [Configuration.Parameter(name: "hbversion", value: Version.text)] + upgraded
        if let answer = HeartbeatControl.answer(
            request, snapshot: core.snapshot, parameters: parameters, clients: clients.names,
            timelines: movements.latest, lines: lines.report, facts: { [unowned self] in countedFacts() })
        {
            reply(answer)
            return
        }
        if case .maintenance(let order) = request { return maintain(order, reply: reply) }
        if case .upgrade(let token) = request { return onUpgrade(token, reply) }
        guard case .operation(let operation) = request else { return }
        self.request(operation) { outcome in
            switch outcome {
            case .accepted: reply(ControlReply())
            case .acceptedWithCaution(let caution): reply(ControlReply(errors: ["warning: \(caution)"]))
            case .refused(let reason): reply(ControlReply(exitCode: ControlExit.failure, errors: [reason]))
            }
        }
    }

    func childMayHaveExited() {
        actions.childMayHaveExited()
        clients.childMayHaveExited()
        lines.childMayHaveExited()
        network.childMayHaveExited()
        hooks.childMayHaveExited()
        book.childMayHaveExited()
        guardian.childMayHaveExited()
    }

    // MARK: - Media

    private func happened(_ event: MediumEvent, to medium: Medium) {
        happened(event, to: medium.name.text)
        if let index = media.media.firstIndex(where: { $0 === medium }) {
            services.happened(event, toMedium: index)
            showNews()
        }
    }

    func happened(_ event: MediumEvent, to name: String) {
        let fields = [Fact.Field(.medium, name)]
        switch event {
        case .opened: if !isResuming { facts.tell(.mediumOpen, "medium \(name) is open", fields) }
        case .warned(let error): facts.tell(.mediumWarning, "\(error)", fields)
        case .failed(let error): facts.tell(.mediumFailed, "\(error)", fields)
        case .recovered: facts.tell(.mediumRecovered, "medium \(name) works again", fields)
        }
    }

    // MARK: - Effects

    /// What the core has answered to something that happened at `instant`.
    private func execute(_ effects: [Effect], of instant: Instant) {
        guard !effects.isEmpty else { return }
        let isNews = effects.contains(where: \.isNews)
        if isNews { movements.answer(told: instant, decided: reactor.now, silence: core.peerSilence) }
        log.holdingBack { effects.forEach(execute) }
        if isNews {
            showNews()
            tellMovements()
        }
        clients.deliver()
        tellPartners()
    }

    /// Something has changed that a person could see.
    private func showNews() {
        let snapshot = core.snapshot
        services.update(snapshot)
        changes.note(snapshot, at: reactor.now)
        views.look()
        lastWords?.hear()
    }

    /// The nodes of another pair, so that they ask, when they would be told something else than before.
    private func tellPartners() {
        guard configuration.partnerService != nil else { return }
        let word = core.partnerWord(at: reactor.now)
        guard toldPartners?.says(theSameAs: word) != true else { return }
        toldPartners = word
        network.tellPartners()
    }

    private func execute(_ effect: Effect) {
        switch effect {
        case .transmit(let message): transmit(message)
        case .transmitAtLeisure(let message): transmitAtLeisure(message)
        case .handOn(let message, let kind): clients.handOn(message, kind)
        case .holdLease(let until, let ground): holdLease(until: until, ground)
        case .askKernels(let questions): kernels.ask(questions)
        case .bypass(let ends, let isUsed): bypass.stand(on: ends, isUsed: isUsed)
        case .lookAtCarriers: network.look()
        case .sign(let key): sign(withKey: key)
        case .probe(let name): probe(name)
        case .perform(let action, let id): perform(action, id)
        case .announce(let group): actions.announce(group)
        case .reply(let id, let reply): replies.removeValue(forKey: id)?(reply)
        case .notify(let fact): tell(fact)
        case .changed(let transition): pass(transition)
        case .remember(let lostPaths): network.remember(lost: lostPaths)
        case .rememberPeer(let addresses): bypass.remember(addresses)
        case .runHook(let hook): hooks.run(hook, peerIsAbsent: !core.peerIsActive, ownStatus: core.status)
        case .reboot: reboot()
        case .beginAnew(let known): beginAnew(above: known)
        case .stop(let keys): end(stillUp: keys)
        }
    }

    private func sign(withKey key: Int) {
        guard codec.sign(withKey: key) else { return }
        let peer = configuration.peer(of: localNode).map { ", as long as \($0) does" }
        let period = key == configuration.authentication.current ? "" : peer ?? ""
        facts.tell(.signingKey, "Messages are signed with key \(key) of authkeys\(period)")
    }

    private func reboot() {
        log.flush(atMost: .seconds(1))
        facts.tell(.rebootFailed, "\(Reboot.now()): do it by hand")
    }

    /// The count was lost; nothing was started yet, so a new core forgets nothing. Once in a daemon's life: whatever asks
    /// for it again is no lost file.
    private func beginAnew(above known: Generation) {
        guard !hasBegunAnew else { return }
        hasBegunAnew = true
        do throws(StateError) {
            let generation = try StateDirectory(paths.state).raiseGeneration(above: known)
            facts.tell(
                .generationRaised,
                "The other node knows this node under generation \(known.number): hb_generation was lost or set back. "
                    + "Going on with \(generation.number)")
            core = ClusterCore(
                configuration, local: localNode, uuid: uuid, generation: generation, host: sampler.current,
                randomSeed: .random(in: 0...(.max)), now: reactor.now)
            lastWords?.begin(generation)
            book.begin(generation)
            _ = codec.sign(withKey: configuration.authentication.current)
            lease.darken()
            if lease.isHeld { feed(.kernel(.leaseSupported(true))) }
            maintenance.tellAgain()
            if !clients.interest.isEmpty { feed(.interestChanged(clients.interest)) }
            network.tellAgain()
            recallPeer()
            kernels.tellAgain()
            lines.tellAgain()
            files.tellAgain()
            reactor.after(.zero) { [weak self] in self.map { $0.expire(at: $0.reactor.now) } }
        } catch {
            facts.tell(.generationStuck, "\(error); the other node goes on refusing this node's messages")
        }
    }

    private func transmit(_ message: Message) {
        let priority = SendPriority(of: message)
        let hasLeftOverMedium = media.send(netstring: netstring(of: message), classic: classic(of: message), priority)
        let hasLeft = bypass.send(netstring: netstring(of: message)) || hasLeftOverMedium
        guard case .status(let report) = message.content else { return }
        hasKeepaliveLeft = hasLeft
        if hasLeft { lastWords?.beat() }
        onStatusSent()
        guardian.turn(report.lease, isAlone: !core.peerIsActive)
        services.statusSent(at: reactor.now)
    }

    private func holdLease(until: Instant, _ ground: LeaseGround) {
        guard let stored = lease.hold(until: until, ground, hasKeepaliveLeft: hasKeepaliveLeft) else { return }
        feed(.kernel(.leaseStored(until: stored)))
    }

    private func transmitAtLeisure(_ message: Message) {
        media.send(netstring: netstring(of: message), classic: classic(of: message), .repair)
        _ = bypass.send(netstring: netstring(of: message))
    }

    private func classic(of message: Message) -> [UInt8] { codec.encode(message.forSerialLine, as: .classic) }

    private func netstring(of message: Message) -> [UInt8] {
        let bytes = codec.encode(message, as: .netstring)
        copies.remember(SignedMessage(message: message, key: codec.signingKey), as: bytes)
        return bytes
    }

    private func perform(_ action: ResourceAction, _ id: ActionID) {
        services.performing(action)
        movements.began(action, id, at: reactor.now)
        counters.began(action, id, at: reactor.now)
        actions.perform(action, id)
    }

    private func probe(_ name: NodeName) {
        guard let probe = probes[name] else { return }
        let message = Message.ping(probe.node, timestamp: WallClock.unixTime)
        probe.probe(codec.encode(message, as: .netstring))
    }

    private func pass(_ transition: Transition) {
        movements.take(transition)
        if case .lost(let ago) = transition { book.recorder.began(ago: ago) }
        clients.take(transition)
        if case .linkChanged = transition { views.hasChanged() }
        guard transition == .shuttingDown else { return }
        services.stopping()
        lastWords?.ends()
    }
}

extension Effect {
    /// Only with a fact has anything changed that a person could see.
    fileprivate var isNews: Bool {
        if case .notify = self { true } else { false }
    }
}
