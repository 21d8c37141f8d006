// Who has this address? A question of ARP or neighbour discovery and the answer of the one that has it: the only ones a
// firewall on the way or on the neighbour never drops. Sent and received behind the kernel's back, whose own table of
// neighbours believes an old answer for a while.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

enum NeighbourExchange {
    /// A packet to be sent, and how to know the answer.
    private struct Question {
        let frame: AnnouncementFrame
        let filter: PacketFilter
        let judge: ([UInt8]) -> DatagramVerdict
    }

    static func prepare(
        _ address: IPAddress, _ device: String, _ route: ProbeRoute
    ) -> DatagramExchange.Preparation {
        return { () throws(SystemError) -> DatagramExchange in
            let port = try EthernetPort(device)
            let question =
                try address.isIPv6 ? solicitation(address, port.station, route) : arp(address, port.station, route)
            let socket = try port.openSocket()
            try check(socket.attachIfPossible(question.filter), .setUp, "neighbours on \(device)")
            try port.listen(with: socket, to: question.frame.ethertype)
            return DatagramExchange(
                socket: socket,
                send: { () throws(SystemError) in
                    let frame = question.frame
                    let sent = port.send(frame.payload, of: frame.ethertype, to: frame.destination, over: socket)
                    try check(sent < 0 ? -1 : 0, .send, device)
                },
                judge: question.judge)
        }
    }

    private static func arp(
        _ address: IPAddress, _ station: [UInt8], _ route: ProbeRoute
    ) throws(SystemError) -> Question {
        var own = IPAddress.any(isIPv6: false)
        do throws(SystemError) {
            own = try route.ownAddress(toward: address)
        } catch {
            // Without an address of its own a node may ask all the same (RFC 5227, an ARP probe).
            guard error.code == ENETUNREACH else { throw error }
        }
        return Question(
            frame: NeighbourQuestion(address, own: own, station: station).frame,
            filter: PacketFilter(
                [.isForThisStation, .halfWord(at: 6, is: UInt16(ArpPacket.Operation.reply.rawValue))]
                    + PacketFilter.Test.bytes(address.bytes, at: 14)),
            judge: { bytes in
                guard let reply = ArpPacket(bytes), reply.operation == .reply, reply.sender == address else {
                    return .other("an ARP packet came that is no answer")
                }
                return .answer
            })
    }

    /// The answer has the flag that says that it is one.
    private static func solicitation(
        _ address: IPAddress, _ station: [UInt8], _ route: ProbeRoute
    ) throws(SystemError) -> Question {
        let own = try route.ownAddress(toward: address.solicitedNode)
        return Question(
            frame: NeighbourQuestion(address, own: own, station: station).frame,
            filter: PacketFilter(
                [
                    .byte(at: 6, is: 58), .byte(at: 7, is: NeighbourPacket.hopLimit),
                    .byte(at: NeighbourPacket.headerLength, is: NeighbourPacket.advertisement),
                ] + PacketFilter.Test.bytes(address.bytes, at: NeighbourPacket.headerLength + 8)),
            judge: { bytes in
                guard NeighbourPacket(bytes).flatMap({ NeighbourQuestion.target(ofAnswer: $0.message) }) == address
                else { return .other("a neighbour advertisement came that is no answer") }
                return .answer
            })
    }
}
