// The life of a daemon process: everything that must be in place before the core exists – configuration, lock, generation,
// identity, scheduling – then the loop, then the way out. What must be durable is durable before the core starts.

import Glibc
import HeartbeatConfig
import HeartbeatControl
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
    private let log: LogOutput
    private var shell: NodeShell?
    private var channels: [EventLoopFuture<any Channel>] = []
    private var report: BackgroundReport?

    init(_ configuration: Configuration, loader: ConfigurationLoader, log: LogOutput) {
        self.configuration = configuration
        self.loader = loader
        self.log = log
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
        let (generation, uuid) = try prepareState()
        if isRealtime {
            for warning in Realtime.enter(configuration.realtime) { log.write(.warning, warning) }
        }
        let watchdog = openWatchdog()
        Reactor.run { reactor in self.start(reactor, generation: generation, uuid: uuid, watchdog: watchdog) }
        watchdog.close()
        unlink(loader.paths.controlSocket)
        pidFile.release()
    }

    // MARK: - Before the loop

    private func acquirePidFile() throws(StartFailure) -> PidFile {
        do throws(HostError) {
            try Directories.prepareRunDirectory(loader.paths.run)
        } catch {
            throw StartFailure(code: 1, text: "\(error)")
        }
        do throws(PidFile.Failure) {
            return try PidFile.acquire(loader.paths.pidFile)
        } catch {
            switch error {
            case .alreadyRunning(let pid):
                throw StartFailure(code: 0, text: "heartbeat: already running [pid \(pid)].")
            case .host(let error):
                throw StartFailure(code: 1, text: "\(error)")
            }
        }
    }

    private func prepareState() throws(StartFailure) -> (Generation, NodeUUID) {
        let state = StateDirectory(loader.paths.state)
        do throws(HostError) {
            try state.prepare()
        } catch {
            throw StartFailure(code: 1, text: "\(error)")
        }
        do throws(StateError) {
            let (generation, isNew) = try state.nextGeneration(
                unixTime: UInt64(max(1, time(nil))), followsTime: configuration.generationFromTime)
            if isNew { log.write(.warning, "No Previous generation - starting at \(generation.number)") }
            log.write(.info, "Heartbeat generation: \(generation.number)")
            if configuration.uuidFromNodeName { return (generation, StateDirectory.uuid(ofNode: loader.localNode)) }
            let (uuid, isNewUUID) = try state.nodeUUID()
            if isNewUUID { log.write(.info, "No uuid found for current node - generating a new uuid.") }
            return (generation, uuid)
        } catch {
            throw StartFailure(code: 1, text: "\(error)")
        }
    }

    private func openWatchdog() -> NodeWatchdog {
        NodeWatchdog(configuration, log: log)
    }

    // MARK: - On the loop

    private func start(_ reactor: Reactor, generation: Generation, uuid: NodeUUID, watchdog: NodeWatchdog) {
        let shell = NodeShell(
            configuration, localNode: loader.localNode, uuid: uuid, generation: generation, paths: loader.paths,
            log: log,
            reactor: reactor)
        self.shell = shell
        shell.onStatusSent = { watchdog.feed() }
        shell.onStop = { [unowned self] in end(reactor) }
        listen(to: shell, on: reactor.eventLoop)
        shell.start()
        ServiceManager().ready()
        report.take()?.ready()
    }

    /// The doors beside the media: signals, the control socket, the FIFO. A door that cannot be opened is no reason not to
    /// serve.
    private func listen(to shell: NodeShell, on loop: any EventLoop) {
        do throws(HostError) {
            channels.append(try SignalSource.listen(on: loop) { [unowned self] in signalled($0) })
            channels.append(
                try ControlServer.start(loader.paths.controlSocket, on: loop) { shell.answer($0, reply: $1) })
            channels.append(
                try Fifo.open(StateDirectory(loader.paths.state).fifoPath, on: loop) { shell.injected($0) })
        } catch {
            log.write(.error, "\(error)")
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
        let result = loader.load()
        guard let new = result.configuration else {
            log.write(.error, "The configuration has mistakes and is not read again; everything goes on as before")
            for diagnostic in result.diagnostics { log.write(.error, "\(diagnostic)") }
            return
        }
        shell?.adopt(new)
    }

    private func end(_ reactor: Reactor) {
        ServiceManager().stopping()
        for channel in channels {
            channel.whenSuccess { channel in channel.close(promise: nil) }
        }
        reactor.stop()
    }
}
