// What the words of partners come to: nodes of another pair at the other ends of tunnels.

import HeartbeatModel
import HeartbeatMonitors

extension HealthMonitor {
    /// Compares what the partners have said with where this pair is by now.
    mutating func judgePartners(_ place: OwnPlace, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for path in paths where path.probe.asksPartner {
            let footing = path.footing(place, at: now)
            let old = setFooting(footing, of: path.probe.name)
            if footing == .apart, old != .apart {
                effects.notify(.partnerDenies(path.probe), .lost(ago: .zero))
            } else if footing != .apart, old == .apart {
                effects.notify(.partnerAgrees(path.probe))
            }
        }
        return effects
    }

    var hasPartners: Bool { paths.contains { $0.probe.asksPartner } }

    /// A partner whose word counts against this node cannot come here.
    var partnerIsBound: Bool { paths.contains(where: \.partnerIsBound) }

    /// A partner serves and means to stay: whoever left it would have to come back.
    var partnerStays: Bool { paths.contains(where: \.partnerStays) }
}
