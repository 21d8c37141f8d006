// Whether a service address is up, from what the kernel has: on which interface, and what hangs on it. Pure.

import HeartbeatFormats
import HeartbeatModel

/// An address resource: what is to be brought up, and by whose rules.
package struct WantedAddress: Hashable {
    package let address: ServiceAddress
    /// It gets an alias label even though its word names none.
    package let wantsLabel: Bool
    /// Where it is or was until somebody took it away; it is put back there.
    package var former: HeldAddress?

    /// `nil` for a resource that is no address.
    package init?(_ resource: Resource) {
        guard let address = resource.address else { return nil }
        self.address = address
        wantsLabel = resource.scriptName == "IPaddr"
    }
}

/// An address that is up, the interface that has it, and the prefix length it has there.
package struct HeldAddress: Hashable {
    package let address: ServiceAddress
    package let interface: InterfaceEntry
    let prefixLength: UInt8
}

/// The state of one address.
package enum AddressState: Hashable {
    case running(InterfaceEntry)
    case stopped
    /// It is here, but nobody is served by it.
    case unusable(AddressFailure)
}

extension KernelTables {
    /// Wherever the address is, but for the loopback interface if its word does not name it.
    package func entries(of address: ServiceAddress) -> [AddressEntry] {
        entries(with: address.ip).filter { entry in
            guard let interface = interface(entry.interface) else { return false }
            return !interface.isLoopback || interface.name == address.interface
        }
    }

    package func state(of address: ServiceAddress) -> AddressState {
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

    package func held(_ address: ServiceAddress, by interface: InterfaceEntry) -> HeldAddress {
        let entry = entries(of: address).first { $0.interface == interface.index }
        return HeldAddress(
            address: address, interface: interface,
            prefixLength: entry?.prefixLength ?? UInt8(address.ip.length))
    }

    package func unusableEntries(of placement: Placement) -> [AddressEntry] {
        entries(of: placement.address).filter { $0.interface == placement.interface.index && !$0.isUsable }
    }

    /// Whether IPv4 addresses that stay hang on this one.
    package func hasDependents(_ entry: AddressEntry, beside doomed: Set<AddressEntry>) -> Bool {
        guard !entry.address.isIPv6, !entry.isSecondary else { return false }
        return addresses.contains { other in
            other.isSecondary && other.interface == entry.interface && other.prefixLength == entry.prefixLength
                && other.network.isInNetwork(of: entry.network, bits: Int(entry.prefixLength))
                && !doomed.contains(other)
        }
    }
}

extension HeldAddress {
    package init(_ placement: Placement) {
        self.init(
            address: placement.address, interface: placement.interface, prefixLength: placement.prefixLength)
    }
}
