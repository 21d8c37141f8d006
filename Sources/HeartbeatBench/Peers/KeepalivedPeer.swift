// keepalived with VRRP version 3, which below one second is needed. Its deadtime is no setting: a backup waits three
// intervals and (256 − its priority)/256 of a fourth (RFC 9568 section 6.1). So the interval is chosen for the deadtime.

import HeartbeatLab

/// Debian's keepalived.
package struct KeepalivedPeer: FailoverPeer {
    package let name = "keepalived"
    package let keepalive: Duration
    package let signOfLife = SignOfLife.vrrp
    /// Five seconds after a takeover it announces the addresses once more, which would repair what a fault has broken.
    package let rest = Duration.seconds(7)

    private let layout: ServiceLayout
    /// It speaks on one link.
    private let interface: String

    /// Of the node that prefers to serve, and of the other.
    private static let priorities = [150, 100]
    /// Hundredths of an interval that the backup waits.
    private static let waits = Double(3 * 256 + 256 - priorities[1]) / 256

    package init(
        _ setting: DetectionSetting, layout: ServiceLayout = .together, media: MediaLayout = .everywhere
    ) {
        self.layout = layout
        interface = media == .everywhere ? "eth0" : "eth1"
        switch setting {
        case .tight: keepalive = .milliseconds(10)
        case .oneSecond, .tenSeconds, .thirtySeconds, .explicit:
            let wanted = setting.times(tight: (.zero, .zero)).deadtime.inMilliseconds
            // Intervals are multiples of 10 ms.
            keepalive = .milliseconds(10) * max(1, Int((wanted / Self.waits / 10).rounded()))
        }
    }

    package var deadtime: Duration { .microseconds(Int64(keepalive.inMilliseconds * Self.waits * 1000)) }

    private static let daemon = "/usr/sbin/keepalived"

    package var requirements: [Requirement] { [Requirement(Self.daemon, package: "keepalived")] }

    package var hasOnlyAddresses: Bool { true }

    package var substitutes: [Fault: String] { [.standby: "keepalived has no such command: it is stopped"] }

    package func version() -> String {
        Requirement.installedVersion(of: "keepalived")
    }

    package func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        try node.write(configuration(ofNode: node.number, addresses: addresses), to: Self.file(of: node))
    }

    /// keepalived.conf of one node.
    func configuration(ofNode number: Int, addresses: [ServiceAddress]) -> String {
        let groups =
            switch layout {
            case .together: [addresses[...]]
            case .each: addresses.indices.map { addresses[$0...$0] }
            }
        let global = """
            global_defs {
                router_id cluster\(number + 1)
                vrrp_version 3
            }

            """
        return global
            + groups.enumerated().map { instance($0, ofNode: number, addresses: $1) }.joined()
    }

    private func instance(_ group: Int, ofNode number: Int, addresses: ArraySlice<ServiceAddress>) -> String {
        // Those in the advertisement itself; a packet holds no more.
        let (advertised, excluded) = (addresses.prefix(20), addresses.dropFirst(20))
        func block(_ name: String, _ addresses: ArraySlice<ServiceAddress>) -> String {
            "    \(name) {\n" + addresses.map { "        \($0) dev eth0\n" }.joined() + "    }\n"
        }
        let seconds = "\(keepalive.roundedMilliseconds / 1000)." + thousandths(keepalive.roundedMilliseconds % 1000)
        return """
            vrrp_instance bench\(group == 0 ? "" : "\(group + 1)") {
                state \(number == 0 ? "MASTER" : "BACKUP")
                interface \(interface)
                virtual_router_id \(51 + group)
                priority \(Self.priorities[number])
                advert_int \(seconds)

            """ + block("virtual_ipaddress", advertised)
                + (excluded.isEmpty ? "" : block("virtual_ipaddress_excluded", excluded)) + "}\n"
    }

    private func thousandths(_ number: Int64) -> String {
        String(repeating: "0", count: 3 - String(number).count) + String(number)
    }

    private static func file(of node: LabNode) -> String { "\(node.directory)/keepalived.conf" }

    package func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        [Self.daemon, "--vrrp", "--dont-fork", "--log-console", "--use-file", Self.file(of: node)]
    }

    package func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        try stop(node)
    }
}
