// The life of a daemon process: everything that must be in place before the core exists – configuration, lock, generation,
// identity, scheduling – then the loop, then the way out. What must be durable is durable before the core starts.

import Glibc
import HeartbeatAddresses
import HeartbeatCheck
import HeartbeatConfig
import HeartbeatControl
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatServers
import HeartbeatSystem
import Logging
import NIOCore

/// Why a daemon did not start, with the exit code to end with.
struct StartFailure: Error, Hashable {
    var code: Int32
    var text: String
}

/// Runs one node in this process until it is told to stop.
final class Daemon {
    let loader: ConfigurationLoader
    private let configuration: Configuration
    /// Every line has the node's name.
    let log: LogOutput
    var shell: NodeShell?
    var channels: [EventLoopFuture<any Channel>] = []
    private var report: BackgroundReport?
    /// When ha.cf was written that is in force.
    var haCfWritten: Int64?
    /// Keys of the groups that had not stopped when the node ended.
    var stillUp: [String] = []
    var watchdog: NodeWatchdog?
    var pidFileDescriptor: Int32 = -1
    /// On which the control socket's clients are waited for.
    var controlSocket: OwnedDescriptor?
    lazy var upgrades = Upgrade(self)
    /// Whether the files are being read, and must be again.
    var reading = Reading.none

    enum Reading {
        case none
        case once
        case anew
    }

    init(_ configuration: Configuration, loader: ConfigurationLoader, log: LogOutput) {
        self.configuration = configuration
        self.loader = loader
        haCfWritten = loader.haCfWritten
        _ = ProgramPlace.path
        self.log = log.adding(["HA_NODE": "\(loader.localNode)"])
    }

    /// Returns the exit code when the node has ended: 0, or `DaemonCommand.unfinished` when it has not released everything.
    /// Throws before anything has been started; whoever waits for `report` then ends with the same code, and the words are
    /// left to the caller.
    func run(report: consuming BackgroundReport, isRealtime: Bool) throws(StartFailure) -> Int32 {
        self.report = consume report
        do throws(StartFailure) {
            try run(isRealtime: isRealtime)
        } catch {
            self.report.take()?.failed(code: error.code, text: "")
            throw error
        }
        return exitCode
    }

    var exitCode: Int32 { stillUp.isEmpty ? 0 : DaemonCommand.unfinished }

    private func run(isRealtime: Bool) throws(StartFailure) {
        let pidFile = try acquirePidFile(orElse: releaseInForce)
        if let leftovers = loader.paths.leftovers { log.logger.tell(.packageLeftovers, leftovers) }
        endLeftoverScripts()
        let identity: (Generation, NodeUUID)
        do throws(StartFailure) {
            try requireLease()
            identity = try prepareState()
        } catch {
            // The other node serves by now, or soon: nothing of an earlier daemon may stay up here beside it.
            releaseInForce()
            pidFile.release()
            throw error
        }
        enterRealtime(isRealtime)
        watchdog = openWatchdog()
        remember(configuration)
        // Whoever waits for the start may want to read why.
        log.flush(atMost: .seconds(1))
        live(with: pidFile) { reactor in self.start(reactor, identity) }
    }

    func enterRealtime(_ isRealtime: Bool) {
        guard isRealtime else { return }
        for warning in Realtime.enter(configuration.realtime) { log.logger.tell(.realtimeRefused, warning) }
    }

    /// The loop, and what is left to do after it.
    func live(with pidFile: consuming PidFile, _ begin: @escaping (Reactor) -> Void) {
        pidFileDescriptor = pidFile.number
        Reactor.run(begin)
        shell?.book.flush()
        if stillUp.isEmpty { loader.inForce.forget() }
        watchdog?.close()
        unlink(loader.paths.controlSocket)
        log.flush()
        // Left behind it tells whoever waits that this was no orderly end.
        if stillUp.isEmpty { pidFile.release() }
    }

