// The twelve procedures of a gateway service (DSOM 2002, "customisable procedures"): the owner's program of that name where there is one,
// and else what is built in. All are bounded, and whole process trees are ended. Checks run beside everything else; what changes something
// runs one after the other, also when the one before is not waited for any more.

import Glibc
import HeartbeatAddresses
import HeartbeatGateway
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Runs the procedures of one service on one host.
package final class GatewayProcedures {
    /// A procedure, or a script that it runs, has something to say.
    package var onText: (GatewayProcedure, String) -> Void = { _, _ in }
    /// Whom downlinkCheck asks, besides the witnesses.
    package var neighbours: () -> [IPAddress] = { [] }

    /// One that was started. Its answer comes once, never from within `run`.
    private final class Run {
        let procedure: GatewayProcedure
        let completion: (Bool) -> Void
        var isCancelled = false
        /// How it is ended; `nil` before it has begun.
        var end: (() -> Void)?

        init(_ procedure: GatewayProcedure, _ completion: @escaping (Bool) -> Void) {
            self.procedure = procedure
            self.completion = completion
        }
    }

    private let configuration: GatewayConfiguration
    private let local: GatewayHost
    private let hooks: GatewayHooks
    private let reactor: Reactor
    private let runner: ScriptRunner
    private let addresses: ServiceAddresses
    private let uplink: GatewayUplink
    private let resources: GatewayResources
    private var health: GatewayHealth?
    private var runs: [GatewayTicket: Run] = [:]
    /// What changes something, in its order; the first one is under way.
    private var actions: [Run] = []

    package init(
        _ configuration: GatewayConfiguration, local: GatewayHost, hookDirectory: String, scripts: ResourceScripts,
        logging: LoggingConfiguration, reactor: Reactor
    ) {
        self.configuration = configuration
        self.local = local
        self.reactor = reactor
        hooks = GatewayHooks(configuration, local: local, directory: hookDirectory)
        runner = ScriptRunner(loop: reactor.eventLoop)
        addresses = ServiceAddresses(reactor: reactor)
        uplink = GatewayUplink(configuration, own: local.up, reactor: reactor)
        var surroundings = Configuration(nodes: configuration.hosts.map(\.name))
        surroundings.logging = logging
        resources = GatewayResources(
            configuration.service, scripts: scripts,
            environment: scriptEnvironment(
                surroundings, host: local.name, paths: scripts.paths, context: ActionContext(peerIsAbsent: false))
                + hooks.variables,
            addresses: addresses, runner: runner, reactor: reactor)
        resources.onLine = { [weak self] resource, text in self?.onText(.activateService, "\(resource): \(text)") }
        addresses.onProblem = { [weak self] in self?.onText(.takeoverDownstream, $0) }
    }

    /// To be called for every SIGCHLD.
    package func childMayHaveExited() { runner.childMayHaveExited() }

    /// Ends announcing. What is up stays.
    package func close() {
        for run in runs.values { run.end?() }
        health?.close()
        addresses.close()
    }

    /// Asks hostHealth from now on, if the owner has such a program.
    package func watchHealth(
        onText: @escaping (String) -> Void, onAnswer: @escaping (_ isWell: Bool) -> Void
    ) {
        guard let path = hooks.health else { return }
        let health = GatewayHealth(
            path, environment: hooks.environment(named: GatewayConfiguration.healthProgram),
            configuration: configuration, runner: runner, reactor: reactor, onText: onText, onAnswer: onAnswer)
        self.health = health
        health.ask()
    }

    /// Begins one, as soon as it may.
    package func run(_ procedure: GatewayProcedure, _ ticket: GatewayTicket, completion: @escaping (Bool) -> Void) {
        let run = Run(procedure) { [weak self] succeeded in
            self?.runs[ticket] = nil
            completion(succeeded)
        }
        runs[ticket] = run
        guard procedure.changesSomething else { return begin(run) }
        actions.append(run)
        if actions.count == 1 { begin(run) }
    }

    /// Nobody waits for it any more. One that has begun is ended, and the next one waits until it has.
    package func cancel(_ ticket: GatewayTicket) {
        guard let run = runs.removeValue(forKey: ticket) else { return }
        run.isCancelled = true
        run.end?()
        guard run.end == nil else { return }
        actions.removeAll { $0 === run }
    }

    private func begin(_ run: Run) {
        let answer: (String?) -> Void = { [weak self, weak run] lack in
            guard let self, let run else { return }
            ended(run, lack)
        }
        if let path = hooks.path(of: run.procedure) { return call(path, run, answer) }
        perform(run, answer)
    }

    private func ended(_ run: Run, _ lack: String?) {
        if let lack, !run.isCancelled { onText(run.procedure, lack) }
        if actions.first === run {
            actions.removeFirst()
            // Before anybody hears of it: what follows from that stands behind what waits already.
            if let next = actions.first { begin(next) }
        }
        if !run.isCancelled { run.completion(lack == nil) }
    }

    // MARK: - The owner's programs

    private func call(_ path: String, _ run: Run, _ answer: @escaping (String?) -> Void) {
        if let doubt = TrustedPath.refusal(of: path) {
            return at(once: { _ in "\(path) is not run: \(doubt)" }, run, answer)
        }
        let script = runner.run(
            executable: path, arguments: [run.procedure.rawValue],
            environment: hooks.environment(of: run.procedure), directory: "/",
            timeout: configuration.timeout(of: run.procedure)
        ) { [weak self] line in
            self?.onText(run.procedure, line.text)
        } completion: { result in
            answer(result.isSuccess ? nil : "\(path) \(result.text)")
        }
        run.end = { script.end() }
    }

    // MARK: - Built in

    private func perform(_ run: Run, _ answer: @escaping (String?) -> Void) {
        let limit = configuration.timeout(of: run.procedure)
        switch run.procedure {
        case .downlinkCheck:
            check(.anybody(besides: configuration.witnesses + neighbours()), .down, run, answer)
        case .uplinkCheck:
            guard let router = configuration.nextHop else { return refuse(run, answer) }
            check(.neighbour(router), .up, run, answer)
        case .remoteSvcCheck:
            guard let target = configuration.remoteTarget ?? configuration.nextHop else { return refuse(run, answer) }
            check(.behind(target, through: configuration.down.roving.ip), .down, run, answer)
        case .localSvcCheck: lookAtService(run, limit, answer)
        case .activateUplink: activateUplink(run, limit, answer)
        case .deactivateUplink: deactivateUplink(run, limit, answer)
        case .activateService: handle(resources.perform(.start, within: limit, completion: answer), run)
        case .deactivateService: handle(resources.perform(.stop, within: limit, completion: answer), run)
        case .takeoverDownstream: at(once: { $0.take(.down) }, run, answer)
        case .takeoverUpstream: at(once: { $0.take(.up) ?? $0.uplink.setRoute() }, run, answer)
        case .releaseDownstream: at(once: { $0.release(.down) }, run, answer)
        case .releaseUpstream: at(once: { $0.uplink.removeRoute() ?? $0.release(.up) }, run, answer)
        }
    }

    private func handle(_ effort: GatewayEffort, _ run: Run) { run.end = { effort.end() } }

    private func refuse(_ run: Run, _ answer: @escaping (String?) -> Void) {
        at(once: { _ in "there is no next_hop to ask, and no program \(run.procedure.rawValue)" }, run, answer)
    }

    /// For what the kernel does at once.
    private func at(
        once body: @escaping (GatewayProcedures) -> String?, _ run: Run, _ answer: @escaping (String?) -> Void
    ) {
        let lack = body(self)
        run.end = {}
        reactor.after(.zero) { answer(lack) }
    }

    private func check(
        _ question: GatewayCheck.Question, _ side: GatewaySide, _ run: Run, _ answer: @escaping (String?) -> Void
    ) {
        let check = GatewayCheck(
            question, over: configuration.leg(on: side).interface, as: local.address(on: side),
            within: configuration.timeout(of: run.procedure), reactor: reactor, completion: answer)
        run.end = { check.cancel() }
    }

    private func take(_ side: GatewaySide) -> String? { change(.start, side) }
    private func release(_ side: GatewaySide) -> String? { change(.stop, side) }

    private func change(_ verb: ResourceVerb, _ side: GatewaySide) -> String? {
        let result = addresses.perform(verb, [GatewayUplink.resource(roving(side))])
        if case .exited(_, let text) = result, !result.isSuccess {
            return text.split(separator: "\n").joined(separator: "; ")
        }
        return result.isSuccess ? nil : result.text
    }

    private func roving(_ side: GatewaySide) -> ServiceAddress {
        var address = configuration.leg(on: side).roving
        address.interface = configuration.leg(on: side).interface
        return address
    }

    private func lookAtService(_ run: Run, _ limit: Duration, _ answer: @escaping (String?) -> Void) {
        for side in GatewaySide.allCases {
            let address = roving(side)
            guard !addresses.perform(.status, [GatewayUplink.resource(address)]).saysRunning else { continue }
            return at(once: { _ in "\(address.text) is not here" }, run, answer)
        }
        if let lack = uplink.lack { return at(once: { _ in lack }, run, answer) }
        handle(resources.perform(.status, within: limit, completion: answer), run)
    }

    private func activateUplink(_ run: Run, _ limit: Duration, _ answer: @escaping (String?) -> Void) {
        let begin = reactor.now
        switchDriver([], run, limit) { [weak self] lack in
            guard let self, lack == nil else { return answer(lack) }
            let left = max(.milliseconds(1), limit - (reactor.now - begin))
            uplink.activate(within: left, completion: answer)
            run.end = { [weak self] in
                self?.uplink.cancel()
                answer("it was not waited for")
            }
        }
    }

    private func deactivateUplink(_ run: Run, _ limit: Duration, _ answer: @escaping (String?) -> Void) {
        let lack = uplink.deactivate()
        switchDriver(["-r"], run, limit) { answer(lack ?? $0) }
    }

    /// Calls modprobe(8) when there is a driver to load or unload.
    private func switchDriver(
        _ options: [String], _ run: Run, _ limit: Duration, _ answer: @escaping (String?) -> Void
    ) {
        guard case .module(let name) = configuration.uplink else { return at(once: { _ in nil }, run, answer) }
        let words = options + ["--", name]
        let script = runner.run(
            executable: "/sbin/modprobe", arguments: words, environment: [("PATH", standardSearchPath)],
            directory: "/", timeout: limit
        ) { [weak self] line in
            self?.onText(run.procedure, line.text)
        } completion: { result in
            answer(result.isSuccess ? nil : "modprobe \(words.joined(separator: " ")) \(result.text)")
        }
        run.end = { script.end() }
    }
}

extension GatewayProcedure {
    /// It is no check: two of these must not run at once.
    package var changesSomething: Bool {
        switch self {
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck: false
        case .activateUplink, .deactivateUplink, .activateService, .deactivateService, .takeoverDownstream,
            .releaseDownstream, .takeoverUpstream, .releaseUpstream:
            true
        }
    }
}
