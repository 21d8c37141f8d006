// A machine that does not exist, and short ways to read a file on it.

import HeartbeatConfig
import HeartbeatModel

extension HostFacts {
    /// Interfaces eth0 to eth2, one serial port, two users: the machine on which the
    /// verdicts of heartbeat 3.0.6 were recorded.
    static var laboratory: HostFacts {
        var host = HostFacts()
        host.deviceKind = { path in
            if ["/dev/null", "/dev/ttyS0", "/dev/ttyS1", "/dev/watchdog"].contains(path) { return .characterDevice }
            return path == "/etc/passwd" ? .other : .missing
        }
        host.hasInterface = { ["eth0", "eth1", "eth2", "lo"].contains($0) }
        host.hasBroadcastAddress = { ["eth0", "eth1", "eth2"].contains($0) }
        host.userExists = { ["root", "hacluster"].contains($0) }
        host.groupExists = { ["root", "haclient"].contains($0) }
        host.isExecutable = { ["/bin/true", "/bin/sleep"].contains($0) }
        host.serviceForUDPPort = { $0 == 53 ? "domain" : $0 == 694 ? "ha-cluster" : nil }
        return host
    }
}

/// A valid trio of files for nodea, of which a test replaces what it is about.
struct Files {
    static let media = "bcast eth0\n"
    static let rest = "logfile /var/log/ha-log\ndebugfile /var/log/ha-debug\nauto_failback on\nnode nodea nodeb\n"

    var haCf = media + rest
    var haresources = "nodea 10.77.0.100/24/eth0 Stub1::a1::a2 Stub2\nnodeb 10.77.0.101/24 Stub3::b1\n"
    var authkeys = "auth 1\n1 sha1 SecretKey\n"
    var mode: UInt32 = 0o600
    var localNode = "nodea"
    var host = HostFacts.laboratory

    func read() -> ConfigurationResult {
        readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: haCf),
                haresources: SourceFile(path: "haresources", text: haresources),
                authkeys: SourceFile(path: "authkeys", text: authkeys), authkeysMode: mode,
                localNode: NodeName(localNode), host: host))
    }
}

/// Reads `lines` in front of an otherwise valid ha.cf.
func readHaCf(_ lines: String) -> ConfigurationResult {
    var files = Files()
    files.haCf = lines + "\n" + files.haCf
    return files.read()
}

/// Reads `text` as haresources.
func readHaresources(_ text: String) -> ConfigurationResult {
    var files = Files()
    files.haresources = text
    return files.read()
}

/// Reads `text` as authkeys.
func readAuthkeys(_ text: String, mode: UInt32 = 0o600) -> ConfigurationResult {
    var files = Files()
    files.authkeys = text
    files.mode = mode
    return files.read()
}

extension ConfigurationResult {
    var errors: [String] { diagnostics.filter { $0.severity == .error }.map(\.description) }
    var warnings: [String] { diagnostics.filter { $0.severity == .warning }.map(\.description) }

    func parameter(_ name: String) -> String? {
        configuration?.parameters.first { $0.name == name }?.value
    }
}

extension Configuration {
    /// Printed text has its groups on other lines.
    var withoutLines: Configuration {
        var copy = self
        for index in copy.groups.indices { copy.groups[index].line = 0 }
        return copy
    }
}
