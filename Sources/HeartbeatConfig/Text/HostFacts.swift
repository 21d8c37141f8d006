// The questions about this machine that decide whether a configuration can work here. Asked through closures, so that
// reading a configuration stays a pure function and can be tested for machines that do not exist.

import HeartbeatModel

/// What only the host can know. Every closure has a default under which nothing is refused.
///
/// `nil` as an answer means "not known now". No host name is looked up: a name server that is down must not keep a cluster from
/// starting.
package struct HostFacts: Sendable {
    /// What lies at a device's path, symbolic links followed.
    package enum DeviceKind: Hashable, Sendable {
        case missing
        case characterDevice
        case other
    }

    package var deviceKind: @Sendable (_ path: String) -> DeviceKind = { _ in .characterDevice }
    package var hasInterface: @Sendable (_ name: String) -> Bool? = { _ in nil }
    /// Whether the interface has the address now; `nil`: nobody looked.
    package var hasAddress: @Sendable (_ address: IPAddress, _ interface: String) -> Bool? = { _, _ in nil }
    /// Whether the interface has an IPv4 broadcast address now (SIOCGIFBRDADDR).
    package var hasBroadcastAddress: @Sendable (_ interface: String) -> Bool? = { _ in nil }
    package var userExists: @Sendable (_ name: String) -> Bool = { _ in true }
    package var groupExists: @Sendable (_ name: String) -> Bool = { _ in true }
    package var isExecutable: @Sendable (_ path: String) -> Bool = { _ in true }
    /// Where an address would come up; `nil`: nobody looked.
    package var place: @Sendable (_ address: ServiceAddress) -> AddressPlace? = { _ in nil }
    /// The networks of this machine. An address in none of them is a mistake where they are told, which is where nothing is
    /// started: in `heartbeat -t`. Elsewhere – `nil` – it is only warned of, for its network may be late.
    package var networks: @Sendable () -> [InterfaceNetwork]? = { nil }
    /// Who has an address here that no heartbeat of ours has brought up.
    package var holder: @Sendable (_ address: ServiceAddress) -> AddressHolder? = { _ in nil }
    /// Whether the owner has an executable script of that name in `resource.d` of the configuration; an address is then
    /// the script's to bring up.
    package var hasOwnScript: @Sendable (_ name: String) -> Bool = { _ in false }
    /// Looks for a script where a start would look for it.
    package var findScript: @Sendable (_ name: String) -> ScriptSearch = { _ in .found }
    /// Every word that could name a resource here: scripts, and services as `systemd::unit`.
    package var resourceWords: @Sendable () -> [String] = { [] }
    /// Whether the package of heartbeat 3 has brought this program, and will take it along.
    package var belongsToHeartbeat3: @Sendable (_ path: String) -> Bool = { _ in false }
    /// Whether a numeric address is one of this machine's own.
    package var isOwnAddress: @Sendable (_ address: String) -> Bool = { _ in false }
    /// Name of the service to which `/etc/services` gives a UDP port.
    package var serviceForUDPPort: @Sendable (_ port: UInt16) -> String? = { _ in nil }
    /// Port of `ha-cluster/udp` in `/etc/services`; `nil` means 694.
    package var heartbeatPort: UInt16?
    /// The contents and the permission bits of a file in the form of authkeys; `nil`: nobody looked.
    package var keyFile: @Sendable (_ path: String) -> (file: SourceFile, mode: UInt32)? = { _ in nil }
    /// Whether a program stands in the place of a built-in procedure of a gateway service. By default none does, so that a file is
    /// refused that needs one.
    package var hasGatewayHook: @Sendable (_ service: String, _ procedure: GatewayProcedure) -> Bool = { _, _ in false }
    /// This machine is the guest of a hypervisor, which may stop its clocks.
    package var isGuest = false

    package init() {}
}
