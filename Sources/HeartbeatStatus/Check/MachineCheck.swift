// What is wrong with a machine for the node that its files describe: a pure function of what was found there. What the check of the
// files says itself – that something is missing altogether – is not said again.

import HeartbeatModel

/// Looks at one machine.
package struct MachineCheck: Sendable {
    let facts: MachineFacts
    /// `nil` where the files are wrong: then only what needs none of them is looked at.
    let configuration: Configuration?

    package init(_ facts: MachineFacts, for configuration: Configuration?) {
        self.facts = facts
        self.configuration = configuration
    }

    package var findings: [Finding] {
        var findings = trust + account
        if let configuration {
            findings += interfaces(of: configuration) + ports(of: configuration) + devices + units
            findings += rights(for: configuration.realtime) + kernel(for: configuration) + guardian(for: configuration)
        }
        if !facts.isRoot {
            findings.append(
                Finding(
                    .notRoot, "user", "root", FindingCode.notRoot.entry.sentence,
                    remedy: FindingCode.notRoot.entry.remedy))
        }
        return findings
    }

    // MARK: - Files and accounts

    private var trust: [Finding] {
        Self.once(facts.fileDoubts).map { doubt in
            Finding(
                .fileNotTrusted, doubt.isGrave ? .error : .warning, "file", doubt.path,
                "others than root can change \(doubt.path): \(doubt.text)")
        }
            + Self.once(facts.hookDoubts).map { doubt in
                let end = doubt.isGrave ? "it is not run" : "it is run as root all the same"
                return Finding(
                    .hookNotTrusted, "script", doubt.path,
                    "others than root can change \(doubt.path): \(doubt.text); \(end)")
            }
    }

    /// A directory on the way makes all that lies in it doubtful, and is one thing to mend.
    private static func once(_ doubts: [MachineFacts.Doubt]) -> [MachineFacts.Doubt] {
        var seen: Set<String> = []
        return doubts.filter { seen.insert($0.component).inserted }
    }

    private var account: [Finding] {
        guard !facts.hasClientGroup else { return [] }
        return [
            Finding(
                .groupMissing, "group", "haclient", FindingCode.groupMissing.entry.sentence,
                remedy: FindingCode.groupMissing.entry.remedy)
        ]
    }

    // MARK: - The network

    private func interfaces(of configuration: Configuration) -> [Finding] {
        let wanted = configuration.neededInterfaces
        return facts.interfaces.filter { wanted.contains($0.name) }.compactMap { interface in
            if !interface.isUp {
                return Finding(
                    .interfaceDown, "interface", interface.name, "\(interface.name) is switched off",
                    remedy: ["ip link set \(interface.name) up, also at boot"])
            }
            guard !interface.hasCarrier else { return nil }
            return Finding(
                .noCarrier, "interface", interface.name, "\(interface.name) has no carrier",
                remedy: FindingCode.noCarrier.entry.remedy)
        }
    }

    private func ports(of configuration: Configuration) -> [Finding] {
        configuration.boundPorts.compactMap { port, line in
            guard let socket = facts.sockets.first(where: { $0.port == port && !isDaemons($0) }) else { return nil }
            let holder = socket.holder.map { "\($0.name) (process \($0.pid))" } ?? "a process of user \(socket.user)"
            return Finding(
                .udpPortTaken, "port", "\(port)", "UDP port \(port) of the line \(line) is taken by \(holder)",
                remedy: line == "udpport"
                    ? FindingCode.udpPortTaken.entry.remedy : ["end that program, or name another port"])
        }
    }

    /// Whose socket cannot be seen may be the daemon's while one runs. An original has a process for each medium.
    private func isDaemons(_ socket: MachineFacts.UDPSocket) -> Bool {
        guard let daemon = facts.daemon else { return false }
        guard let holder = socket.holder else { return true }
        return holder.pid == daemon.pid || holder.name == "heartbeat"
    }

    private var devices: [Finding] {
        facts.devices.compactMap { device in
            if let holder = device.holder {
                let name = device.path.split(separator: "/").last ?? ""
                let isConsole = holder.name == "agetty" || holder.name == "login" || holder.name == "bash"
                return Finding(
                    .serialTaken, "device", device.path,
                    "\(device.path) is in use by \(holder.name) (process \(holder.pid)): what it reads does not reach heartbeat",
                    remedy: [isConsole ? "systemctl disable --now serial-getty@\(name)" : "end \(holder.name)"])
            }
            return device.refusal.map { Finding(.serialNotPermitted, "device", device.path, $0) }
        }
    }

    // MARK: - Programs and the kernel

    private var units: [Finding] {
        facts.units.filter(\.startsItself).map { unit in
            Finding(
                .unitStartsItself, "unit", unit.name,
                "systemd starts \(unit.name) by itself, and haresources has it as \(unit.resource): after a boot it runs on "
                    + "both nodes",
                remedy: ["systemctl disable \(unit.name)"])
        }
    }

    private func rights(for wanted: RealtimeConfiguration) -> [Finding] {
        guard wanted.isEnabled, let rights = facts.rights else { return [] }
        var findings: [Finding] = []
        if !rights.locksMemory {
            findings.append(
                Finding(
                    .memoryNotLocked, "program", "heartbeat", FindingCode.memoryNotLocked.entry.sentence,
                    remedy: ["give the service CAP_IPC_LOCK and LimitMEMLOCK=infinity, or say \"realtime off\""]))
        }
        if rights.priority < wanted.priority {
            findings.append(
                Finding(
                    .notRealtime, "program", "heartbeat",
                    "heartbeat may not have real-time priority \(wanted.priority)"
                        + (rights.priority > 0 ? ", only \(rights.priority)" : ""),
                    remedy: [
                        "give the service CAP_SYS_NICE or LimitRTPRIO=\(wanted.priority), or say \"realtime off\""
                    ]))
        }
        return findings
    }

    private func kernel(for configuration: Configuration) -> [Finding] {
        guard let text = facts.kernel, let release = KernelRelease(text) else { return [] }
        if configuration.leaseTimes != nil, release < .holdsLease {
            return [
                Finding(
                    .kernelTooOld, configuration.lease == .required ? .error : .warning, "kernel", text,
                    "Linux \(text) is too old for the lease, which needs 5.8: the addresses of a daemon that dies or hangs "
                        + "here answer until somebody stops them",
                    remedy: ["run Linux 5.8 or later, or say \"lease off\""])
            ]
        }
        let hasAddresses = configuration.groups.contains { $0.resources.contains { $0.address != nil } }
        guard hasAddresses, release < .keepsMarks else { return [] }
        return [
            Finding(
                .kernelWithoutMarks, "kernel", text,
                "Linux \(text) keeps no note of whose an address is, as 5.18 does: one that is this machine's own is not "
                    + "told from one that a heartbeat has left")
        ]
    }

    private func guardian(for configuration: Configuration) -> [Finding] {
        guard configuration.hasGuardian, let guardian = facts.guardian, !guardian.isExecutable else { return [] }
        return [
            Finding(
                .guardianMissing, "program", guardian.path,
                "there is no \(guardian.path), which takes the service addresses away when the daemon dies or hangs",
                remedy: ["install it beside heartbeat, or say \"guardian off\""])
        ]
    }
}

