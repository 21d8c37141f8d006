// Brings service addresses up and takes them down, a whole batch with a few system calls, and says whether they are there.
// Each call looks at what the kernel has, changes what differs and reports what could not be changed; the rest is done all
// the same. It refuses to know what happens before and after: who is told, and who watches.

import Glibc
import HeartbeatModel

/// An address resource: what is to be brought up, and by whose rules.
struct WantedAddress: Hashable {
    let address: ServiceAddress
    /// It gets an alias label even though its word names none.
    let wantsLabel: Bool
    /// Where it is or was until somebody took it away; it is put back there.
    var former: HeldAddress?

    /// `nil` for a resource that is no address.
    init?(_ resource: Resource) {
        guard let address = resource.address else { return nil }
        self.address = address
        wantsLabel = resource.scriptName == "IPaddr"
    }
}

/// An address that is up, the interface that has it, and the prefix length it has there.
struct HeldAddress: Hashable {
    let address: ServiceAddress
    let interface: InterfaceEntry
    let prefixLength: UInt8
}

/// What became of a batch.
struct BatchOutcome {
    /// Up, in the order of the batch.
    var held: [HeldAddress] = []
    var failures: [AddressFailure] = []
}

/// The state of one address.
enum AddressState: Hashable {
    case running(InterfaceEntry)
    case stopped
    /// It is here, but nobody is served by it.
    case unusable(AddressFailure)
}

/// Does the work on one routing socket.
final class AddressKeeper {
    private let socket = NetlinkSocket()

    // MARK: - Start

    /// Brings up what is not up.
    ///
    /// An address is up when the interface its word names has it, or any but the loopback interface if it names none; with
    /// which prefix length does not matter. One that another interface has is moved.
    func start(_ batch: [WantedAddress]) throws(NetlinkError) -> BatchOutcome {
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
                        wanted.address, in: tables, former: wanted.former, route: socket.route, labels: &labels
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
    ) throws(NetlinkError) {
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
    func stop(_ batch: [WantedAddress]) throws(NetlinkError) -> [AddressFailure] {
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
    ) throws(NetlinkError) -> String? {
        let answers = try promoteSecondaries(threatening.compactMap { tables.interface($0.interface) })
        guard let refusal = answers.first(where: { $0.code != 0 && !$0.isGone }) else { return nil }
        return "removing it would remove other addresses of its network too, and promote_secondaries cannot be set "
            + "(\(refusal.text)); sysctl net.ipv4.conf.all.promote_secondaries=1"
    }

    /// It is set where an address is added, too: when the permanent address goes, as at a change of the DHCP lease, the service
    /// address stays. That it cannot be set is no reason not to add.
    @discardableResult
    private func promoteSecondaries(_ interfaces: [InterfaceEntry]) throws(NetlinkError) -> [NetlinkAnswer] {
        let lacking = Set(interfaces.filter { !$0.promotesSecondaries }).sorted { $0.index < $1.index }
        return lacking.isEmpty ? [] : try socket.change(lacking.map(\.promotion))
    }

    private func remove(_ entries: [AddressEntry]) throws(NetlinkError) {
        guard !entries.isEmpty else { return }
        _ = try socket.change(entries.map(\.removal))
    }

    // MARK: - Status

    func states(of addresses: [ServiceAddress]) throws(NetlinkError) -> [AddressState] {
        let tables = try KernelTables.read(socket)
        return addresses.map { tables.state(of: $0) }
    }

    /// What can be announced of these addresses: those that are up.
    func held(_ addresses: [ServiceAddress]) throws(NetlinkError) -> [HeldAddress] {
        let tables = try KernelTables.read(socket)
        return addresses.compactMap { address in
            guard case .running(let interface) = tables.state(of: address) else { return nil }
            return tables.held(address, by: interface)
        }
    }

    /// The interface with this name.
    func interface(named name: String) throws(NetlinkError) -> InterfaceEntry? {
        try socket.list(InterfaceEntry.request).lazy.compactMap(InterfaceEntry.init).first { $0.name == name }
    }
}

extension KernelTables {
    /// Wherever the address is, but for the loopback interface if its word does not name it.
    func entries(of address: ServiceAddress) -> [AddressEntry] {
        entries(with: address.bytes).filter { entry in
            guard let interface = interface(entry.interface) else { return false }
            return !interface.isLoopback || interface.name == address.interface
        }
    }

    func state(of address: ServiceAddress) -> AddressState {
        let entries = entries(of: address)
        var reason: String?
        for entry in entries {
            guard let interface = interface(entry.interface) else { continue }
            if let name = address.interface, name != interface.name {
                reason = "it is on \(interface.name), not on \(name)"
            } else if !entry.isUsable {
                reason = "another station uses it, or the kernel is still asking (\(interface.name))"
            } else if !interface.isUp {
                reason = "its interface \(interface.name) is down; ip link set \(interface.name) up"
            } else {
                return .running(interface)
            }
        }
        return reason.map { .unusable(AddressFailure(address: address, reason: $0)) } ?? .stopped
    }

    fileprivate func held(_ address: ServiceAddress, by interface: InterfaceEntry) -> HeldAddress {
        let entry = entries(of: address).first { $0.interface == interface.index }
        return HeldAddress(
            address: address, interface: interface,
            prefixLength: entry?.prefixLength ?? UInt8(address.bytes.count * 8))
    }

    fileprivate func unusableEntries(of placement: Placement) -> [AddressEntry] {
        entries(of: placement.address).filter { $0.interface == placement.interface.index && !$0.isUsable }
    }

    /// Whether IPv4 addresses that stay hang on this one.
    fileprivate func hasDependents(_ entry: AddressEntry, beside doomed: Set<AddressEntry>) -> Bool {
        guard entry.address.count == 4, !entry.isSecondary else { return false }
        return addresses.contains { other in
            other.isSecondary && other.interface == entry.interface && other.prefixLength == entry.prefixLength
                && Prefix.matches(other.network, entry.network, bits: Int(entry.prefixLength))
                && !doomed.contains(other)
        }
    }
}

extension NetlinkAnswer {
    /// The address or its interface is not there, whoever has removed it.
    fileprivate var isGone: Bool { code == 0 || code == EADDRNOTAVAIL || code == ENODEV }

    var text: String {
        HostError.text(of: code) + (explanation.map { " (\($0))" } ?? "")
    }
}

extension HeldAddress {
    fileprivate init(_ placement: Placement) {
        self.init(
            address: placement.address, interface: placement.interface, prefixLength: placement.prefixLength)
    }
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
