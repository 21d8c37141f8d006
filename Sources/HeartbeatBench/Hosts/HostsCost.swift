// What the hosts of a gateway service cost while nothing happens: one serves, the others look whether it does.

import HeartbeatLab

/// Measures one peer on hosts of its own.
struct HostsCost {
    let laboratory: GatewayHosts
    let peer: any HostsPeer
    /// How long all hosts are watched.
    let duration: Duration

    /// How many there are.
    static let hosts = 5
    private static let traffic: [Reading.Traffic] = [
        (GatewayNetwork.downlink, Figure.downPackets, Figure.downBytes),
        (GatewayNetwork.first.uplink, Figure.upPackets, Figure.upBytes),
    ]

    /// Of each host, in their order. The first serves, and forwards nothing: nobody asks meanwhile.
    func figures() throws -> [[String: Double]] {
        try HostsMeasurement(laboratory: laboratory, peer: peer).settle(before: .cost)
        try Interruption.pause(CostMeasurement.settling)
        let meters = try lastingProcesses().map { ProcessMeter(processes: $0) }
        let before = meters.map { Reading($0) }
        try Interruption.pause(duration)
        return zip(meters, before).enumerated().map { number, watched in
            var figures = Reading(watched.0).figures(since: watched.1, sending: Self.traffic)
            figures[Figure.node] = Double(number + 1)
            return figures
        }
    }

    /// The daemon's own: a check that happens to run is over at the second look.
    private func lastingProcesses() throws -> [[Int32]] {
        let first = laboratory.hosts.map { Set($0.processes) }
        try Interruption.pause(.seconds(1))
        return zip(laboratory.hosts, first).map { host, before in host.processes.filter(before.contains) }
    }
}