/// Numbers of a kernel that can be compared.
package struct KernelRelease: Hashable, Sendable, Comparable {
    package var major: Int
    package var minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Of `6.1.0-18-amd64`; `nil` for what does not begin with two numbers.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    package static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }

    /// Programs at every interface, with a page that they share with us.
    static let holdsLease = KernelRelease(major: 5, minor: 8)
    /// IFA_PROTO.
    static let keepsMarks = KernelRelease(major: 5, minor: 18)
}

extension Configuration {
    /// Interfaces over which heartbeats go, or whose loss counts; without those that may be missing.
    package var neededInterfaces: Set<String> {
        let media = media.filter(\.isDatagrams).map(\.name.text)
        let optional = Set(interfaces.filter(\.isOptional).map(\.interface))
        return Set(media + interfaces.filter { !$0.isOptional }.map(\.interface)).subtracting(optional)
    }

    /// UDP ports on which the daemon listens, each with the directive that names it.
    package var boundPorts: [(port: UInt16, directive: String)] {
        var ports: [(port: UInt16, directive: String)] = []
        for medium in media {
            switch medium {
            case .serial: break
            case .broadcast(_, let port), .unicast(_, _, let port), .unicast6(_, _, let port):
                ports.append((port, "udpport"))
            case .multicast(_, _, let port, _, _): ports.append((port, "mcast"))
            case .multicast6(_, _, let port, _, _): ports.append((port, "mcast6"))
            }
        }
        if let echoPort { ports.append((echoPort, "udp_echo")) }
        if let partnerService { ports.append((partnerService.port, "partner_port")) }
        var seen: Set<UInt16> = []
        return ports.filter { seen.insert($0.port).inserted }
    }

    /// Units of systemd that may do what a resource does, each with the word of haresources: under the name of its script, or under
    /// those that the shipped script looks for.
    package var resourceUnits: [(unit: String, resource: String)] {
        var seen: Set<String> = []
        return groups.flatMap { group in
            group.resources.filter { $0.address == nil }.flatMap { resource in
                Self.units(of: resource).map { (unit: $0, resource: resource.word) }
            }
        }.filter { seen.insert($0.unit).inserted }
    }

    private static func units(of resource: Resource) -> [String] {
        let names: [String]
        switch resource.scriptName {
        case "systemd": names = Array(resource.arguments.prefix(1))
        case "ipsec": names = ["strongswan-starter", "strongswan", "ipsec"]
        case "zebra", "bgpd": names = [resource.scriptName, "frr"]
        case "apache": names = ["apache2", "httpd"]
        case "Xinetd": names = ["xinetd"]
        default: names = [resource.scriptName]
        }
        return names.filter(isUnitName).map { hasSuffix($0) ? $0 : $0 + ".service" }
    }

    private static func hasSuffix(_ name: String) -> Bool {
        let kinds = ["service", "socket", "target", "mount", "automount", "swap", "timer", "path", "slice"]
        return kinds.contains { name.hasSuffix("." + $0) }
    }

    /// As resource.d/systemd has it.
    private static func isUnitName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("-") && name.utf8.count < 256
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ":_.@\\-".contains($0)) }
    }
}
