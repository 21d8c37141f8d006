// Brings service addresses up and takes them down, a whole batch with a few system calls, and says whether they are there.
// Each call looks at what the kernel has, changes what differs and reports what could not be changed; the rest is done all
// the same. It refuses to know what happens before and after: who is told, and who watches.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// What became of a batch.
package struct BatchOutcome {
    /// Up, in the order of the batch.
    package var held: [HeldAddress] = []
    package var failures: [AddressFailure] = []
}

/// Does the work on one routing socket.
package final class AddressKeeper {
    private let socket = NetlinkSocket()

    package init() {}

    // MARK: - Start

    /// Brings up what is not up.
    ///
    /// An address is up when the interface its word names has it, or any but the loopback interface if it names none; with
    /// which prefix length does not matter. One that another interface has is moved.
    package func start(_ batch: [WantedAddress]) throws(SystemError) -> BatchOutcome {
        let tables = try KernelTables.read(socket)
        var outcome = BatchOutcome()
        var labels = AliasLabels(tables)
        var additions: [Placement] = []
        for wanted in batch {
            if case .running(let interface) = tables.state(of: wanted.address) {
                outcome.held.append(tables.held(wanted.address, by: interface))
                continue
            }
            labels.isWanted = wanted.wantsLabel
            do throws(AddressFailure) {
                additions.append(
                    try Placement(
                        wanted.address, in: tables, former: wanted.former, route: socket.routeForPlacement,
                        labels: &labels
                    ))
            } catch {
                outcome.failures.append(error)
            }
        }
        try add(additions, tables, &outcome)
        return outcome
    }

    private func add(
        _ placements: [Placement], _ tables: KernelTables, _ outcome: inout BatchOutcome
    ) throws(SystemError) {
        // One that is on the right interface, but may not be used, cannot be added beside itself.
        try remove(placements.flatMap { tables.unusableEntries(of: $0) })
        try promoteSecondaries(placements.filter { !$0.address.isIPv6 }.map(\.interface))
        let answers = try socket.change(placements.map(\.addition))
        var misplaced: [AddressEntry] = []
        for (placement, answer) in zip(placements, answers) {
            if answer.code == 0 || answer.code == EEXIST {
                outcome.held.append(HeldAddress(placement))
                misplaced += tables.entries(of: placement.address).filter { $0.interface != placement.interface.index }
            } else {
                outcome.failures.append(AddressFailure(placement, answer))
            }
        }
        try remove(misplaced)
    }

    // MARK: - Stop

    /// Removes the addresses from wherever they are, because what stays would answer beside the node that takes over; only
    /// on the loopback interface they stay unless their words name it, where real servers behind a balancer have them.
    package func stop(_ batch: [WantedAddress]) throws(SystemError) -> [AddressFailure] {
        let tables = try KernelTables.read(socket)
        let found = batch.flatMap { wanted in tables.entries(of: wanted.address).map { (wanted.address, $0) } }
        let entries = Set(found.map(\.1))
        let threatening = entries.filter { tables.hasDependents($0, beside: entries) }
        let refusal = try protectOthers(from: threatening, tables)
        // The secondaries first: the last to go is the one that others may hang on.
        let ordered = found.filter(\.1.isSecondary) + found.filter { !$0.1.isSecondary }
        let doomed = ordered.filter { refusal == nil || !threatening.contains($0.1) }
        let answers = try socket.change(doomed.map(\.1.removal))
        let failures = zip(doomed, answers).compactMap { pair, answer in
            answer.isGone ? nil : AddressFailure(address: pair.0, reason: "cannot remove it: \(answer.text)")
        }
        guard let refusal else { return failures }
        return failures
            + found.filter { threatening.contains($0.1) }.map { AddressFailure(address: $0.0, reason: refusal) }
    }

    /// The first IPv4 address of a network takes all others of it along when it goes, the permanent one among them, unless
    /// `promote_secondaries` is set. Returns why it could not be set, if it matters.
    private func protectOthers(
        from threatening: Set<AddressEntry>, _ tables: KernelTables
    ) throws(SystemError) -> String? {
        let answers = try promoteSecondaries(threatening.compactMap { tables.interface($0.interface) })
        guard let refusal = answers.first(where: { $0.code != 0 && !$0.isGone }) else { return nil }
        return "removing it would remove other addresses of its network too, and promote_secondaries cannot be set "
            + "(\(refusal.text)); sysctl net.ipv4.conf.all.promote_secondaries=1"
    }

    /// It is set where an address is added, too: when the permanent address goes, as at a change of the DHCP lease, the service
    /// address stays. That it cannot be set is no reason not to add.
    @discardableResult
    private func promoteSecondaries(_ interfaces: [InterfaceEntry]) throws(SystemError) -> [NetlinkAnswer] {
        let lacking = Set(interfaces.filter { !$0.promotesSecondaries }).sorted { $0.index < $1.index }
        return lacking.isEmpty ? [] : try socket.change(lacking.map(\.promotion))
    }

    private func remove(_ entries: [AddressEntry]) throws(SystemError) {
        guard !entries.isEmpty else { return }
        _ = try socket.change(entries.map(\.removal))
    }

    // MARK: - Status

    package func states(of addresses: [ServiceAddress]) throws(SystemError) -> [AddressState] {
        let tables = try KernelTables.read(socket)
        return addresses.map { tables.state(of: $0) }
    }

    /// What can be announced of these addresses: those that are up.
    package func held(_ addresses: [ServiceAddress]) throws(SystemError) -> [HeldAddress] {
        let tables = try KernelTables.read(socket)
        return addresses.compactMap { address in
            guard case .running(let interface) = tables.state(of: address) else { return nil }
            return tables.held(address, by: interface)
        }
    }

    /// The interface with this name.
    package func interface(named name: String) throws(SystemError) -> InterfaceEntry? {
        try socket.list(InterfaceEntry.request).lazy.compactMap(InterfaceEntry.init).first { $0.name == name }
    }
}

extension NetlinkAnswer {
    /// The address or its interface is not there, whoever has removed it.
    fileprivate var isGone: Bool { code == 0 || code == EADDRNOTAVAIL || code == ENODEV }
}

extension AddressFailure {
    fileprivate init(_ placement: Placement, _ answer: NetlinkAnswer) {
        let name = placement.interface.name
        let remedy =
            switch answer.code {
            case EPERM: "; run as root"
            case EACCES where placement.address.isIPv6: "; sysctl net.ipv6.conf.\(name).disable_ipv6=0"
            case ENODEV: "; the interface has just vanished"
            default: ""
            }
        self.init(address: placement.address, reason: "cannot add it to \(name): \(answer.text)\(remedy)")
    }
}
