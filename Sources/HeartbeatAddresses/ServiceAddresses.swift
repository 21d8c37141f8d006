// The service addresses of this node, for the daemon: brings them up, announces them, watches over them and takes them down.
// It refuses to know of groups and of what becomes of an address that is lost.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// Does what a script would for address resources, a whole step at once and without waiting for anything but the kernel: about
/// a tenth of a millisecond for one address, some for hundreds.
package final class ServiceAddresses {
    /// An address that was brought up here was removed by somebody else, or its interface is down or gone. Told once; by then
    /// nothing is announced any more, and it is watched again when it has been started again.
    package var onLost: (ServiceAddress) -> Void = { _ in }
    /// Addresses that were brought up here together have been announced for the first time; told again when that took more
    /// than one turn of the loop.
    package var onAnnounced: (FirstAnnouncement) -> Void = { _ in }
    /// What neighbours are found to believe of addresses that were announced.
    package var onNeighbours: (_ addresses: [IPAddress], NeighbourNews) -> Void {
        get { neighbours.onNews }
        set { neighbours.onNews = newValue }
    }
    /// Which neighbours are asked, and which never.
    package var neighbourRules: NeighbourRules {
        get { neighbours.rules }
        set { neighbours.rules = newValue }
    }
    /// Whether this node's kernel lets nothing of these addresses pass just now: no announcement of them can leave.
    package var isSilenced: () -> Bool {
        get { announcer.isSilenced }
        set {
            announcer.isSilenced = newValue
            neighbours.isSilenced = newValue
        }
    }
    /// Something that does not keep an address from working, but an operator should know.
    package var onProblem: (_ text: String) -> Void = { _ in }

    private let reactor: Reactor
    private let keeper = AddressKeeper()
    private let announcer: Announcer
    private let neighbours: NeighbourCheck
    private let watch: AddressWatch
    /// Brought up here, and the interface that had them.
    private var held: [IPAddress: HeldAddress] = [:]
    /// Where those were that somebody else has removed since.
    private var lost: [IPAddress: HeldAddress] = [:]
    /// The kernel does not say which addresses are still here.
    private var outage = Outage()

    package init(reactor: Reactor) {
        self.reactor = reactor
        announcer = Announcer(reactor: reactor)
        neighbours = NeighbourCheck(reactor: reactor)
        watch = AddressWatch(reactor: reactor)
        announcer.onProblem = { [weak self] in self?.onProblem("\($0)") }
        announcer.onAnnounced = { [weak self] in self?.announced($0) }
        neighbours.announce = { [weak self] addresses in
            guard let self else { return }
            announcer.remark(announcements(of: addresses))
        }
        neighbours.announceAgain = { [weak self] addresses in
            guard let self else { return }
            announcer.announce(announcements(of: addresses), isFirst: false)
        }
        watch.onProblem = { [weak self] in self?.onProblem("\($0); a removed address is not noticed at once") }
        watch.concerns = { [weak self] in self?.concerns($0) ?? false }
        watch.onSuspicion = { [weak self] in self?.lookForLost() }
        watch.open()
    }

    /// Ends announcing and watching. The addresses stay as they are.
    package func close() {
        watch.close()
        announcer.cancelAll()
        neighbours.cancelAll()
        outage.giveUp()
        held = [:]
    }

    /// Performs one step; resources that are no addresses are passed over. The answer is that of a script:
    /// - `start`, `stop`: code 0, or 1 with a line `ADDRESS: why and what to do` for each address that failed. The others have
    ///   been started or stopped all the same.
    /// - `status`: code 0 `running` when all can be used, 3 `stopped` when none is here; anything between, and a kernel that
    ///   does not answer, is no answer (`notRun`) that could be taken for either.
    package func perform(_ verb: ResourceVerb, _ resources: [Resource]) -> ActionResult {
        let wanted = resources.compactMap(WantedAddress.init)
        do throws(SystemError) {
            switch verb {
            case .start: return AddressAnswer.done(try start(wanted))
            case .stop: return AddressAnswer.done(try stop(wanted))
            case .status: return AddressAnswer.status(try keeper.states(of: wanted.map(\.address)))
            }
        } catch {
            return verb == .status ? .notRun(reason: "\(error)") : .exited(code: 1, output: "\(error)\n")
        }
    }

    /// Looks after addresses that the program before this one has brought up; nobody is told anything. Those that are gone are lost.
    package func resume(_ resources: [Resource]) {
        let addresses = resources.compactMap(\.address)
        do throws(SystemError) {
            for address in try keeper.held(addresses) { held[address.address.ip] = address }
        } catch {
            return onProblem("\(error); whether addresses are removed is not noticed until they are started again")
        }
        let gone = addresses.filter { held[$0.ip] == nil }
        if !gone.isEmpty { reactor.after(.zero) { [weak self] in self?.report(gone) } }
    }

    /// Tells the neighbours again where these addresses are; those that are not here are passed over.
    package func announce(_ resources: [Resource]) {
        do throws(SystemError) {
            announce(try keeper.held(resources.compactMap(\.address)))
        } catch {
            onProblem("\(error); nothing is announced")
        }
    }

    private func start(_ wanted: [WantedAddress]) throws(SystemError) -> [AddressFailure] {
        var wanted = wanted
        for index in wanted.indices {
            let ip = wanted[index].address.ip
            wanted[index].former = held[ip] ?? lost[ip]
        }
        let outcome = try keeper.start(wanted)
        for address in outcome.held {
            held[address.address.ip] = address
            lost[address.address.ip] = nil
        }
        announce(outcome.held)
        return outcome.failures
    }

    private func stop(_ wanted: [WantedAddress]) throws(SystemError) -> [AddressFailure] {
        // Also when a removal fails: no announcement repeats these addresses any more, and their loss is no event.
        for wanted in wanted {
            held[wanted.address.ip] = nil
            lost[wanted.address.ip] = nil
        }
        cancelAnnouncements(wanted.map(\.address.ip))
        return try keeper.stop(wanted)
    }

    private func announce(_ addresses: [HeldAddress]) {
        announcer.announce(addresses.compactMap(AnnouncedAddress.init))
    }

    /// Neighbours are asked when each has been told once, and not before whoever counts on that knows it.
    private func announced(_ announcement: FirstAnnouncement) {
        onAnnounced(announcement)
        guard announcement.end != nil else { return }
        neighbours.begin(announcement.addresses, at: announcement.begin)
    }

    /// Those that are still here.
    private func announcements(of addresses: [IPAddress]) -> [AnnouncedAddress] {
        addresses.compactMap { held[$0].flatMap(AnnouncedAddress.init) }
    }

    private func cancelAnnouncements(_ addresses: [IPAddress]) {
        announcer.cancel(addresses)
        neighbours.cancel(addresses)
    }

    // MARK: - Watching

    private func concerns(_ news: AddressNews) -> Bool {
        switch news {
        case .removed(let ip): held[ip] != nil
        case .interfaceUnusable(let index): held.values.contains { $0.interface.index == index }
        }
    }

    /// News tell of the past: an address removed and put back before we heard of it is not lost.
    private func lookForLost() {
        guard !held.isEmpty else { return }
        let addresses = held.values.map(\.address).sorted { $0.ip < $1.ip }
        do throws(SystemError) {
            let lost = zip(addresses, try keeper.states(of: addresses)).filter { !$1.isRunning }.map(\.0)
            outage.end()
            report(lost)
        } catch {
            if outage.begin() {
                onProblem("\(error); whether addresses have been removed is looked at again in a second")
            }
            outage.tryAgain(on: reactor) { [weak self] in self?.lookForLost() }
        }
    }

    private func report(_ lost: [ServiceAddress]) {
        for address in lost { self.lost[address.ip] = held.removeValue(forKey: address.ip) }
        cancelAnnouncements(lost.map(\.ip))
        // Whoever is told of the first may bring all of a step back at once.
        for address in lost where held[address.ip] == nil { onLost(address) }
    }
}

extension AnnouncedAddress {
    package init?(_ held: HeldAddress) {
        self.init(held.address.ip, on: held.interface)
    }
}

extension AddressState {
    fileprivate var isRunning: Bool {
        if case .running = self { true } else { false }
    }
}

/// The answers of a step of addresses, in the form of a script's.
package enum AddressAnswer {
    static func done(_ failures: [AddressFailure]) -> ActionResult {
        .exited(code: failures.isEmpty ? 0 : 1, output: failures.map { "\($0)\n" }.joined())
    }

    package static func status(_ states: [AddressState]) -> ActionResult {
        let running = states.count(where: \.isRunning)
        if running == states.count { return .exited(code: 0, output: "running\n") }
        if states.allSatisfy({ $0 == .stopped }) { return .exited(code: 3, output: "stopped\n") }
        for case .unusable(let failure) in states { return .notRun(reason: "\(failure)") }
        return .notRun(reason: "\(states.count - running) of \(states.count) addresses are missing")
    }
}
