// Debian's heartbeat 3.0.6. It knows one place for its files, so each node has its own directories mounted over them.

import HeartbeatLab

/// Linux-HA heartbeat 3.0.6.
package struct OriginalPeer: FailoverPeer {
    package var name: String { usesIPFail ? "ipfail" : "heartbeat" }
    private let usesIPFail: Bool
    private let layout: ServiceLayout
    private let media: MediaLayout
    package let keepalive: Duration
    package let deadtime: Duration
    package let signOfLife = HeartbeatConfiguration.signOfLife
    /// In its first five seconds it announces a deadtime two seconds longer than configured.
    package let rest = Duration.seconds(7)
    /// It starts a hundred programs for each, which on a busy machine take seconds.
    package let patiencePerAddress = Duration.seconds(3)

    /// With `usesIPFail` it pings the client, and its program gives the groups to the node that reaches it.
    package init(
        _ setting: DetectionSetting, usesIPFail: Bool = false, layout: ServiceLayout = .together,
        media: MediaLayout = .everywhere
    ) {
        self.usesIPFail = usesIPFail
        self.layout = layout
        self.media = media
        (keepalive, deadtime) = setting.times(tight: (.milliseconds(25), .milliseconds(100)))
    }

    private static let daemon = "/usr/libexec/heartbeat/heartbeat"
    private static let standbyTool = "/usr/share/heartbeat/hb_standby"

    package var requirements: [Requirement] {
        // The last of them only the original has; its successor installs the others under the same names.
        [Self.daemon, Self.standbyTool, "/usr/share/heartbeat/ResourceManager"].map {
            Requirement($0, package: "heartbeat")
        }
            + [Requirement("/usr/lib/ocf/resource.d/heartbeat/IPaddr", package: "resource-agents")]
    }

    package func version() -> String {
        Requirement.installedVersion(of: "heartbeat")
    }

    package func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        let own = (
            etc: "\(node.directory)/etc-ha.d", lib: Self.stateDirectory(of: node), log: Self.logDirectory(of: node)
        )
        try Command.succeed(["mkdir", own.log])
        try Command.succeed(["cp", "-a", "/etc/ha.d", own.etc])
        try Command.succeed(["cp", "-a", "/var/lib/heartbeat", own.lib])
        node.mounts = [("/etc/ha.d", own.etc), ("/var/lib/heartbeat", own.lib), ("/var/log", own.log)]
        // Its scripts cut long lines.
        let files = HeartbeatConfiguration(
            keepalive: keepalive, deadtime: deadtime, addresses: addresses, logFile: "/var/log/ha-log",
            addressesPerLine: layout == .each ? 1 : 20, script: layout == .each ? ServiceLayout.script : nil,
            media: media, further: usesIPFail ? pings : "")
        for (file, text) in [("ha.cf", files.haCf), ("haresources", files.haresources), ("authkeys", files.authkeys)] {
            try node.write(text, to: "\(own.etc)/\(file)", mode: file == "authkeys" ? 0o600 : 0o644)
        }
        if layout == .each { try ServiceLayout.install(in: "\(own.etc)/resource.d", of: node) }
    }

    package func state(of node: LabNode) -> StateDirectory? {
        StateDirectory(inside: "/var/lib/heartbeat", outside: Self.stateDirectory(of: node))
    }

    private static func stateDirectory(of node: LabNode) -> String { "\(node.directory)/var-lib" }

    /// Its deadping is as short as its deadtime.
    private var pings: String {
        """
        ping \(ServiceAddress.client.split(separator: "/")[0])
        deadping \(deadtime.roundedMilliseconds)ms
        respawn hacluster \(Self.ipfail)

        """
    }

    private static let ipfail = "/usr/libexec/heartbeat/ipfail"

    package func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        [
            "sh", "-c",
            """
            mkdir -p /run/resource-agents
            for directory in heartbeat heartbeat/ccm heartbeat/crm heartbeat/dopd; do
                mkdir -p -m 750 /run/$directory && chown hacluster:haclient /run/$directory || exit
            done
            exec \(Self.daemon)
            """,
        ]
    }

    package func log(of node: LabNode) -> String? { "\(Self.logDirectory(of: node))/ha-log" }

    private static func logDirectory(of node: LabNode) -> String { "\(node.directory)/var-log" }

    package func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        let result = try node.run([Self.standbyTool, "all"])
        guard result.code == 0 else { throw LabError.notReached("hb_standby on \(node.name): \(result.output)") }
    }
}
