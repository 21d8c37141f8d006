// Who has this address? A question of ARP or neighbour discovery and the answer of the one that has it: the only ones a
// firewall on the way or on the neighbour never drops. Sent and received behind the kernel's back, whose own table of
// neighbours believes an old answer for a while.

import Glibc
import HeartbeatModel
import HeartbeatSystem

enum NeighbourExchange {
    static func prepare(
        _ address: IPAddress, _ device: String, _ route: ProbeRoute
    ) -> DatagramExchange.Preparation {
        return { () throws(SystemError) -> DatagramExchange in
            let port = try EthernetPort(device)
            let question =
                try address.isIPv6
                ? NeighbourQuestion.solicitation(
                    address, from: route.ownAddress(toward: address.solicitedNode), at: port.station)
                : NeighbourQuestion.arp(address, from: ownAddress(toward: address, route), at: port.station)
            let socket = try port.openSocket()
            try check(socket.attachIfPossible(question.filter), .setUp, "neighbours on \(device)")
            try port.listen(with: socket, to: question.ethertype)
            return DatagramExchange(
                socket: socket,
                send: { () throws(SystemError) in
                    let sent = port.send(
                        question.packet, of: question.ethertype, to: question.station, over: socket)
                    try check(sent < 0 ? -1 : 0, .send, device)
                },
                judge: { bytes in
                    guard NeighbourQuestion.owner(in: bytes, isIPv6: address.isIPv6) == address else {
                        return .other("a packet of neighbours came that is no answer")
                    }
                    return .answer
                })
        }
    }

    private static func ownAddress(toward address: IPAddress, _ route: ProbeRoute) throws(SystemError) -> IPAddress {
        do throws(SystemError) {
            return try route.ownAddress(toward: address)
        } catch {
            guard error.code == ENETUNREACH else { throw error }
            return .any(isIPv6: false)
        }
    }
}
