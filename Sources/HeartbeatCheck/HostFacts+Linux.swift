// The answers of this machine to what the configuration checker wants to know about it.

import Glibc
import HeartbeatAddresses
import HeartbeatConfig
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

extension HostFacts {
    /// Asks the running system, and `scripts` about resource scripts.
    package static func ofThisHost(scripts: ResourceScripts) -> HostFacts {
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
        facts.findScript = { scripts.search($0) }
        facts.resourceWords = { scripts.available() }
        facts.belongsToHeartbeat3 = belongsToHeartbeat3(_:)
        facts.isOwnAddress = isOwnAddress(_:)
        facts.serviceForUDPPort = serviceForUDPPort(_:)
        facts.heartbeatPort = portOfService("ha-cluster")
        facts.keyFile = { (.read($0, atMost: ConfigurationLoader.longestFile), SourceFile.mode(of: $0)) }
        facts.isGuest = Hypervisor.isPresent
        return facts
    }

    /// dpkg keeps a list of the files of a package for as long as it is installed; of one that was removed only of those in
    /// /etc.
    private static func belongsToHeartbeat3(_ path: String) -> Bool {
        let resolved = Directories.resolved(path)
        do throws(SystemError) {
            let list = try WholeFile.read("/var/lib/dpkg/info/heartbeat.list", atMost: 1 << 20)
            return list.split(separator: UInt8(ascii: "\n"))
                .contains { $0.elementsEqual(path.utf8) || $0.elementsEqual(resolved.utf8) }
        } catch {
            return false
        }
    }

    private static func isOwnAddress(_ text: String) -> Bool {
        guard let address = IPAddress(droppingZoneOf: text) else { return false }
        return LocalAddress.all().contains { $0.address == address }
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
