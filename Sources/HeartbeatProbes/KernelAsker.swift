// Asks kernels whether they are there: by ARP or neighbour discovery, which no full table and no firewall keeps from being
// answered, and by an echo beside it. Everything is opened once and stays open, so that nothing has to be made in the moment
// of doubt; answers are read before every deadline, and wake nobody. Nothing listens to every packet of an interface, which
// each one that is forwarded would pay for. It refuses to know what silence means.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Questions to the hosts of the networks that this machine stands on.
package final class KernelAsker {
    /// A host on this network, with an address of this machine's own there.
    package struct Host: Hashable {
        package var address: IPAddress
        /// Any IPv4 address; the kernel chooses one of IPv6.
        package var own: IPAddress
        package var interface: String

        package init(_ address: IPAddress, from own: IPAddress, on interface: String) {
            self.address = address
            self.own = own
            self.interface = interface
        }
    }

    /// The kernel that has this address has answered on that interface, as this station if it has told one.
    package var onAnswer: (_ address: IPAddress, _ interface: String, _ station: [UInt8]?) -> Void = { _, _, _ in }
    /// An interface on which nobody can be asked; told once until somebody can.
    package var onProblem: (_ text: String) -> Void = { _ in }

    private let reactor: Reactor
    /// Its identifier tells replies to this daemon's echo requests from those to others, its payload is one that nobody can guess.
    private let echo: IcmpEcho
    private var posts: [String: Post] = [:]
    private var troubled: Set<String> = []

    package init(reactor: Reactor) {
        self.reactor = reactor
        echo = IcmpEcho(identifier: .random(in: 0...(.max)), sequence: 1, payload: DatagramExchange.nonce())
    }

    package func close() {
        for post in posts.values { post.close() }
        posts = [:]
    }

    /// These are the interfaces on which somebody may be asked.
    package func prepare(_ interfaces: Set<String>) {
        for (name, post) in posts where !interfaces.contains(name) {
            post.close()
            posts[name] = nil
        }
        troubled.formIntersection(interfaces)
        for name in interfaces { _ = post(on: name) }
    }

    /// Asks each once; what cannot be asked has no answer.
    package func ask(_ hosts: [Host]) {
        for host in hosts {
            guard let post = post(on: host.interface) else { continue }
            guard !post.ask(host) else { continue }
            // An interface that was made anew has another number.
            post.close()
            posts[host.interface] = nil
            _ = self.post(on: host.interface)?.ask(host)
        }
    }

    private func post(on interface: String) -> Post? {
        if let post = posts[interface] { return post }
        do throws(SystemError) {
            let post = try Post(interface, echo: echo, reactor: reactor) { [weak self] in
                self?.onAnswer($0, interface, $1)
            }
            posts[interface] = post
            troubled.remove(interface)
            return post
        } catch {
            if troubled.insert(interface).inserted { onProblem("\(error); no kernel is asked on \(interface)") }
            return nil
        }
    }

    /// The sockets of one interface.
    private final class Post {
        private let port: EthernetPort
        private let arp: Ear
        private let discovery: Ear?
        private let index: UInt32
        private let echoes: [(socket: PingSocket, ear: Ear)]
        private let echo: IcmpEcho
        private let reactor: Reactor

        init(
            _ interface: String, echo: IcmpEcho, reactor: Reactor,
            heard: @escaping (IPAddress, _ station: [UInt8]?) -> Void
        ) throws(SystemError) {
            port = try EthernetPort(interface)
            self.echo = echo
            self.reactor = reactor
            index = try InterfaceQuery.index(of: interface)
            let arpSocket = try port.openSocket()
            try check(
                arpSocket.attachIfPossible(NeighbourQuestion.filter(isIPv6: false)), .setUp, "ARP on \(interface)")
            try port.listen(with: arpSocket, to: ArpPacket.ethertype)
            arp = Ear(arpSocket) { bytes, _ in
                NeighbourQuestion.answer(in: bytes, isIPv6: false).map { heard($0.neighbour, $0.station) }
            }
            // Without one of the others those that there are ask all the same: a kernel may have no IPv6.
            discovery = (try? Self.discoverySocket(on: interface)).map { socket in
                Ear(socket) { bytes, _ in
                    NeighbourQuestion.target(ofAnswer: bytes).map {
                        heard($0, NeighbourQuestion.station(ofAnswer: bytes))
                    }
                }
            }
            var echoes: [(PingSocket, Ear)] = []
            for isIPv6 in [false, true] {
                guard let socket = try? Self.echoSocket(on: interface, isIPv6: isIPv6, echo.identifier) else {
                    continue
                }
                let ear = Ear(socket.descriptor) { bytes, source in
                    guard socket.reply(in: bytes)?.isReply(to: echo, overRawSocket: socket.isRaw) == true,
                        let source = source.address
                    else { return }
                    heard(source, nil)
                }
                echoes.append((socket, ear))
            }
            self.echoes = echoes
            for ear in ears { reactor.register(ear) }
        }

        private var ears: [Ear] { [arp] + [discovery].compactMap(\.self) + echoes.map(\.ear) }

        func close() {
            for ear in ears {
                reactor.unregister(ear)
                ear.close()
            }
        }

        /// It hears advertisements and nothing else, and sends as far as the link reaches (RFC 4861 section 4.3).
        private static func discoverySocket(on interface: String) throws(SystemError) -> OwnedDescriptor {
            let object = "neighbours on \(interface)"
            let socket = try OwnedDescriptor.socket(family: AF_INET6, type: SOCK_RAW, protocol: 58, for: object)
            try socket.bind(toInterface: interface)
            // struct icmp6_filter: a bit for each type, set for those that are dropped.
            var blocked = [UInt32](repeating: .max, count: 8)
            let type = Int(NeighbourPacket.advertisement)
            blocked[type / 32] &= ~(1 << UInt32(type % 32))
            try check(
                socket.setIfPossible(58, 1 /* ICMP6_FILTER */, toBytes: blocked.flatMap(hostBytes)), .setUp, object)
            for option in [IPV6_MULTICAST_HOPS, IPV6_UNICAST_HOPS] {
                try socket.set(Int32(IPPROTO_IPV6), option, to: Int32(NeighbourPacket.hopLimit), for: object)
            }
            return socket
        }

        private static func echoSocket(
            on interface: String, isIPv6: Bool, _ identifier: UInt16
        ) throws(SystemError) -> PingSocket {
            let ping = try PingSocket(isIPv6: isIPv6, for: "echoes on \(interface)")
            try ping.descriptor.bind(toInterface: interface)
            ping.hearOnly(identifier)
            return ping
        }

        /// Whether the question has left.
        func ask(_ host: Host) -> Bool {
            let isIPv6 = host.address.isIPv6
            guard isIPv6 ? solicit(host.address) : askByArp(host) else { return false }
            for (socket, _) in echoes where socket.isIPv6 == isIPv6 {
                _ = socket.descriptor.send(echo.request(isIPv6: isIPv6), to: SocketEndpoint(host.address, port: 0))
            }
            return true
        }

        private func askByArp(_ host: Host) -> Bool {
            let frame = NeighbourQuestion(host.address, own: host.own, station: port.station).frame
            let sent = port.send(frame.payload, of: frame.ethertype, to: frame.destination, over: arp.descriptor)
            return sent >= 0 || errno != ENXIO && errno != ENODEV
        }

        private func solicit(_ address: IPAddress) -> Bool {
            guard let discovery else { return true }
            let group = SocketEndpoint(address.solicitedNode, port: 0, scope: index)
            let code = discovery.descriptor.send(
                NeighbourQuestion.solicitation(of: address, from: port.station), to: group)
            return code != ENXIO && code != ENODEV
        }
    }

    /// One socket that is read when somebody is about to judge.
    private final class Ear: ReceivingSource {
        let descriptor: OwnedDescriptor
        private let heard: ([UInt8], SocketEndpoint) -> Void

        /// An echo carries little, and more than a doubt asks for cannot wait here.
        private static let capacity = 2048
        private static let drainLimit = 256

        init(_ descriptor: OwnedDescriptor, _ heard: @escaping ([UInt8], SocketEndpoint) -> Void) {
            self.descriptor = descriptor
            self.heard = heard
        }

        var readableDescriptor: Int32 { descriptor.number }

        func close() { descriptor.close() }

        func drain() {
            withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 16) { buffer in
                for _ in 0..<Self.drainLimit where receive(into: buffer) == false { return }
            }
        }

        private func receive(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
            guard let (bytes, source) = descriptor.receive(into: buffer) else { return false }
            heard(bytes, source)
            return true
        }
    }
}