    /// Stops what runs here of haresources although no daemon does, and returns when nothing does (0) or when it has been
    /// tried for long enough. Nobody is told: the node does not join the cluster. Throws when a daemon runs, whose resources
    /// they are.
    func releaseLeftovers() throws(StartFailure) -> Int32 {
        let pidFile = try acquirePidFile()
        endLeftoverScripts()
        release(configuration)
        pidFile.release()
        return exitCode
    }

    /// What the machine itself has brought up is no leftover.
    private func withoutAddressesOfTheMachine(_ configuration: Configuration) -> Configuration {
        let survey = AddressSurvey.now()
        var result = configuration
        result.groups = configuration.groups.compactMap { group in
            let resources = group.resources.filter { resource in
                guard let address = resource.address, case .machine(let interface) = survey.holder(of: address) else {
                    return true
                }
                log.write(.warning, "\(resource.word) stays: \(interface) has it, and no heartbeat has brought it up")
                return false
            }
            guard !resources.isEmpty else { return nil }
            return ResourceGroup(preferredNode: group.preferredNode, resources: resources, line: group.line)
        }
        return result
    }

    private func releaseInForce() {
        release(loader.inForce.recall(by: loader) ?? configuration)
    }

    private func release(_ configuration: Configuration) {
        var isReleased = false
        // It says nothing to the other node, which has taken over or is about to.
        let released = withoutAddressesOfTheMachine(configuration.alone)
        Reactor.run { reactor in
            let shell = self.makeShell(reactor, released, (Generation(0), .unknown))
            shell.onStop = { [unowned self] in
                stillUp = $0
                isReleased = stillUp.isEmpty
                end(reactor)
            }
            self.listen(toSignalsOn: reactor.eventLoop) { [unowned self] signal in
                switch signal {
                case SIGCHLD: shell.childMayHaveExited()
                case SIGTERM, SIGINT: end(reactor)
                default: break
                }
            }
            shell.start(isMember: false)
            // A node that has only just begun looks what runs here, and stops that before it ends.
            shell.request(.shutdown)
        }
        if isReleased { loader.inForce.forget() }
        log.flush()
    }

    private func remember(_ configuration: Configuration) {
        if let error = loader.inForce.remember(configuration) { log.write(.warning, "\(error)") }
    }

    // MARK: - Before the loop

    /// Before anything else: what a killed daemon left half-way must not go on beside what is started or stopped now.
    private func endLeftoverScripts() {
        for sentence in loader.paths.scriptJournal.endLeftovers() { log.logger.tell(.leftoverScript, sentence) }
    }

    /// A daemon that was killed holds its pid file until the kernel has taken it apart, so one that says nothing is waited
    /// for. Where the file cannot be made at all, `alternative` is called if no daemon runs.
    private func acquirePidFile(orElse alternative: () -> Void = {}) throws(StartFailure) -> PidFile {
        let path = loader.paths.pidFile
        do throws(SystemError) {
            try RunDirectory.prepare(loader.paths.run)
        } catch {
            if PidFile.owner(of: path) == .nobody { alternative() }
            throw StartFailure(code: 1, text: notStarted(error))
        }
        let deadline = Instant.now + Self.longestDeath
        while true {
            do throws(PidFile.Failure) {
                return try PidFile.acquire(path)
            } catch {
                switch error {
                case .alreadyRunning(let pid): try wait(for: pid, until: deadline)
                case .host(let error):
                    if PidFile.owner(of: path) == .nobody { alternative() }
                    throw StartFailure(code: 1, text: notStarted(error))
                }
            }
        }
    }

    /// Returns when the file may have become free; throws when it belongs to a daemon that runs, or for too long to one that
    /// says nothing.
    private func wait(for pid: pid_t, until deadline: Instant) throws(StartFailure) {
        let path = loader.paths.pidFile
        guard PidFile.isHeld(path), !answers else {
            throw StartFailure(code: 0, text: "heartbeat: already running [pid \(pid)].")
        }
        // One that stops what a daemon has left ends by itself, after `shutdown_timeout` at the latest.
        guard Instant.now < deadline || isRelease(pid) else {
            let text = "heartbeat [pid \(pid)] holds \(path), but does not answer: nothing was started or released. "
            let remedy = "See what it waits for (ps), end it (kill -9 \(pid)), then try again"
            throw StartFailure(code: 1, text: text + remedy)
        }
        usleep(50_000)
    }

