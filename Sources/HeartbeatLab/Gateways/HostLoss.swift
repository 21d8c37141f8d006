// What the switches between the hosts of a gateway service lose although every carrier is up.

import HeartbeatModel

/// Frames that switches throw away.
package enum HostLoss: Hashable, Sendable {
    /// Everything to and from somebody: a cable that carries nothing, and keeps its carrier.
    case cable(GatewayPlace, GatewaySide)
    /// Everything between two parts of a side.
    case between([GatewayPlace], [GatewayPlace], GatewaySide)
    /// What somebody says to the hosts about the service; everything else gets through.
    case words(from: GatewayPlace, GatewaySide)

    /// The port that hosts speak to each other on, unless a file says another one.
    package static let port: UInt16 = 6942

    static func losses(_ all: [HostLoss]) -> FrameLosses {
        var losses = FrameLosses()
        for loss in all {
            switch loss {
            case .cable(let place, let side):
                losses.arriving.append("iifname \(set(place.ports(on: side)))")
                losses.leaving.append("oifname \(set(place.ports(on: side)))")
            case .between(let some, let others, let side):
                let parts = [some, others].map { part in set(part.flatMap { $0.ports(on: side) }) }
                losses.passing.append("iifname \(parts[0]) oifname \(parts[1])")
                losses.passing.append("iifname \(parts[1]) oifname \(parts[0])")
            case .words(let place, let side):
                losses.arriving.append("iifname \(set(place.ports(on: side))) udp dport \(port)")
            }
        }
        return losses
    }

    private static func set(_ ports: [String]) -> String {
        "{ \(ports.map { "\"\($0)\"" }.joined(separator: ", ")) }"
    }
}
