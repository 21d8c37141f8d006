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
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard String(cString: entry.pointee.ifa_name) == interface,
                entry.pointee.ifa_addr?.pointee.sa_family == sa_family_t(AF_INET)
            else { continue }
            if entry.pointee.ifa_flags & UInt32(IFF_BROADCAST) != 0 { return true }
        }
        return false
    }

    private static func portOfService(_ name: String) -> UInt16? {
        guard let entry = getservbyname(name, "udp") else { return nil }
        return UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
    }
}
