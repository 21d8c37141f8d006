// Asks the LAN who answers for service addresses, and hears from the kernel when it gets or loses them. Questions come from nobody's
// address (RFC 5227), or from the link-local one, so that no neighbour learns anything wrong from them. What the answers come to is
// judged elsewhere.

import Glibc
import HeartbeatAddresses
import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatStatus
import HeartbeatSystem

/// The questions of one way, asked by one thread.
final class LanAsker {
    /// Where an address is asked for.
    private struct Target {
        let address: IPAddress
        let interface: InterfaceEntry
        /// Among `ports`.
        let port: Int
        let question: AnnouncementFrame
        /// Who has answered last.
        var station: [UInt8]?

        func isMeant(by entry: AddressEntry) -> Bool {
            entry.address == address && entry.interface == interface.index
        }
    }

    private struct Port {
        let port: EthernetPort
        let socket: OwnedDescriptor
        let isIPv6: Bool

        init(_ interface: String, isIPv6: Bool) throws(SystemError) {
            port = try EthernetPort(interface)
            socket = try port.openSocket()
            self.isIPv6 = isIPv6
            socket.attachIfPossible(NeighbourQuestion.filter(isIPv6: isIPv6))
            try port.listen(with: socket, to: isIPv6 ? NeighbourPacket.ethertype : ArpPacket.ethertype)
        }
    }

    /// Between two turns; more addresses than ten take longer, so that the LAN carries no more than 5,000 questions a second.
    private static let pause = Duration.milliseconds(2)
    private static let share = Duration.microseconds(200)
    /// Where nothing is about to change an address is asked for in each so many turns; everybody is asked then, too.
    private static let calm = 20
    /// RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR.
    private static let news: UInt32 = 0x10 | 0x100

    private let way: OutageJudge.Way
    private let interval: Duration
    private let kernel: OwnedDescriptor?
    private var ports: [Port] = []
    /// By the place of their address; `nil` where it cannot be asked for.
    private var targets: [Target?] = []
    private var reasons: [String?] = []
    private var judges: [OutageJudge]
    private var turns = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 8)

    /// Of the network namespace of the calling thread.
    init(_ addresses: [ServiceAddress], _ way: OutageJudge.Way) {
        self.way = way
        interval = max(Self.pause, Self.share * addresses.count)
        judges = addresses.map { _ in OutageJudge(way) }
        // Before the tables are read, so that no news fall between.
        kernel = try? NetlinkSocket.open(groups: Self.news)
        let survey = AddressSurvey.now()
        let tables = try? KernelTables.read(NetlinkSocket())
        for address in addresses {
            do throws(Obstacle) {
                targets.append(try target(address.ip, on: survey.place(of: address), tables))
                reasons.append(nil)
            } catch {
                targets.append(nil)
                reasons.append(error.reason)
            }
        }
        let now = Instant.now
        for (index, target) in targets.enumerated() {
            let isHere = tables?.addresses.contains { $0.isUsable && target?.isMeant(by: $0) == true }
            if isHere == true { judges[index].see(.here, at: now) }
        }
    }

    deinit {
        buffer.deallocate()
    }

    /// Why nobody can be asked for any of them, if that is a matter of rights.
    static func missingRight(for addresses: [ServiceAddress]) -> SystemError? {
        let survey = AddressSurvey.now()
        for interface in addresses.compactMap({ survey.place(of: $0)?.interface }) {
            do throws(SystemError) {
                // Who may ask on one interface may ask on every other one.
                _ = try EthernetPort(interface).openSocket()
                return nil
            } catch {
                if error.code == EPERM || error.code == EACCES { return error }
            }
        }
        return nil
    }

    /// What has come of each.
    var figures: [OutageFigure] {
        judges.indices.map { index in
            reasons[index].map { OutageFigure(found: .unknown($0)) } ?? judges[index].figure
        }
    }

    // MARK: - Where to ask

    private struct Obstacle: Error {
        var reason: String
    }

    private func target(
        _ address: IPAddress, on place: AddressPlace?, _ tables: KernelTables?
    ) throws(Obstacle) -> Target {
        guard let tables, kernel != nil else { throw Obstacle(reason: "the kernel does not tell its addresses") }
        guard let name = place?.interface, let interface = tables.interfaces.first(where: { $0.name == name }) else {
            throw Obstacle(reason: "it is on no interface here")
        }
        guard !interface.hasNoNeighbours else { throw Obstacle(reason: "\(name) has no neighbours") }
        let linkLocal = tables.addresses.first {
            $0.interface == interface.index && $0.address.isLinkLocal && $0.isUsable
        }
        guard let own = address.isIPv6 ? linkLocal?.address : .any(isIPv6: false) else {
            throw Obstacle(reason: "\(name) has no link-local address to ask from")
        }
        let port = try port(of: name, isIPv6: address.isIPv6)
        let question = NeighbourQuestion(address, own: own, station: ports[port].port.station).frame
        return Target(address: address, interface: interface, port: port, question: question)
    }

    private func port(of name: String, isIPv6: Bool) throws(Obstacle) -> Int {
        if let place = ports.firstIndex(where: { $0.port.name == name && $0.isIPv6 == isIPv6 }) { return place }
        do throws(SystemError) {
            ports.append(try Port(name, isIPv6: isIPv6))
        } catch {
            throw Obstacle(reason: "\(error)")
        }
        return ports.count - 1
    }

    // MARK: - A turn

    /// Asks, and hears until the next turn is due.
    func turn() {
        let begin = Instant.now
        for index in judges.indices { judges[index].turn(at: begin) }
        let isFull = turns % Self.calm == 0
        turns += 1
        for (index, target) in targets.enumerated() {
            guard let target, isFull || judges[index].isUrgent else { continue }
            let station = isFull ? target.question.destination : target.station ?? target.question.destination
            // What cannot leave is as good as lost, and the next question follows.
            _ = ports[target.port].port.send(
                target.question.payload, of: target.question.ethertype, to: station, over: ports[target.port].socket)
        }
        hear(until: begin + interval)
    }

    private func hear(until end: Instant) {
        var descriptors = (ports.map(\.socket.number) + [kernel?.number ?? -1]).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while case let rest = (end - .now).nanoseconds, rest > 0 {
            guard poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: (rest + 999_999) / 1_000_000)) > 0
            else {
                return
            }
            // An answer that was on its way when the address came counts for the time before, and the other way round.
            switch way {
            case .fromHere:
                hearKernel()
                hearStations()
            case .toHere:
                hearStations()
                hearKernel()
            }
        }
    }

    private func hearStations() {
        for (place, port) in ports.enumerated() {
            while let bytes = port.socket.receive(into: buffer)?.bytes {
                guard let (address, station) = NeighbourQuestion.answer(in: bytes, isIPv6: port.isIPv6),
                    station != port.port.station
                else { continue }
                let now = Instant.now
                for index in targets.indices where targets[index]?.port == place && targets[index]?.address == address {
                    targets[index]?.station = station
                    judges[index].see(.answered, at: now)
                }
            }
        }
    }

    private func hearKernel() {
        while let bytes = kernel?.receive(into: buffer)?.bytes {
            let now = Instant.now
            for message in NetlinkMessage.all(in: bytes) {
                guard let entry = AddressEntry(message) else { continue }
                let isGone = message.type == Netlink.deleteAddress
                guard isGone || entry.isUsable else { continue }
                for (index, target) in targets.enumerated() {
                    guard let target, target.isMeant(by: entry) else { continue }
                    judges[index].see(isGone ? .gone : .here, at: now)
                }
            }
        }
    }
}
