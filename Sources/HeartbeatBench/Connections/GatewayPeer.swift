// The daemon of these sources on two gateways, with connections copied by conntrackd and without: the same files, the same faults,
// and in the second, which is the control, every connection must die.

import HeartbeatLab
import HeartbeatModel

/// A pair of gateways.
package struct GatewayPeer: FailoverPeer {
    package var name: String { variant.rawValue }
    package var keepalive: Duration { ours.keepalive }
    package var deadtime: Duration { ours.deadtime }
    package let signOfLife = HeartbeatConfiguration.signOfLife
    package var rest: Duration { ours.rest }
    package let isGateway = true
    let variant: GatewayVariant
    private let ours: OurPeer
    private let places: ProgramPlaces
    private let unpacked: String?

    /// - Parameter unpacked: a directory whose files lie over those of the nodes' /usr, with a conntrackd that is not installed;
    ///   `nil`: the machine's own.
    package init(
        _ variant: GatewayVariant, _ setting: DetectionSetting = .oneSecond, places: ProgramPlaces,
        unpacked: String? = nil
    ) {
        self.variant = variant
        self.places = places
        self.unpacked = unpacked
        ours = OurPeer(setting, programs: places.programs)
    }

    static let daemon = "/usr/sbin/conntrackd"

    package var requirements: [Requirement] {
        ours.requirements + [
            Requirement("\(places.programs)/hb_site", package: nil),
            Requirement(unpacked.map { "\($0)/sbin/conntrackd" } ?? Self.daemon, package: "conntrackd"),
        ]
    }

    package func version() -> String {
        let own = ours.version()
        return variant == .control ? own : "\(own), conntrackd \(Requirement.installedVersion(of: "conntrackd"))"
    }

    /// All files are those that hb_site makes; of ha.cf the log file is added, and the script is found in these sources.
    package func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        let site = GatewaySite(
            keepalive: keepalive, deadtime: deadtime, hasConnections: variant == .conntrackd, inner: addresses[0])
        let directory = "\(node.directory)/site"
        try Files.makeDirectory(directory)
        try node.write(site.text, to: "\(directory)/site.cf")
        try node.write("c3dpZnQtaGVhcnRiZWF0IGxhYm9yYXRvcnkga2V5\n", to: "\(directory)/site.key", mode: 0o600)
        try Command.succeed([
            "\(places.programs)/hb_site", "write", "\(directory)/site.cf", "--tree", directory, "--node", node.name,
        ])
        let made = "\(directory)/\(node.name)/etc"
        let haCf = Files.read("\(made)/ha.d/ha.cf").split(separator: "\n").map { line in
            line.hasPrefix("respawn ") ? "respawn root \(script) run" : String(line)
        }
        try node.configure("ha.cf", (["logfile \(node.logFile)"] + haCf).textOfLines)
        for file in ["haresources", "authkeys"] { try node.configure(file, Files.read("\(made)/ha.d/\(file)")) }
        node.layer = unpacked
        if variant == .conntrackd { node.mounts = [(inside: "/etc/conntrackd", outside: "\(made)/conntrackd")] }
        try GatewaySite.makeGateway(node.namespace)
    }

    /// The script as a shell calls it.
    var script: String { "\(places.resourceScripts)/conntrackd" }

    package func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        ours.bootWords(on: node, in: laboratory)
    }

    package func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        try ours.standby(node, in: laboratory)
    }

    package func log(of node: LabNode) -> String? { node.logFile }

    package func state(of node: LabNode) -> StateDirectory? { ours.state(of: node) }

    package func forget(_ node: LabNode) throws { try GatewaySite.forgetConnections(node.namespace) }
}
