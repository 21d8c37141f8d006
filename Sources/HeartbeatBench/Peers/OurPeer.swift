// The daemon of these sources, with the files an operator of heartbeat 3 has. Addresses are its own work.

import HeartbeatLab

/// swift-heartbeat.
package struct OurPeer: FailoverPeer {
    /// What its ha.cf says beside the times, the media and the nodes.
    package enum Variant: String, Sendable {
        /// Nothing: all settings are the defaults.
        case ours
        /// A lost carrier counts at once.
        case eager
        /// A silent node's kernel is asked, whatever this machine is.
        case asking
        /// The second link is a cable from node to node.
        case cable
        /// Nothing keeps a dead daemon's addresses from answering.
        case unleased
        /// Takes from a silent node without asking it over other ways.
        case unasking
        /// A hundred more links, and as many probes of the client once a second.
        case watching
        /// It asks for the client at each keepalive, so that it knows whether its LAN leads anywhere.
        case probing
    }

    package var name: String { variant.rawValue }
    package let keepalive: Duration
    package let deadtime: Duration
    package let signOfLife = HeartbeatConfiguration.signOfLife
    package var rest: Duration { max(.seconds(3), keepalive * 3) }
    private let variant: Variant
    private let programs: String
    private let layout: ServiceLayout
    private let media: MediaLayout
    /// How many links and how many probes there are besides; even.
    private var watched: Int { variant == .watching ? 100 : 0 }

    /// - Parameter programs: directory of `heartbeat` and `hb_standby`.
    package init(
        _ setting: DetectionSetting, _ variant: Variant = .ours, programs: String, layout: ServiceLayout = .together,
        media: MediaLayout = .everywhere
    ) {
        self.variant = variant
        self.layout = layout
        self.media = media
        (keepalive, deadtime) = setting.times(tight: (.milliseconds(10), .milliseconds(30)))
        self.programs = programs
    }

    package var requirements: [Requirement] {
        ["heartbeat", "hb_standby"].map { Requirement("\(programs)/\($0)", package: nil) }
    }

    package func version() -> String {
        do {
            return try Command.succeed(["\(programs)/heartbeat", "-V"]).split(separator: "\n").joined()
        } catch {
            return ""
        }
    }

    package func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        let files = HeartbeatConfiguration(
            keepalive: keepalive, deadtime: deadtime, addresses: addresses, logFile: node.logFile,
            addressesPerLine: layout == .each ? 1 : ServiceAddress.limit,
            script: layout == .each ? ServiceLayout.script : nil, media: media, further: further)
        for number in stride(from: 0, to: watched, by: 2) {
            try node.namespace.configure([
                "link add w\(number) type veth peer name w\(number + 1)", "link set w\(number) up",
                "link set w\(number + 1) up",
            ])
        }
        try node.configure("ha.cf", files.haCf)
        try node.configure("haresources", files.haresources)
        try node.configure("authkeys", files.authkeys)
        if layout == .each { try ServiceLayout.install(in: "\(node.configDirectory)/resource.d", of: node) }
    }

    package func state(of node: LabNode) -> StateDirectory? {
        StateDirectory(inside: node.stateDirectory, outside: node.stateDirectory)
    }

    /// Lines of ha.cf that only ours knows.
    var further: String {
        let client = ServiceAddress.client.split(separator: "/")[0]
        let interval = keepalive.roundedMilliseconds
        return switch variant {
        case .ours: ""
        case .eager: "link eth0 debounce=0\n"
        case .asking: "quick_death on\nreference \(client)\n"
        case .cable: "link eth1 heartbeat cable\nreference \(client)\n"
        case .unleased: "lease off\n"
        case .unasking: "veto off\n"
        case .watching: (0..<watched).map { "link w\($0) optional\nprobe p\($0) icmp \(client)\n" }.joined()
        case .probing:
            "probe lan dev=eth0 interval=\(interval)ms timeout=\(interval)ms fall=3 rise=4 arp \(client)\n"
        }
    }

    package func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        laboratory.daemonWords(["-f"], on: node)
    }

    /// ExecStopPost of its unit.
    package func wordsAfterDeath(on node: LabNode, in laboratory: Laboratory) -> [String]? {
        laboratory.daemonWords(["--release-leftovers"], on: node)
    }

    package func log(of node: LabNode) -> String? { node.logFile }

    package func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        let result = try laboratory.tool("hb_standby", ["all"], on: node)
        guard result.code == 0 else { throw LabError.notReached("hb_standby on \(node.name): \(result.output)") }
    }
}
