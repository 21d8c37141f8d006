// Runs the decisions of HeartbeatGateway on the loop: packets, ends of procedures and the time go in; packets and procedures come out.
// Every system call is here or below, every decision is there.

import HeartbeatGateway
import HeartbeatInterfaces
import HeartbeatLoop
import HeartbeatModel

/// One service on one host.
package final class GatewayRunner {
    package var onEvent: (Event) -> Void = { _ in }
    /// It is over, and no new machine follows.
    package var onEnd: (GatewayQuit) -> Void = { _ in }
    /// How the service stands may have changed.
    package var onChange: () -> Void = {}
    /// Where the file names a host, such as `gateway.cf:3`.
    package var place: (NodeName) -> String = { _ in "the file of this host" }

    package let configuration: GatewayConfiguration
    private let local: GatewayHost
    private let nextGeneration: () -> Generation?
    private let procedures: GatewayProcedures
    private let ports: GatewayPorts
    private let watch: InterfaceWatch
    private let reactor: Reactor
    private var machine: GatewayMachine?
    private var generation = Generation(0)
    private var sequence: UInt64 = 0
    private var timer: DeadlineTimer?
    /// When a new machine begins, after one that was not fit.
    private var rest: (until: Instant, reason: GatewayQuit)?
    private var restTimer: ReactorTimer?
    private var isToStop = false
    private var isOver = false
    /// What else this host has to do.
    private var burden = GatewayBurden()
    /// What was told last of each procedure that fails: a check that fails every second is told once.
    private var lacks: [GatewayProcedure: String] = [:]
    private var healthTroubles = OnceTold()
    /// What other hosts say otherwise than the file: each of their packets says it.
    private var contradictions = OnceTold()

    /// - Parameter nextGeneration: makes a generation that is greater than all before, also after a reboot; `nil` when it cannot be
    ///   written down, which it has told.
    package init(
        _ configuration: GatewayConfiguration, local: GatewayHost, procedures: GatewayProcedures, ports: GatewayPorts,
        nextGeneration: @escaping () -> Generation?, reactor: Reactor
    ) {
        self.configuration = configuration
        self.local = local
        self.procedures = procedures
        self.ports = ports
        self.nextGeneration = nextGeneration
        self.reactor = reactor
        watch = InterfaceWatch(reactor: reactor)
        timer = DeadlineTimer(reactor: reactor) { [weak self] now in
            self?.take { machine, _ in machine.expireTimers(at: now) }
        }
    }

    /// Only gives away what a killed predecessor has left.
    package func release() {
        isToStop = true
        procedures.onText = { [weak self] procedure, text in self?.tell(procedure, text) }
        release(GatewayMachine.stepsOfLeaving[...])
    }

    /// Gives away what a killed predecessor may have left, and begins.
    package func start() {
        procedures.onText = { [weak self] procedure, text in self?.tell(procedure, text) }
        procedures.neighbours = { [unowned self] in
            // A table that somebody has emptied shall not make this host's own cable look dead.
            let known = machine?.table.hosts ?? []
            return (known.isEmpty ? configuration.hosts : known).filter { $0.name != local.name }.map(\.down)
        }
        ports.listen(for: configuration) { [weak self] packet, side in
            self?.compare(packet.sender)
            self?.take { $0.handle(.received(packet, over: side), at: $1) }
        }
        watch.onChange = { [weak self] _, _ in self?.take { $0.handle(.requested(.look), at: $1) } }
        watch.interfaces = GatewaySide.allCases.map { configuration.leg(on: $0).interface }
        watchHealth()
        release(GatewayMachine.stepsOfLeaving[...])
    }

    private func watchHealth() {
        procedures.watchHealth { [weak self] text in
            guard let self, healthTroubles.isNew(text) else { return }
            onEvent(.health(text))
        } onAnswer: { [weak self] isWell in
            guard let self else { return }
            if isWell { healthTroubles = OnceTold() }
            bear(GatewayBurden(services: burden.services, isUnwell: !isWell))
        }
    }

    /// Leaves service in order; `onEnd` follows.
    package func stop() {
        guard !isToStop else { return }
        isToStop = true
        if machine != nil {
            take { $0.handle(.requested(.stop), at: $1) }
        } else if restTimer?.isPending == true {
            end(.asked)
        }
    }

    /// It serves here, or is about to, or has something left to give away.
    package var isBusy: Bool { machine?.isBusy ?? false }

    /// Which other services this host has to do with, whenever that may have changed.
    package func bear(_ services: [String]) { bear(GatewayBurden(services: services, isUnwell: burden.isUnwell)) }

    private func bear(_ burden: GatewayBurden) {
        guard burden != self.burden else { return }
        self.burden = burden
        take { $0.handle(.requested(.bear(burden)), at: $1) }
    }

    /// To be called for every SIGCHLD.
    package func childMayHaveExited() { procedures.childMayHaveExited() }

    /// How the service stands here, a sentence a line.
    package var report: [String] {
        if let rest {
            let time = max(.zero, rest.until - reactor.now)
            return ["\(configuration.name): rests for \(time.decimalSeconds) s, because \(rest.reason)"]
        }
        return (machine?.report ?? ["begins"]).map { "\(configuration.name): \($0)" }
    }

    // MARK: - Lives

    private func release(_ steps: ArraySlice<GatewayProcedure>) {
        guard let step = steps.first else { return begin() }
        // No machine has tickets of generation 0.
        procedures.run(step, GatewayTicket(Generation(0), UInt64(steps.startIndex))) { [weak self] succeeded in
            guard let self else { return }
            guard succeeded else { return end(.unreleased(step)) }
            release(steps.dropFirst())
        }
    }

    private func begin() {
        rest = nil
        guard !isToStop else { return end(.asked) }
        guard let generation = nextGeneration() else {
            // A full disk, perhaps. Nothing is served yet, and a machine of an earlier generation would not be heard.
            restTimer = reactor.after(.seconds(1)) { [weak self] in self?.begin() }
            return
        }
        self.generation = generation
        sequence = 0
        machine = GatewayMachine(configuration, local: local.name, generation: generation, now: reactor.now)
        take { [burden] in $0.handle(.requested(.bear(burden)), at: $1) + $0.expireTimers(at: $1) }
    }

    private func quit(_ reason: GatewayQuit) {
        machine = nil
        onEvent(.ended(reason))
        switch reason {
        case .asked, .unreleased: end(reason)
        case .unfit, .failed:
            guard !isToStop else { return end(.asked) }
            rest = (reactor.now + configuration.returnAfter, reason)
            restTimer = reactor.after(configuration.returnAfter) { [weak self] in self?.begin() }
        }
    }

    private func end(_ reason: GatewayQuit) {
        guard !isOver else { return }
        isOver = true
        rest = nil
        restTimer?.cancel()
        timer?.set(nil)
        procedures.close()
        watch.close()
        onEnd(reason)
    }

    // MARK: - Time

    private func take(_ body: (inout GatewayMachine, Instant) -> [GatewayEffect]) {
        guard var machine = machine, !isOver else { return }
        let effects = body(&machine, reactor.now)
        self.machine = machine
        for effect in effects { execute(effect) }
        timer?.set(self.machine?.nextDeadline)
        onChange()
    }

    // MARK: - Effects

    private func execute(_ effect: GatewayEffect) {
        switch effect {
        case .send(let message, let targets, let side): for target in targets { send(message, to: target, over: side) }
        case .run(let procedure, let ticket):
            procedures.run(procedure, ticket) { [weak self] succeeded in
                if succeeded { self?.lacks[procedure] = nil }
                self?.take { $0.handle(.ended(ticket, succeeded: succeeded), at: $1) }
            }
        case .cancel(let ticket): procedures.cancel(ticket)
        case .notify(let fact): onEvent(.fact(fact))
        case .quit(let reason): quit(reason)
        }
    }

    private func send(_ message: GatewayMessage, to target: GatewayTarget, over side: GatewaySide) {
        sequence += 1
        let packet = GatewayPacket(
            service: configuration.name, sender: machine?.local ?? local, generation: generation, sequence: sequence,
            message: message)
        let address =
            switch target {
            case .host(let host): host.address(on: side)
            case .roving: configuration.leg(on: side).roving.ip
            }
        ports.send(packet, to: address, over: side)
    }

    private func compare(_ sender: GatewayHost) {
        guard sender.name != local.name else { return }
        for sentence in configuration.contradictions(of: sender, place: place) where contradictions.isNew(sentence) {
            onEvent(.contradiction(sentence))
        }
    }

    private func tell(_ procedure: GatewayProcedure, _ text: String) {
        guard lacks[procedure] != text else { return }
        lacks[procedure] = text
        onEvent(.procedure(procedure, text))
    }
}
