// The answers of this machine to what the configuration checker wants to know about it.

import Glibc
import HeartbeatConfig
import HeartbeatLinux

extension HostFacts {
    /// Asks the running system, and `scripts` about resource scripts.
    static func ofThisHost(scripts: ResourceScripts) -> HostFacts {
        let survey = AddressSurvey.now()
        var facts = HostFacts()
        facts.deviceKind = deviceKind(of:)
        facts.hasInterface = { if_nametoindex($0) != 0 }
        facts.hasBroadcastAddress = hasBroadcastAddress(_:)
        facts.userExists = { Directories.userID($0) != nil }
        facts.groupExists = { Directories.groupID($0) != nil }
        facts.isExecutable = { access($0, X_OK) == 0 }
        facts.place = { survey.place(of: $0) }
        facts.holder = { survey.holder(of: $0) }
        facts.hasOwnScript = { name in scripts.ownScript(name) != nil }
        facts.findScript = { name in
            switch scripts.locate(name) {
            case .success: .found
            case .failure(.notExecutable(let path)): .notExecutable(path: path)
            case .failure(.notFound(_, let searched)): .missing(searched: searched)
            // The reader has said what is wrong with such a name.
            case .failure(.badName): .found
            }
        }
        facts.serviceForUDPPort = serviceForUDPPort(_:)
        facts.heartbeatPort = portOfService("ha-cluster")
        return facts
    }

    private static func deviceKind(of path: String) -> DeviceKind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        return status.st_mode & S_IFMT == S_IFCHR ? .characterDevice : .other
    }

    private static func hasBroadcastAddress(_ interface: String) -> Bool? {
        let addresses = LocalAddress.all().filter { $0.interface == interface && !$0.address.isIPv6 }
        // An interface that has no address yet may get one that can: a node must not stay down for a slow DHCP server.
        return addresses.isEmpty ? nil : addresses.contains(where: \.canBroadcast)
    }

    private static func serviceForUDPPort(_ port: UInt16) -> String? {
        guard let entry = getservbyport(Int32(port.bigEndian), "udp") else { return nil }
        return String(cString: entry.pointee.s_name)
    }

    private static func portOfService(_ name: String) -> UInt16? {
        guard let entry = getservbyname(name, "udp") else { return nil }
        return UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
    }
}
