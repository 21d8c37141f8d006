// Keeps the kernel's lease for the core: sets it up, stores the deadlines that the core grants, and watches the two clocks that
// may differ. It refuses to know when a deadline is due.

import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLease
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// The lease of one running node.
final class LeaseService {
    /// Clocks that differ by so much more than before have not been read side by side.
    private static let suspension = Duration.milliseconds(5)

    private let facts: FactTeller
    private let reactor: Reactor
    private var lease: (kernel: KernelLease, watch: LeaseWatch)?
    private var guarded: Set<IPAddress> = []
    /// How much further the kernel's clock is than the loop's.
    private var lead = Duration.zero

    init(facts: FactTeller, reactor: Reactor) {
        self.facts = facts
        self.reactor = reactor
    }

    /// What a guardian needs of it.
    var memory: GuardMemory? { lease?.kernel.memory }

    /// The kernel answers for service addresses only while it is told to.
    var isHeld: Bool { lease != nil }

    /// The kernel answers for no service address just now.
    var isDark: Bool { lease.map { $0.kernel.until <= .sinceBoot } ?? false }

    /// For whoever asks.
    var fact: NodeFacts.LeaseFact {
        let left = lease.map { $0.kernel.until - .sinceBoot }
        return NodeFacts.LeaseFact(isHeld: isHeld, isDark: isDark, left: left.map { max(.zero, $0) })
    }

    // MARK: - Setting up

    /// Sets the kernel up: from now on it answers for no service address before the first deadline is stored. What an earlier
    /// daemon has hung up is replaced, or taken off where there is no lease.
    func open(_ configuration: Configuration) {
        guard configuration.leaseTimes != nil else { return takeOff() }
        do throws(SystemError) {
            open(configuration, try KernelLease())
        } catch {
            unavailable(error)
        }
    }

    /// Goes on with that of the program before this one; without one nothing is changed.
    func resume(_ configuration: Configuration, _ kept: KeptLease?) {
        guard let kept else { return }
        do throws(SystemError) {
            open(configuration, try KernelLease(kept))
        } catch {
            unavailable(error)
        }
    }

    /// `nil` without one.
    func handOver(to next: HandOver) throws(SystemError) -> KeptLease? { try lease?.kernel.handOver(to: next) }

    private func open(_ configuration: Configuration, _ kernel: KernelLease) {
        let watch = LeaseWatch(LeaseFilters(kernel.programs), reactor: reactor)
        watch.onRestored = { [facts] interface in
            facts.tell(
                .leaseFilterRestored,
                "Somebody had taken the lease's filters off \(interface); they hang again",
                [Fact.Field(.interface, interface)])
        }
        watch.onProblem = { [facts] in facts.tell(.leaseProblem, $0) }
        watch.onRecovery = { [facts] in
            facts.tell(.leaseComplete, "The lease's filters hang on every interface that is up")
        }
        lease = (kernel, watch)
        _ = sinceLastLook()
        guardAddresses(of: configuration)
        watch.open()
    }

    private func unavailable(_ error: SystemError) {
        facts.tell(.leaseUnavailable, "\(error); \(LeaseCheck.withoutLease)")
        // An earlier daemon's deadline is over, and nobody would ever move it.
        takeOff()
    }

    private func takeOff() {
        do throws(SystemError) {
            try LeaseFilters.takeOffEverywhere()
        } catch {
            facts.tell(.leaseProblem, "\(error)")
        }
    }

    /// The files were read again: what they name is guarded before it is started. What they name no more stays so.
    func adopt(_ configuration: Configuration) {
        guardAddresses(of: configuration)
    }

    private func guardAddresses(of configuration: Configuration) {
        guard let lease else { return }
        let named = configuration.groups.flatMap(\.resources).compactMap { $0.address?.ip }
        for address in named where !guarded.contains(address) {
            do throws(SystemError) {
                try lease.kernel.guardAddresses([address])
                guarded.insert(address)
            } catch {
                facts.tell(.leaseProblem, "\(error); \(address) answers without a lease")
            }
        }
    }

    /// The node ends, and nothing of its addresses is up any more.
    func close() {
        guard let lease else { return }
        lease.watch.close()
        self.lease = nil
        takeOff()
    }

    // MARK: - Time

    /// For how long the machine was suspended since this was last asked.
    func sinceLastLook() -> Duration? {
        guard lease != nil else { return nil }
        // In this order, so that what passes between the two never makes a deadline later.
        let kernel = Instant.sinceBoot
        let difference = kernel - Instant.now
        defer { lead = max(lead, difference) }
        let more = difference - lead
        return lead > .zero && more > Self.suspension ? more : nil
    }

    /// Stores a deadline of the loop's clock, if it is still due; returns the one that is in force.
    func hold(until: Instant, _ ground: LeaseGround, hasKeepaliveLeft: Bool) -> Instant? {
        guard let kernel = lease?.kernel else { return nil }
        let isOver = isDark
        let isDue =
            switch ground {
            case .keepalive: hasKeepaliveLeft && !isOver
            case .solitude: !isOver
            case .agreement: true
            case .shortening: !isOver && until + lead < kernel.until
            }
        if isDue { kernel.store(until: until + lead) }
        return kernel.until - lead
    }

    /// The core that the deadline was for is no more.
    func darken() {
        lease?.kernel.store(until: .zero)
    }
}
