// Where service addresses would come up on this machine, and who has those that are up already: what a check of the
// configuration must know before a group is started. It looks once and changes nothing.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// This machine's interfaces and addresses at one moment.
package struct AddressSurvey: Sendable {
    /// `nil` when the kernel does not tell: nothing is known then.
    private let tables: KernelTables?
    private let kernelKeepsMarks: Bool

    package init(_ tables: KernelTables?, kernelKeepsMarks: Bool) {
        self.tables = tables
        self.kernelKeepsMarks = kernelKeepsMarks
    }

    /// Of the network namespace of the calling thread.
    package static func now() -> AddressSurvey {
        AddressSurvey(try? KernelTables.read(NetlinkSocket()), kernelKeepsMarks: KernelRelease.current >= (5, 18))
    }

    /// Where the address is, or would come up; it waits for the kernel if only a route can tell.
    package func place(of address: ServiceAddress) -> AddressPlace? {
        guard let tables else { return nil }
        do throws(AddressFailure) {
            return try Placement.place(of: address, in: tables, route: NetlinkSocket().routeForPlacement)
        } catch {
            return error.isOutside ? .outside(reason: error.reason) : .nowhere(reason: error.reason)
        }
    }

    /// The networks that this machine stands on; none when the kernel does not tell.
    package var networks: [InterfaceNetwork] { tables.map(Placement.networks) ?? [] }

    /// Whether this machine has the address, whoever has brought it up.
    package func isHere(_ address: ServiceAddress) -> Bool {
        tables?.entries(of: address).isEmpty == false
    }

    /// Whether the interface has the address, up or down; `nil` when the kernel does not tell.
    package func has(_ address: IPAddress, on interface: String) -> Bool? {
        guard let tables else { return nil }
        return tables.entries(with: address).contains { tables.interface($0.interface)?.name == interface }
    }

    /// Who has the address here; `nil` when nobody has it, or a heartbeat of ours has brought it up.
    package func holder(of address: ServiceAddress) -> AddressHolder? {
        guard let tables else { return nil }
        for entry in tables.entries(of: address) where entry.setter != Placement.mark {
            let name = tables.interface(entry.interface)?.name ?? ""
            // What an alias is called is as heartbeat 3 calls its addresses; one that has nothing else is not one's way in.
            if let label = entry.label, label.contains(":") { return .earlierHeartbeat(label: label) }
            return kernelKeepsMarks ? .machine(interface: name) : .unknown(interface: name)
        }
        return nil
    }
}

/// The version of the running kernel.
enum KernelRelease {
    /// Major and minor number; 0.0 if it cannot be read.
    static var current: (major: Int, minor: Int) { numbers(in: Machine.kernelRelease) }

    static func numbers(in text: String) -> (major: Int, minor: Int) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isASCII && $0.isNumber }) ?? 0 }
        return (parts.first ?? 0, parts.dropFirst().first ?? 0)
    }
}
