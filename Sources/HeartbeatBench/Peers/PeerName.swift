// The peers by the names the command line and the plan know them by.

/// Which daemon.
package enum PeerName: String, CaseIterable, Codable, Hashable, Sendable {
    /// The first with all settings at their defaults.
    case ours, heartbeat, keepalived, floor
    /// Ours that believes a lost carrier at once (`debounce=0`).
    case eager
    /// Ours that asks a silent node's kernel (`quick_death on`, with the client as the reference).
    case asking
    /// Ours whose second link is a cable from node to node (`link eth1 heartbeat cable`, with the same reference).
    case cable
    /// Ours without a lease.
    case unleased
    case unasking
    /// Heartbeat with its program for ping nodes, which is the only way it notices the network.
    case ipfail

    /// Ours with a hundred links and a hundred probes to watch.
    case watching
    /// Ours with one probe, which notices a LAN that leads nowhere.
    case probing

    /// The four programs as they are.
    package static let plain: [PeerName] = [.ours, .heartbeat, .keepalived, .floor]

    /// This daemon, with whatever settings.
    package var isOurs: Bool {
        switch self {
        case .ours, .eager, .asking, .cable, .unleased, .unasking, .watching, .probing: true
        case .heartbeat, .keepalived, .floor, .ipfail: false
        }
    }

    /// The peer with the times of a setting.
    /// - Parameters:
    ///   - programs: directory of the programs of these sources.
    ///   - layout: what moves together; the floor knows one group.
    ///   - media: where signs of life go; those of the floor go to the client's network.
    package func peer(
        _ setting: DetectionSetting, programs: String, layout: ServiceLayout = .together,
        media: MediaLayout = .everywhere
    ) -> any FailoverPeer {
        func ours(_ variant: OurPeer.Variant) -> OurPeer {
            OurPeer(setting, variant, programs: programs, layout: layout, media: media)
        }
        return switch self {
        case .ours: ours(.ours)
        case .eager: ours(.eager)
        case .asking: ours(.asking)
        case .cable: ours(.cable)
        case .unleased: ours(.unleased)
        case .unasking: ours(.unasking)
        case .watching: ours(.watching)
        case .probing: ours(.probing)
        case .heartbeat: OriginalPeer(setting, layout: layout, media: media)
        case .ipfail: OriginalPeer(setting, usesIPFail: true, layout: layout, media: media)
        case .keepalived: KeepalivedPeer(setting, layout: layout, media: media)
        case .floor: FloorPeer(setting, programs: programs)
        }
    }
}
