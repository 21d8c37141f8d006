// The answers of this machine to what the configuration checker wants to know about it.

import Glibc
import HeartbeatConfig
import HeartbeatLinux

extension HostFacts {
    /// Asks the running system.
    static func ofThisHost() -> HostFacts {
        var facts = HostFacts()
        facts.deviceKind = deviceKind(of:)
        facts.hasInterface = { if_nametoindex($0) != 0 }
        facts.hasBroadcastAddress = hasBroadcastAddress(_:)
        facts.userExists = { Directories.userID($0) != nil }
        facts.groupExists = { Directories.groupID($0) != nil }
        facts.isExecutable = { access($0, X_OK) == 0 }
        facts.heartbeatPort = portOfService("ha-cluster")
        return facts
    }

    private static func deviceKind(of path: String) -> DeviceKind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        return status.st_mode & S_IFMT == S_IFCHR ? .characterDevice : .other
    }

    private static func hasBroadcastAddress(_ interface: String) -> Bool? {
        LocalAddress.all().contains { $0.interface == interface && !$0.address.isIPv6 && $0.canBroadcast }
    }

    private static func portOfService(_ name: String) -> UInt16? {
        guard let entry = getservbyname(name, "udp") else { return nil }
        return UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
    }
}