    private func isRelease(_ pid: pid_t) -> Bool {
        let words = Descriptors.contents(of: "/proc/\(pid)/cmdline", atMost: 4096) ?? []
        return words.split(separator: 0).contains(Array("--release-leftovers".utf8)[...])
    }

    /// How long the end of a process may take that has been killed.
    private static let longestDeath = Duration.seconds(10)

    /// Whether the daemon that holds the pid file answers.
    private var answers: Bool {
        do throws(ControlFailure) {
            _ = try ControlClient(runDirectory: loader.paths.run, timeout: .seconds(1))
                .ask(.question(.snapshot, inProse: false))
            return true
        } catch {
            return false
        }
    }

    private func notStarted(_ error: any Error) -> String {
        "Heartbeat not started: \(error)"
    }

    private func prepareState() throws(StartFailure) -> (Generation, NodeUUID) {
        let state = StateDirectory(loader.paths.state)
        do throws(SystemError) {
            if let error = try state.prepare() { log.write(.warning, "\(error); scripts run in /") }
        } catch {
            throw StartFailure(code: 1, text: notStarted(error))
        }
        do throws(StateError) {
            let isFirstStart = state.isUnused
            let (generation, isNew) = try state.nextGeneration(
                unixTime: WallClock.unixTime, followsTime: configuration.generationFromTime)
            let field = Fact.Field(.generation, generation.number)
            if isNew && isFirstStart {
                log.logger.tell(
                    .generationFirst,
                    "No Previous generation - starting at \(generation.number): this node's first start", [field])
            } else if isNew {
                log.logger.tell(
                    .generationNew,
                    "No Previous generation - starting at \(generation.number), the time of the clock; the other node "
                        + "believes us only if that is above what it knows of us", [field])
            }
            log.logger.tell(.generation, "Heartbeat generation: \(generation.number)", [field])
            if configuration.uuidFromNodeName { return (generation, StateDirectory.uuid(ofNode: loader.localNode)) }
            let (uuid, isNewUUID) = try state.nodeUUID()
            if isNewUUID { log.logger.tell(.uuidNew, "No uuid found for current node - generating a new uuid.") }
            return (generation, uuid)
        } catch {
            throw StartFailure(code: 1, text: notStarted(error))
        }
    }

    /// `lease required`: no group may run where the kernel cannot silence it.
    private func requireLease() throws(StartFailure) {
        guard configuration.lease == .required else { return }
        do throws(SystemError) {
            try LeaseCheck.probe()
        } catch {
            throw StartFailure(code: 1, text: notStarted(error))
        }
    }

    func openWatchdog() -> NodeWatchdog {
        NodeWatchdog(configuration, logger: log.logger)
    }

    // MARK: - On the loop

    private func start(_ reactor: Reactor, _ identity: (Generation, NodeUUID)) {
        let shell = makeShell(reactor, configuration, identity)
        lead(shell)
        listen(to: shell, on: reactor.eventLoop)
        shell.keepHistory()
        shell.start()
        report.take()?.ready()
        // Not before: it would hold on to what the command that started us reads to its end.
        shell.startGuardian()
        shell.keepLastWords()
    }

    /// What the process does for its node.
    func lead(_ shell: NodeShell) {
        shell.onStatusSent = { [log, watchdog] in
            watchdog?.feed()
            log.lookAfterFiles()
        }
        shell.onStop = { [unowned self] in
            stillUp = $0
            end(shell.reactor)
        }
        shell.onUpgrade = { [unowned self] in upgrades.order($0, reply: $1) }
    }

