// Runs the decisions of HeartbeatLines on the loop: what the kernel and the probes say goes in, rules, routes, ended connections and
// hooks come out. Every system call is here or below, every decision is there.

import Glibc
import HeartbeatFormats
import HeartbeatInterfaces
import HeartbeatLines
import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatProbes
import HeartbeatSystem

/// The lines of one gateway.
package final class LineRunner {
    package var onEvent: (Event) -> Void = { _ in }
    /// Something about lines or classes may have changed.
    package var onChange: () -> Void = {}

    private let configuration: LineConfiguration
    private let reactor: Reactor
    private let kernel: LineKernel
    private let hooks: LineHooks
    private let watch: InterfaceWatch
    private let listener: RouteListener
    private let prober: PathProber
    private var machine: LineMachine?
    private var states: [String: InterfaceState] = [:]
    private var timer: DeadlineTimer?
    private var lookTimer: ReactorTimer?
    private var wanted: LineTables?
    private var isProgrammed = false
    private var outage = Outage()
    private var troubles = OnceTold()
    private var isClosed = false

    /// News come in showers; one look serves all.
    private static let lookPause = Duration.milliseconds(10)
    /// What is put back so often in a row is left for a second: two who disagree shall not keep the machine busy.
    private static let mostRepairs = 5
    private var repairs = 0

    /// - Parameters:
    ///   - hookDirectory: where the owner's programs are.
    ///   - hookTimeout: how long each of them may take.
    package init(_ configuration: LineConfiguration, hookDirectory: String, hookTimeout: Duration, reactor: Reactor) {
        self.configuration = configuration
        self.reactor = reactor
        kernel = LineKernel(configuration)
        hooks = LineHooks(directory: hookDirectory, timeout: hookTimeout, reactor: reactor)
        watch = InterfaceWatch(reactor: reactor)
        // RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV4_RULE.
        listener = RouteListener(groups: 0x1 | 0x10 | 0x40 | 0x80, reactor: reactor)
        prober = PathProber(reactor: reactor, asksTogether: true)
        timer = DeadlineTimer(reactor: reactor) { [weak self] in self?.expire(at: $0) }
    }

    /// Takes over what a predecessor has left, and begins. It goes on trying what does not work yet.
    package func start() {
        hooks.onText = { [weak self] program, text in self?.onEvent(.said(program: program, text)) }
        hooks.onFailure = { [weak self] text in self?.onEvent(.hookFailed(text)) }
        begin()
        listener.onNews = { [weak self] in self?.heard($0) }
        listener.onGap = { [weak self] in self?.lookSoon() }
        listener.onProblem = { [weak self] in self?.tell("\($0); changes of routes are noticed later") }
        listener.open()
        watch.onChange = { [weak self] name, state in
            self?.states[name] = state
            self?.look()
        }
        watch.onProblem = { [weak self] in self?.tell($0) }
        watch.interfaces = Array(Set(configuration.lines.map(\.interface))).sorted()
        prober.onAnswer = { [weak self] probe, answer in self?.take(.answered(probe: probe, answer)) }
    }

    private func begin() {
        var adopted: [String: String] = [:]
        do throws(SystemError) {
            adopted = LineTables.choices(in: try kernel.present().rules, of: configuration)
            for conflict in try kernel.conflicts(configuration) { onEvent(.conflict(conflict)) }
        } catch {
            tell("\(error)")
        }
        if !adopted.isEmpty { onEvent(.adopted(adopted)) }
        machine = LineMachine(configuration, adopted: adopted, now: reactor.now)
    }

    /// Ends watching. Rules and routes are removed, unless a successor is to find them.
    package func close(keepsRules: Bool = false) {
        guard !isClosed else { return }
        isClosed = true
        timer?.set(nil)
        lookTimer?.cancel()
        outage.giveUp()
        listener.close()
        watch.close()
        prober.close()
        guard !keepsRules else { return }
        do throws(SystemError) { _ = try kernel.removeAll() } catch { tell("\(error)") }
    }

    /// No program of the owner's runs, nor a command of a probe.
    package var isIdle: Bool { hooks.isIdle && prober.isIdle }

    /// To be called for every SIGCHLD.
    package func childMayHaveExited() {
        hooks.childMayHaveExited()
        prober.childMayHaveExited()
    }

    /// How much is lost, as `line_health` counts.
    package var loss: LineLoss? { machine?.loss }

    /// The lines as they are judged now, and the line of each class.
    package var report: LineReport? { machine.map { LineReport($0, at: reactor.now) } }

    // MARK: - Time

    private func take(_ event: LineEvent) {
        guard !isClosed else { return }
        execute(machine?.handle(event, at: reactor.now) ?? [])
        timer?.set(machine?.nextDeadline)
        onChange()
    }

    private func expire(at now: Instant) {
        guard !isClosed else { return }
        execute(machine?.expireTimers(at: now) ?? [])
        timer?.set(machine?.nextDeadline)
        onChange()
    }

    // MARK: - The kernel

    /// Every news of links and addresses is a reason to look, and news of rules and of default routes. What happens to the other
    /// routes of a gateway, of which there may be a million, is nothing to it.
    private func heard(_ news: [NetlinkMessage]) {
        let tables = Set(configuration.lines.map(\.table))
        let isOurs = news.contains { message in
            switch message.type {
            case Netlink.newRoute, Netlink.deleteRoute:
                guard let route = RouteEntry(message) else { return false }
                return tables.contains(route.table)
                    || (route.table == RouteEntry.mainTable && route.destination == .all)
            default: return true
            }
        }
        if isOurs { lookSoon() }
    }

    private func lookSoon() {
        guard lookTimer == nil, !isClosed else { return }
        let pause = repairs < Self.mostRepairs ? Self.lookPause : .seconds(1)
        lookTimer = reactor.after(pause) { [weak self] in
            self?.lookTimer = nil
            self?.look()
        }
    }

    private func look() {
        guard !isClosed, configuration.lines.allSatisfy({ states[$0.interface] != nil }) else { return }
        do throws(SystemError) {
            let tables = try kernel.interfaces()
            for line in configuration.lines {
                let event = try LineLook.event(line, tables, states[line.interface], kernel)
                if case .found = event { loosenFilter(line.interface) }
                take(event)
            }
            if isProgrammed, let wanted { repair(wanted) }
        } catch {
            tell("\(error)")
            outage.tryAgain(on: reactor) { [weak self] in self?.look() }
        }
    }

    private func repair(_ wanted: LineTables) {
        let count = program(wanted)
        repairs = count > 0 ? repairs + 1 : 0
        if count > 0 { onEvent(.repaired(count: count)) }
    }

    private func loosenFilter(_ name: String) {
        switch ReversePathFilter.loosen(name) {
        case .harmless: break
        case .loosened: onEvent(.loosened(interface: name))
        case .refused(let text): tell(text)
        }
    }

    private func execute(_ effects: [LineEffect]) {
        for effect in effects {
            switch effect {
            case .program(let tables):
                wanted = tables
                program(tables)
                // Without the line's table a question has no way, and its failure would be the line's. Later calls change nothing.
                prober.adopt(configuration.probes.map(\.probe))
            case .flush(let selectors):
                BackgroundWork.run(on: reactor) {
                    FlowEnder.end(selectors)
                } completion: { [weak self] result in
                    self?.ended(result)
                }
            case .hook(let hook): hooks.run(hook)
            case .notify(let notice): onEvent(.notice(notice))
            }
        }
    }

    /// Returns how much there was to change. What the kernel refuses is tried again every second.
    @discardableResult
    private func program(_ tables: LineTables) -> Int {
        var failures: [String] = []
        var count = 0
        do throws(SystemError) {
            let result = try kernel.program(tables)
            count = result.count
            failures = result.refusals.map { "\($0)" }
        } catch {
            failures = ["\(error)"]
        }
        isProgrammed = failures.isEmpty
        guard isProgrammed else {
            for failure in failures { tell(failure) }
            outage.tryAgain(on: reactor) { [weak self] in
                guard let self, !isClosed, let wanted else { return }
                program(wanted)
            }
            return 0
        }
        return count
    }

    private func ended(_ result: Result<Int, SystemError>) {
        switch result {
        case .success(0): break
        case .success(let count): onEvent(.ended(connections: count))
        case .failure(let error): tell("connections of a line that is left are not ended: \(error)")
        }
    }

    /// Once in a daemon's life for the same words: what is tried every second fails every second.
    private func tell(_ trouble: String) {
        guard troubles.isNew(trouble) else { return }
        onEvent(.trouble(trouble))
    }
}
