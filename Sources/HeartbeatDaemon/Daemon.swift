// The life of a daemon process: everything that must be in place before the core exists – configuration, lock, generation,
// identity, scheduling – then the loop, then the way out. What must be durable is durable before the core starts.

import Glibc
import HeartbeatConfig
import HeartbeatControl
import HeartbeatCore
import HeartbeatLinux
import HeartbeatModel
import Logging
import NIOCore

/// Why a daemon did not start, with the exit code to end with.
struct StartFailure: Error, Hashable {
    var code: Int32
    var text: String
}

/// Runs one node in this process until it is told to stop.
final class Daemon {
    private let loader: ConfigurationLoader
    private let configuration: Configuration
    /// Every line has the node's name.
    private let log: LogOutput
    private var shell: NodeShell?
    private var channels: [EventLoopFuture<any Channel>] = []
    private var report: BackgroundReport?

    init(_ configuration: Configuration, loader: ConfigurationLoader, log: LogOutput) {
        self.configuration = configuration
        self.loader = loader
        self.log = log.adding(["HA_NODE": "\(loader.localNode)"])
    }

    /// Returns when the node has released everything. Throws before anything has been started; whoever waits for `report`
    /// then ends with the same code, and the words are left to the caller.
    func run(report: consuming BackgroundReport, isRealtime: Bool) throws(StartFailure) {
        self.report = consume report
        do throws(StartFailure) {
            try run(isRealtime: isRealtime)
        } catch {
            self.report.take()?.failed(code: error.code, text: "")
            throw error
        }
    }

    private func run(isRealtime: Bool) throws(StartFailure) {
        let pidFile = try acquirePidFile()
        endLeftoverScripts()
        let (generation, uuid) = try prepareState()
        if isRealtime {
            for warning in Realtime.enter(configuration.realtime) { log.logger.tell(.realtimeRefused, warning) }
        }
        let watchdog = openWatchdog()
        // Whoever waits for the start may want to read why.
        log.flush(atMost: .seconds(1))
        Reactor.run { reactor in self.start(reactor, generation: generation, uuid: uuid, watchdog: watchdog) }
        watchdog.close()
        unlink(loader.paths.controlSocket)
        log.flush()
        pidFile.release()
    }

    /// Stops what runs here of haresources although no daemon does, and returns when nothing does. Nobody is told: the node
    /// does not join the cluster. Throws when a daemon runs, whose resources they are.
    func releaseLeftovers() throws(StartFailure) {
        let pidFile = try acquirePidFile()
        endLeftoverScripts()
        Reactor.run { reactor in
            let shell = self.makeShell(reactor, generation: Generation(0), uuid: .unknown)
            shell.onStop = { reactor.stop() }
            shell.start()
            // A node that has only just begun looks what runs here, and stops that before it ends.
            shell.request(.shutdown)
        }
        log.flush()
        pidFile.release()
    }

    // MARK: - Before the loop

    /// Before anything else: what a killed daemon left half-way must not go on beside what is started or stopped now.
    private func endLeftoverScripts() {
        for sentence in loader.paths.scriptJournal.endLeftovers() { log.logger.tell(.leftoverScript, sentence) }
    }

    private func acquirePidFile() throws(StartFailure) -> PidFile {
        do throws(HostError) {
            try Directories.prepareRunDirectory(loader.paths.run)
        } catch {
            throw StartFailure(code: 1, text: notStarted(error))
        }
        do throws(PidFile.Failure) {
            return try PidFile.acquire(loader.paths.pidFile)
        } catch {
            switch error {
            case .alreadyRunning(let pid):
                throw StartFailure(code: 0, text: "heartbeat: already running [pid \(pid)].")
            case .host(let error):
                throw StartFailure(code: 1, text: notStarted(error))
            }
        }
    }

    private func notStarted(_ error: any Error) -> String {
        "Heartbeat not started: \(error)"
    }

    private func prepareState() throws(StartFailure) -> (Generation, NodeUUID) {
        let state = StateDirectory(loader.paths.state)
        do throws(HostError) {
            if let error = try state.prepare() { log.write(.warning, "\(error); scripts run in /") }
        } catch {
            throw StartFailure(code: 1, text: notStarted(error))
        }
        do throws(StateError) {
            let isFirstStart = state.isUnused
            let (generation, isNew) = try state.nextGeneration(
                unixTime: UInt64(max(1, time(nil))), followsTime: configuration.generationFromTime)
            let field = NoticeField(.generation, generation.number)
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

    private func openWatchdog() -> NodeWatchdog {
        NodeWatchdog(configuration, logger: log.logger)
    }

    // MARK: - On the loop

    private func start(_ reactor: Reactor, generation: Generation, uuid: NodeUUID, watchdog: NodeWatchdog) {
        let shell = makeShell(reactor, generation: generation, uuid: uuid)
        shell.onStatusSent = { [log] in
            watchdog.feed()
            log.lookAfterFiles()
        }
        shell.onStop = { [unowned self] in end(reactor) }
        listen(to: shell, on: reactor.eventLoop)
        shell.start()
        report.take()?.ready()
    }

    private func makeShell(_ reactor: Reactor, generation: Generation, uuid: NodeUUID) -> NodeShell {
        let shell = NodeShell(
            configuration, localNode: loader.localNode, uuid: uuid, generation: generation, paths: loader.paths,
            log: log, reactor: reactor)
        self.shell = shell
        return shell
    }

    /// The doors beside the media: signals, the control socket, the FIFO. A door that cannot be opened is no reason not to
    /// serve.
    private func listen(to shell: NodeShell, on loop: any EventLoop) {
        let paths = loader.paths
        open("orders by signal") { () throws(HostError) in
            try SignalSource.listen(on: loop) { [unowned self] in signalled($0) }
        }
        open("cl_status, hb_standby and hb_takeover") { () throws(HostError) in
            try ControlServer.start(paths.controlSocket, on: loop) { shell.answer($0, reply: $1) }
        }
        open("messages of local scripts") { () throws(HostError) in
            try Fifo.open(StateDirectory(paths.state).fifoPath, on: loop) { shell.injected($0) }
        }
    }

    private func open(_ door: String, _ body: () throws(HostError) -> EventLoopFuture<any Channel>) {
        do throws(HostError) {
            channels.append(try body())
        } catch {
            log.logger.tell(.doorFailed, "\(error); \(door) do not work until heartbeat is started again")
        }
    }

    private func signalled(_ signal: Int32) {
        switch signal {
        case SIGTERM, SIGINT: shell?.request(.shutdown)
        case SIGCHLD: shell?.childMayHaveExited()
        case SIGUSR1: log.debugLevel += 1
        case SIGUSR2: log.debugLevel -= 1
        case SIGHUP: reload()
        default: break
        }
    }

    private func reload() {
        shell?.services.reloading(at: shell?.reactor.now ?? .zero)
        defer { shell?.services.reloaded() }
        let result = loader.load()
        guard let new = result.configuration else {
            log.logger.tell(
                .reloadRefused, "The configuration has mistakes and is not read again; everything goes on as before")
            for diagnostic in result.diagnostics { log.logger.tell(.configurationMistake, "\(diagnostic)") }
            return
        }
        // What -d and signals have added stays added.
        let addedLevel = log.debugLevel - (shell?.configuration.logging.debugLevel ?? 0)
        guard shell?.adopt(new) == true else { return }
        log.reconfigure(new.logging)
        log.debugLevel += addedLevel
    }

    private func end(_ reactor: Reactor) {
        for channel in channels {
            channel.whenSuccess { channel in channel.close(promise: nil) }
        }
        reactor.stop()
    }
}