    func makeShell(
        _ reactor: Reactor, _ configuration: Configuration, _ identity: (generation: Generation, uuid: NodeUUID),
        core: ClusterCore? = nil
    ) -> NodeShell {
        let shell = NodeShell(
            configuration, localNode: loader.localNode, uuid: identity.uuid, generation: identity.generation,
            paths: loader.paths, log: log, reactor: reactor, core: core)
        self.shell = shell
        return shell
    }

    /// The doors beside the media: signals, the control socket, the FIFO. A door that cannot be opened is no reason not to
    /// serve.
    func listen(to shell: NodeShell, on loop: any EventLoop) {
        let paths = loader.paths
        listen(toSignalsOn: loop) { [unowned self] in signalled($0) }
        open("cl_status, hb_standby and hb_takeover") { () throws(SystemError) in
            let socket = if let controlSocket { controlSocket } else { try ControlServer.listen(paths.controlSocket) }
            controlSocket = socket
            return try ControlServer.start(on: socket, loop: loop) { shell.answer($0, reply: $1) }
        }
        open("messages of local scripts") { () throws(SystemError) in
            try Fifo.open(StateDirectory(paths.state).fifoPath, on: loop) { shell.injected($0) }
        }
    }

    func listen(toSignalsOn loop: any EventLoop, _ body: @escaping (Int32) -> Void) {
        open("orders by signal") { () throws(SystemError) in try SignalSource.listen(on: loop, onSignal: body) }
    }

    func open(_ door: String, _ body: () throws(SystemError) -> EventLoopFuture<any Channel>) {
        do throws(SystemError) {
            channels.append(try body())
        } catch {
            log.logger.tell(.doorFailed, "\(error); \(door) do not work until heartbeat is started again")
        }
    }

    func signalled(_ signal: Int32) {
        switch signal {
        case SIGTERM, SIGINT: shell?.request(.shutdown)
        case SIGCHLD: shell?.childMayHaveExited()
        case SIGUSR1: log.debugLevel += 1
        case SIGUSR2: log.debugLevel -= 1
        case SIGHUP: reload()
        default: break
        }
    }

    /// The files are read beside the loop: their disk may hang.
    private func reload() {
        guard let shell else { return }
        shell.services.reloading(at: shell.reactor.now)
        guard reading == .none else {
            reading = .anew
            return
        }
        reading = .once
        BackgroundWork.run(
            on: shell.reactor, { [loader] in (written: loader.haCfWritten, result: loader.load()) },
            completion: { [weak self] files in
                guard let self else { return }
                let isOutdated = reading == .anew
                reading = .none
                if isOutdated { return reload() }
                adopt(files.result, haCfWritten: files.written)
                self.shell?.services.reloaded()
            })
    }

    private func adopt(_ result: ConfigurationResult, haCfWritten written: Int64?) {
        guard let new = result.configuration else {
            log.logger.tell(
                .reloadRefused, "The configuration has mistakes and is not read again; everything goes on as before")
            for diagnostic in result.diagnostics { log.logger.tell(.configurationMistake, "\(diagnostic)") }
            return
        }
        // What -d and signals have added stays added.
        let addedLevel = log.debugLevel - (shell?.configuration.logging.debugLevel ?? 0)
        guard shell?.adopt(new) == true else { return }
        remember(new)
        log.reconfigure(new.logging)
        log.debugLevel += addedLevel
        // The original starts itself again for a new ha.cf, and only then.
        guard haCfWritten != written else { return }
        haCfWritten = written
        log.logger.tell(.haCfChanged, "ha.cf was changed and is in force; no restart exec is needed for that")
    }

    func end(_ reactor: Reactor) {
        for channel in channels {
            channel.whenSuccess { channel in channel.close(promise: nil) }
        }
        controlSocket?.close()
        reactor.stop()
    }
}

extension Configuration {
    /// The same without anybody to talk to.
    fileprivate var alone: Configuration {
        var copy = self
        copy.media = []
        copy.pingNodes = []
        copy.lan = nil
        copy.lines = LineConfiguration()
        return copy
    }
}
