// One interface, by which neighbours are asked and told behind the kernel's back: echo requests from any address, to a station
// that the kernel did not choose. It refuses to know when somebody is asked and what follows from the answers.

import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Questions of one version of IP over one Ethernet interface.
package final class NeighbourPort {
    /// The station of a neighbour that was asked for is known, for the first time or again.
    package var onStation: (_ neighbour: IPAddress) -> Void = { _ in }
    /// Somebody has answered the address, and the answer came here.
    package var onEcho: (_ sender: IPAddress, _ address: IPAddress) -> Void = { _, _ in }

    package let interface: InterfaceEntry
    private let isIPv6: Bool
    private let port: EthernetPort
    private let readers: [SocketReader]
    private let sender: OwnedDescriptor
    private let echo: IcmpEcho
    /// Of those that were asked for: whoever answers unasked fills no memory.
    private var stations: [IPAddress: [UInt8]] = [:]
    private var wanted: Set<IPAddress> = []

    /// Two bytes that tell this from other programs' questions, and sixteen that nobody can guess.
    package init(_ interface: InterfaceEntry, isIPv6: Bool, reactor: Reactor) throws(SystemError) {
        self.interface = interface
        self.isIPv6 = isIPv6
        port = try EthernetPort(interface.name)
        echo = IcmpEcho(
            identifier: .random(in: 1...(.max)), sequence: 1,
            payload: hostBytes(UInt64.random(in: 0...(.max))) + hostBytes(UInt64.random(in: 0...(.max))))
        sender = try port.openSocket()
        let heard = [
            (NeighbourQuestion.filter(isIPv6: isIPv6), isIPv6 ? NeighbourPacket.ethertype : ArpPacket.ethertype),
            (
                EchoPacket.filter(ofReplies: echo.identifier, isIPv6: isIPv6),
                isIPv6 ? EchoPacket.ethertype6 : EchoPacket.ethertype4
            ),
        ]
        var readers: [SocketReader] = []
        for (filter, ethertype) in heard {
            let socket = try port.openSocket()
            try check(socket.attachIfPossible(filter), .setUp, "neighbours on \(interface.name)")
            try port.listen(with: socket, to: ethertype)
            readers.append(SocketReader(socket, reactor: reactor))
        }
        self.readers = readers
        readers[0].onDatagram = { [weak self] in self?.heardStation($0) }
        readers[1].onDatagram = { [weak self] in self?.heardEcho($0) }
        readers.forEach { $0.begin() }
    }

    package func close() {
        readers.forEach { $0.close() }
        sender.close()
    }

    /// Whether the station of the neighbour is known; else it is asked for, from an own address or from nobody's.
    @discardableResult
    package func find(_ neighbour: IPAddress, from own: IPAddress?) -> Bool {
        guard stations[neighbour] == nil else { return true }
        wanted.insert(neighbour)
        guard let own = own ?? (isIPv6 ? nil : .any(isIPv6: false)) else { return false }
        send(NeighbourQuestion(neighbour, own: own, station: port.station).frame)
        return false
    }

    /// An echo request that seems to come from the address, if the kernel lets it leave.
    func ask(_ neighbour: IPAddress, from address: IPAddress) { ask(neighbour, through: neighbour, from: address) }

    /// An echo request to somebody behind the neighbour, which is to forward it, whatever routes say here.
    package func ask(_ destination: IPAddress, through neighbour: IPAddress, from address: IPAddress) {
        guard let station = stations[neighbour] else { return }
        send(destination, at: station, from: address)
    }

    /// An echo request to everybody on this network.
    package func askEverybody(from address: IPAddress) {
        if isIPv6 {
            send(.allNodes, at: NeighbourPacket.station(of: .allNodes), from: address)
        } else {
            send(IPAddress(UInt32.max), at: ArpPacket.everybody, from: address)
        }
    }

    private func send(_ destination: IPAddress, at station: [UInt8], from address: IPAddress) {
        let packet = EchoPacket(source: address, destination: destination, echo: echo)
        let ethertype = isIPv6 ? EchoPacket.ethertype6 : EchoPacket.ethertype4
        _ = port.send(packet.bytes, of: ethertype, to: station, over: sender)
    }

    /// Tells the neighbour alone where the address is.
    func tell(_ neighbour: IPAddress, of address: IPAddress) {
        guard let station = stations[neighbour] else { return }
        AnnouncementFrames.frames(
            for: address, station: port.station, isRouter: interface.forwardsIPv6, to: neighbour, at: station
        ).forEach(send)
    }

    private func send(_ frame: AnnouncementFrame) {
        // What cannot leave is as good as lost, and the next question follows.
        _ = port.send(frame.payload, of: frame.ethertype, to: frame.destination, over: sender)
    }

    private func heardStation(_ bytes: [UInt8]) {
        guard let answer = NeighbourQuestion.answer(in: bytes, isIPv6: isIPv6), wanted.contains(answer.neighbour) else {
            return
        }
        // The latest counts: a neighbour may have moved itself.
        stations[answer.neighbour] = answer.station
        onStation(answer.neighbour)
    }

    private func heardEcho(_ bytes: [UInt8]) {
        guard let reply = EchoPacket(reply: bytes), reply.echo == echo else { return }
        onEcho(reply.source, reply.destination)
    }
}
