// What clients are told about the node besides its cluster: constants until the configuration changes.

import HeartbeatModel

/// The configuration as clients see it.
package struct ClientSettings: Hashable, Sendable {
    package var localNode: NodeName
    package var authority: ClientAuthority
    package var deadtime: Duration
    package var keepalive: Duration
    /// Answered to `signon`: the version with what tells this product from others.
    package var versionText: String
    /// Number of the syslog facility as syslog(3) takes it; -1 for none.
    package var logFacility: Int
    /// What `getparm` finds.
    package var parameters: [Configuration.Parameter]
    /// `ping` or `ping_group` of each ping node.
    package var pingGroups: [NodeName]

    /// - Parameters:
    ///   - version: answered to `getparm hbversion`.
    ///   - versionText: answered to `signon`.
    package init(
        _ configuration: Configuration, localNode: NodeName, authority: ClientAuthority, version: String,
        versionText: String
    ) {
        self.localNode = localNode
        self.authority = authority
        deadtime = configuration.deadtime
        keepalive = configuration.keepalive
        self.versionText = versionText
        // With `logfacility none` the original says 0.
        let isNone = configuration.parameters.contains { $0.name == "logfacility" }
        logFacility =
            configuration.logging.facility.flatMap { Self.facilities[$0] }.map { $0 << 3 } ?? (isNone ? 0 : -1)
        parameters = configuration.parameters + [Configuration.Parameter(name: "hbversion", value: version)]
        pingGroups = configuration.pingNodes.filter(\.isGroup).map(\.name)
    }

    /// The value of a parameter; `crm` is the older name of `pacemaker`.
    func parameter(_ name: String) -> String? {
        parameters.last { $0.name == name }?.value
            ?? (name == "crm" ? parameters.last { $0.name == "pacemaker" }?.value : nil)
    }

    /// RFC 5424 section 6.2.1.
    private static let facilities: [String: Int] = {
        let names = [
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        ]
        var numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        for local in 0...7 { numbers["local\(local)"] = 16 + local }
        return numbers
    }()
}
