// The thin shell around one core: turns what the world does into events, executes effects in order, waits for nothing.
// Every decision is the core's; every system call is HeartbeatLinux's.

import HeartbeatConfig
import HeartbeatControl
import HeartbeatCore
import HeartbeatLinux
import HeartbeatModel
import HeartbeatWire
import Glibc
import Logging

/// One running node.
final class NodeShell {
    let configuration: Configuration
    let localNode: NodeName
    let paths: DaemonPaths
    let log: LogOutput
    let reactor: Reactor
    private var core: ClusterCore
    private var codec: MessageCodec
    private let media: MediaSet
    private var framers: [MediumName: SerialFramer] = [:]
    private let probes: [NodeName: PingProbe]
    private let actions: ActionExecutor
    private var sampler = HostSampler()
    private var lastRequest: UInt64 = 0
    private var replies: [RequestID: (Reply) -> Void] = [:]
    private var rejected = RejectedPackets()
    private let services = ServiceManager()
    /// Fed with every status message; `nil` when ha.cf names no watchdog.
    var onStatusSent: () -> Void = {}
    /// Called once, when the core has decided to end.
    var onStop: () -> Void = {}

    init(
        _ configuration: Configuration, localNode: NodeName, uuid: NodeUUID, generation: Generation, paths: DaemonPaths,
        log: LogOutput, reactor: Reactor
    ) {
        self.configuration = configuration
        self.localNode = localNode
        self.paths = paths
        self.log = log
        self.reactor = reactor
        core = ClusterCore(
            configuration, local: localNode, uuid: uuid, generation: generation, randomSeed: .random(in: 0...(.max)),
            now: reactor.now)
        codec = MessageCodec(keys: configuration.authentication, format: configuration.messageFormat)
        media = MediaSet(configuration.media, reactor: reactor)
        probes = Dictionary(
            uniqueKeysWithValues: configuration.pingNodes.enumerated().map { index, node in
                (
                    node.name,
                    PingProbe(node, identifier: UInt16(truncatingIfNeeded: Int(getpid()) + index), reactor: reactor)
                )
            })
        actions = ActionExecutor(configuration, localNode: localNode, paths: paths, log: log, reactor: reactor)
    }

    // MARK: - Starting and ending

    /// Opens everything and starts the core.
    func start() {
        media.deliver(
            bytes: { [unowned self] in received($1, over: $0) },
            events: { [unowned self] in happened($1, to: $0.name.text) })
        for (name, probe) in probes {
            probe.onReply = { [unowned self] payload, _ in answered(payload, from: name) }
            probe.onEvent = { [unowned self] in happened($0, to: "ping \(name)") }
        }
        actions.onFinished = { [unowned self] id, result in feed(.actionFinished(id, result)) }
        reactor.onDeadline = { [unowned self] in expire(at: $0) }
        media.open()
        for probe in probes.values { probe.open() }
        expire(at: reactor.now)
    }

    private func end() {
        media.close()
        for probe in probes.values { probe.close() }
        onStop()
    }

    // MARK: - Events

    func feed(_ event: Event) {
        execute(core.handle(event, at: reactor.now))
        reactor.setDeadline(core.nextDeadline)
    }

    private func expire(at instant: Instant) {
        if let sample = sampler.sample(at: instant) { execute(core.handle(.hostSampled(sample), at: instant)) }
        execute(core.expireTimers(at: instant))
        reactor.setDeadline(core.nextDeadline)
    }

    private func received(_ bytes: [UInt8], over medium: Medium) {
        switch medium.form {
        case .netstring:
            receivedMessage(bytes, over: medium.name)
        case .classic:
            for frame in framers[medium.name, default: SerialFramer()].append(bytes) {
                receivedMessage(frame, over: medium.name)
            }
        }
    }

    private func receivedMessage(_ bytes: [UInt8], over medium: MediumName) {
        do throws(WireError) {
            feed(.received(try codec.decode(bytes), over: medium))
        } catch {
            tell(error, over: medium)
        }
    }

