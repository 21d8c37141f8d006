// The peers by the names the command line and the plan know them by.

/// Which daemon.
public enum PeerName: String, CaseIterable, Codable, Hashable, Sendable {
    case ours, heartbeat, keepalived, floor

    /// The peer with the times of a setting.
    /// - Parameter programs: directory of the programs of these sources.
    public func peer(_ setting: DetectionSetting, programs: String) -> any FailoverPeer {
        switch self {
        case .ours: OurPeer(setting, programs: programs)
        case .heartbeat: OriginalPeer(setting)
        case .keepalived: KeepalivedPeer(setting)
        case .floor: FloorPeer(setting, programs: programs)
        }
    }
}
