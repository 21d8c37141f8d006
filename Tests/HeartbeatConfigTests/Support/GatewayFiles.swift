// A service of two hosts, of which a test changes what it is about.

import HeartbeatConfig
import HeartbeatModel

struct GatewayFiles {
    /// Six lines.
    static let good = """
        gateway fw down=eth0 up=eth1 roving=10.0.0.1/24,203.0.113.1/29
        host gwa 10.0.0.2 203.0.113.2 priority=30
        host gwb 10.0.0.3 203.0.113.3 priority=20
        witness 10.0.0.20
        next_hop 203.0.113.6
        service firewall

        """

    /// The same hosts once more, with a service that shares nothing with the first one.
    static let second = """
        gateway dmz down=eth2 up=eth3 roving=10.1.0.1/24,198.51.100.1/29
        host gwa 10.1.0.2 198.51.100.2 priority=20
        host gwb 10.1.0.3 198.51.100.3 priority=30
        witness 10.1.0.20
        next_hop 198.51.100.6
        service filter

        """

    var text = Self.good
    var authkeys = "auth 1\n1 sha1 SecretKey\n"
    var mode: UInt32 = 0o600
    var localNode = "gwa"
    var host = HostFacts()

    init(_ text: String = Self.good) {
        self.text = text
        host.hasInterface = { ["eth0", "eth1", "eth2", "eth3"].contains($0) }
    }

    /// - Parameter old: what of the good file is replaced; nothing for a line that is added at its end.
    init(replacing old: String, with new: String, in text: String = Self.good) {
        self.init(old.isEmpty ? text + new + "\n" : text.replacing(old, with: new))
    }

    func read() -> GatewaysResult {
        readGateways(
            SourceFile(path: "gateway.cf", text: text), authkeys: SourceFile(path: "authkeys", text: authkeys),
            authkeysMode: mode, localNode: NodeName(localNode), host: host)
    }
}

extension GatewaysResult {
    var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}
