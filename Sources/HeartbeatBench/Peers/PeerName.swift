// The peers by the names the command line and the plan know them by.

/// Which daemon.
package enum PeerName: String, CaseIterable, Codable, Hashable, Sendable {
    case ours, heartbeat, keepalived, floor
    /// Heartbeat with its program for ping nodes, which is the only way it notices the network.
    case ipfail

    /// Ours with a hundred links and a hundred probes to watch.
    case watching
    /// Ours with one probe, which notices a LAN that leads nowhere.
    case probing

    /// All but those that only differ in what they watch of the network.
    package static let plain: [PeerName] = [.ours, .heartbeat, .keepalived, .floor]

    /// The peer with the times of a setting.
    /// - Parameters:
    ///   - programs: directory of the programs of these sources.
    ///   - layout: what moves together; the floor knows one group.
    package func peer(
        _ setting: DetectionSetting, programs: String, layout: ServiceLayout = .together
    ) -> any FailoverPeer {
        switch self {
        case .ours: OurPeer(setting, programs: programs, layout: layout)
        case .watching: OurPeer(setting, programs: programs, watches: 100, layout: layout)
        case .probing: OurPeer(setting, programs: programs, probesLAN: true, layout: layout)
        case .heartbeat: OriginalPeer(setting, layout: layout)
        case .ipfail: OriginalPeer(setting, usesIPFail: true, layout: layout)
        case .keepalived: KeepalivedPeer(setting, layout: layout)
        case .floor: FloorPeer(setting, programs: programs)
        }
    }
}