    private func answered(_ payload: [UInt8], from node: NodeName) {
        do throws(WireError) {
            // The payload is our own; a reply with another node's is no answer of this one.
            if try codec.decode(payload).source == node { feed(.pingAnswered(node)) }
        } catch {
            tell(error, over: MediumName("ping \(node)"))
        }
    }

    private func tell(_ error: WireError, over medium: MediumName) {
        guard configuration.logging.logsBadPackets else { return }
        if let text = rejected.report(error, over: medium, at: reactor.now) { log.write(.warning, text) }
    }

    /// A message that a local process wrote into the FIFO.
    func injected(_ bytes: [UInt8]) {
        do throws(WireError) {
            let message = try codec.decodeLocal(bytes)
            feed(.injected(message.content, to: message.destination, extraFields: message.extraFields))
        } catch {
            log.write(.warning, "\(StateDirectory(paths.state).fifoPath): \(error)")
        }
    }

    func request(_ request: OperatorRequest, reply: @escaping (Reply) -> Void = { _ in }) {
        lastRequest += 1
        let id = RequestID(lastRequest)
        replies[id] = reply
        feed(.requested(request, id))
    }

    /// A request over the control socket.
    func answer(_ request: ControlRequest, reply: @escaping (ControlReply) -> Void) {
        let parameters =
            configuration.parameters + [Configuration.Parameter(name: "hbversion", value: Version.compatible)]
        if let answer = HeartbeatControl.answer(request, snapshot: core.snapshot, parameters: parameters) {
            reply(answer)
            return
        }
        guard case .operation(let operation) = request else { return }
        self.request(operation) { outcome in
            switch outcome {
            case .accepted: reply(ControlReply())
            case .refused(let reason): reply(ControlReply(exitCode: ControlExit.failure, errors: [reason]))
            }
        }
    }

    func childMayHaveExited() {
        actions.childMayHaveExited()
    }

    /// New keys take effect at once; everything else in the files needs a restart.
    func adopt(_ new: Configuration) {
        codec = MessageCodec(keys: new.authentication, format: configuration.messageFormat)
        var comparable = new
        comparable.authentication = configuration.authentication
        if comparable == configuration {
            log.write(.notice, "authkeys have been read again")
        } else {
            log.write(.warning, "ha.cf or haresources have changed; only authkeys take effect before a restart")
        }
    }

    private func happened(_ event: MediumEvent, to name: String) {
        switch event {
        case .opened: log.write(.info, "medium \(name) is open", fields: [("HA_MEDIUM", name)])
        case .warned(let error): log.write(.warning, "\(error)", fields: [("HA_MEDIUM", name)])
        case .failed(let error): log.write(.error, "\(error)", fields: [("HA_MEDIUM", name)])
        case .recovered: log.write(.info, "medium \(name) works again", fields: [("HA_MEDIUM", name)])
        }
    }

    // MARK: - Effects

    private func execute(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message): transmit(message)
            case .probe(let name): probe(name)
            case .perform(let action, let id): actions.perform(action, id)
            case .announce(let group): actions.announce(group)
            case .reply(let id, let reply): replies.removeValue(forKey: id)?(reply)
            case .notify(let notice): tell(notice)
            case .stop: end()
            }
        }
    }

    private func transmit(_ message: Message) {
        media.send(
            netstring: codec.encode(message, as: .netstring), classic: codec.encode(message, as: .classic))
        if case .status = message.content { onStatusSent() }
    }

    private func probe(_ name: NodeName) {
        guard let probe = probes[name] else { return }
        let message = Message.ping(probe.node, timestamp: UInt64(max(1, time(nil))))
        probe.probe(codec.encode(message, as: .netstring))
    }

    private func tell(_ notice: Notice) {
        log.write(notice.logLevel, notice.text, fields: [("HA_NODE", localNode.text)])
        guard case .holdings = notice else { return }
        services.status("holds \(core.snapshot.hold) resources")
    }
}

extension Notice {
    fileprivate var logLevel: Logger.Level {
        switch level {
        case .info: .info
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
