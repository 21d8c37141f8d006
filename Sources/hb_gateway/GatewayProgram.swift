// The working process of hb_gateway: from its files to the last service given away. What happens meanwhile is the runners' matter.

import Glibc
import HeartbeatConfig
import HeartbeatGateway
import HeartbeatGatewayKeeper
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import HeartbeatWire
import Logging

/// One run of it.
final class GatewayProgram {
    private let files: GatewayFiles
    private let status: StatusFile
    private let isRelease: Bool
    private var runners: [GatewayRunner] = []
    private var ports: GatewayPorts?
    private var parent: SocketReader?
    private var told: [String] = []
    private var isStopping = false
    private var running = 0
    private var code: Int32 = 0
    private var generationFailure: String?

    /// - Parameter isRelease: only gives away what a run that was killed has left.
    init(_ files: GatewayFiles, status: StatusFile, isRelease: Bool) {
        self.files = files
        self.status = status
        self.isRelease = isRelease
    }

    /// Returns the exit code.
    func run() -> Int32 {
        let result = files.read()
        for diagnostic in result.diagnostics { Descriptors.writeLine("\(diagnostic)", to: STDERR_FILENO) }
        guard let gateways = result.gateways else { return 6 }
        // A host whose checks cannot be run would serve nothing. What a killed run has left is given away as far as it can be.
        let problems = files.problems(with: gateways)
        for problem in problems { Descriptors.writeLine(problem, to: STDERR_FILENO) }
        guard problems.isEmpty || isRelease else { return 6 }
        let log = LogOutput.inForeground(result.logging, entity: "hb_gateway")
        defer { log.flush() }
        return ForegroundProgram.run { [unowned self] program in
            start(gateways, result, log, program)
        } childMayHaveExited: { [unowned self] in
            for runner in runners { runner.childMayHaveExited() }
        } stop: { [unowned self] _, _ in
            stop()
        } fail: { error in
            log.write(.error, "\(error)")
        }
    }

    private func start(
        _ gateways: [GatewayConfiguration], _ result: GatewaysResult, _ log: LogOutput, _ program: ForegroundProgram
    ) {
        let ports = GatewayPorts(GatewayCodec(Authentication(result.keys)), reactor: program.reactor)
        self.ports = ports
        ports.onTrouble = { log.write(.warning, $0) }
        for (configuration, local) in files.own(gateways) {
            let procedures = GatewayProcedures(
                configuration, local: local, hookDirectory: files.hooks, scripts: files.scripts,
                logging: result.logging,
                reactor: program.reactor)
            let runner = GatewayRunner(
                configuration, local: local, procedures: procedures, ports: ports,
                nextGeneration: { [unowned self] in nextGeneration(log) }, reactor: program.reactor)
            runner.onEvent = { log.write($0.isWarning ? .warning : .info, "\(configuration.name): \($0)") }
            let lines = result.hostLines[configuration.name] ?? [:]
            runner.place = { [file = files.file] name in lines[name].map { "\(file):\($0)" } ?? file }
            runner.onChange = { [unowned self] in
                shareBurdens()
                tellStatus(log)
            }
            runner.onEnd = { [unowned self] reason in ended(configuration, reason, log, program) }
            runners.append(runner)
            guard !isRelease else { continue }
            log.write(.info, "\(configuration.name): \(local.name) begins, priority \(local.priority)")
        }
        running = runners.count
        if isRelease { return runners.forEach { $0.release() } }
        watchParent(program.reactor)
        runners.forEach { $0.start() }
    }

    /// What one service has this host do makes it a worse choice for the others.
    private func shareBurdens() {
        let busy = runners.filter(\.isBusy).map(\.configuration.name)
        for runner in runners {
            runner.bear(busy.filter { $0 != runner.configuration.name })
        }
    }

    /// Whoever has started this process gives away what it leaves when it is killed. When that one is gone, nobody would.
    private func watchParent(_ reactor: Reactor) {
        let reader = SocketReader(OwnedDescriptor(takingOwnershipOf: GatewayParent.pipe), reactor: reactor)
        reader.onEnd = { [unowned self] _ in stop() }
        reader.begin()
        parent = reader
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        for runner in runners { runner.stop() }
    }

    private func ended(
        _ configuration: GatewayConfiguration, _ reason: GatewayQuit, _ log: LogOutput, _ program: ForegroundProgram
    ) {
        if case .asked = reason {
            log.write(.info, "\(configuration.name): nothing of the service is left on this host")
        } else {
            log.write(.error, "\(configuration.name): \(reason)")
            code = 1
        }
        running -= 1
        guard running == 0 else { return }
        ports?.close()
        parent?.close()
        if !isRelease { status.remove() }
        program.end(code)
    }

    /// Durable before a packet bears it. What keeps it from being written is told once until it can be.
    private func nextGeneration(_ log: LogOutput) -> Generation? {
        let directory = StateDirectory(files.state + "/gateway")
        do {
            for path in [files.state, directory.path] { try Directories.make(path, mode: 0o755) }
            let generation = try directory.nextGeneration(unixTime: UInt64(max(0, time(nil)))).generation
            generationFailure = nil
            return generation
        } catch {
            let text = "this host cannot take part: \(error)"
            if generationFailure != text { log.write(.error, text) }
            generationFailure = text
            return nil
        }
    }

    private func tellStatus(_ log: LogOutput) {
        let report = runners.flatMap(\.report) + (ports?.report ?? [])
        guard report != told else { return }
        told = report
        if let error = status.write(report.textOfLines) { log.write(.warning, "\(error)") }
    }
}
