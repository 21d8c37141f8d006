// The two segments between the hosts: whom a packet of one reaches on which side. Cuts are between two hosts, in one direction, on one
// side; a cable that is out cuts a host from everybody, routers and clients too.

import HeartbeatModel

struct GatewaySegments {
    private var cuts: Set<Cut> = []
    private var unplugged: Set<Port> = []

    private struct Cut: Hashable {
        var from: Int
        var to: Int
        var side: GatewaySide
    }

    private struct Port: Hashable {
        var host: Int
        var side: GatewaySide
    }

    func reaches(from: Int, to: Int, _ side: GatewaySide) -> Bool {
        isPlugged(from, side) && isPlugged(to, side) && !cuts.contains(Cut(from: from, to: to, side: side))
    }

    func isPlugged(_ host: Int, _ side: GatewaySide) -> Bool { !unplugged.contains(Port(host: host, side: side)) }

    mutating func cut(from: Int, to: Int, _ side: GatewaySide) { cuts.insert(Cut(from: from, to: to, side: side)) }

    mutating func unplug(_ host: Int, _ side: GatewaySide) { unplugged.insert(Port(host: host, side: side)) }

    mutating func heal() {
        cuts = []
        unplugged = []
    }
}
