// A node that has its files where Debian's packages put them: what was compiled into programs is found there.

import HeartbeatLab

extension LabNode {
    /// Directory of the logs, /var/log inside.
    var logDirectory: String { "\(directory)/log" }

    /// Makes its own disk hide the machine's directories of heartbeat. Once, before the first start.
    ///
    /// - Parameter withOriginal: with what the original's package has put there, but for what tells machines apart.
    func takeStandardPlaces(withOriginal: Bool) throws {
        let original = """
             && cp -a /etc/ha.d/harc /etc/ha.d/rc.d /etc/ha.d/shellfuncs '\(configDirectory)' \
            && cp -an /etc/ha.d/resource.d '\(configDirectory)' \
            && cp -a /var/lib/heartbeat/. '\(stateDirectory)' && rm -f '\(stateDirectory)'/hb_*
            """
        try Command.succeed(["sh", "-c", "mkdir -p '\(logDirectory)'" + (withOriginal ? original : "")])
        mounts = [
            (inside: "/etc/ha.d", outside: configDirectory),
            (inside: "/var/lib/heartbeat", outside: stateDirectory),
            (inside: "/var/log", outside: logDirectory),
        ]
    }

    /// Lines of shell that start the original in the foreground, with what Debian makes at boot.
    static let originalStart = """
        for d in heartbeat heartbeat/ccm heartbeat/crm heartbeat/dopd; do
          mkdir -p /run/$d && chown hacluster:haclient /run/$d && chmod 750 /run/$d
        done
        mkdir -p /run/resource-agents; exec \(MixedNode.daemon) -f
        """
}
