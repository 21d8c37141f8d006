// What the tests of probes share: a node that asks in one namespace, and whoever is asked in another at the end of a cable.

import CLinux
import Glibc
import HeartbeatModel
import Synchronization

@testable import HeartbeatProbes
@testable import HeartbeatSystem

/// A prober on a loop in a namespace with `hba`, which has 10.77.0.1/24 and fd77::1/64; at the other end are 10.77.0.2 and
/// fd77::2.
final class ProbingNode: @unchecked Sendable {
    let network = TestNetwork()
    let other = TestNetwork()
    let loop: LoopThread
    private var prober: PathProber!
    private var told: [(probe: String, answer: PathAnswer)] = []

    /// 10.77.0.9 and fd77::9 are at the other end of the cable, too, where nobody has them: what is sent there vanishes.
    init() {
        network.connect("hba", host: 1, to: other, "far", host: 2)
        let station = other.inside { try? InterfaceQuery.station(of: "far").address } ?? []
        let text = station.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: ":")
        network.run(
            """
            ip neigh replace 10.77.0.9 lladdr \(text) dev hba nud permanent
            ip neigh replace fd77::9 lladdr \(text) dev hba nud permanent
            """)
        loop = LoopThread(in: network)
        prober = loop.on { [unowned self] reactor in
            let prober = PathProber(reactor: reactor)
            prober.onAnswer = { self.told.append(($0, $1)) }
            return prober
        }
    }

    deinit {
        loop.on { [prober] _ in prober!.close() }
        loop.stop()
    }

    func adopt(_ probes: [PathProbe]) {
        loop.on { [prober] _ in prober!.adopt(probes) }
    }

    func sign(with keys: AuthenticationKeys?) {
        loop.on { [prober] _ in prober!.signPartnerWords(with: keys) }
    }

    func tellPartners() {
        loop.on { [prober] _ in prober!.tellPartners() }
    }

    func lastAnswer(_ probe: String) -> Duration? {
        loop.on { [prober] _ in prober!.lastAnswer(of: probe)?.took }
    }

    func answers(_ probe: String = "p") -> [PathAnswer] {
        loop.on { _ in self.told.filter { $0.probe == probe }.map(\.answer) }
    }

    /// Asks one question and returns what came of it; `nil` if nothing ever does.
    func ask(
        _ kind: PathProbe.Kind, timeout: Duration = .seconds(30), _ change: (inout PathProbe) -> Void = { _ in }
    ) -> PathAnswer? {
        var probe = PathProbe(name: "p", kind: kind)
        probe.interval = .seconds(3600)
        probe.timeout = timeout
        change(&probe)
        loop.on { [prober] _ in
            prober!.adopt([])
            self.told = []
            prober!.adopt([probe])
        }
        let isAnswered = eventually { !answers().isEmpty }
        return isAnswered ? answers()[0] : nil
    }
}

extension PathAnswer {
    /// `answered`, or the kind and the reason.
    var text: String {
        switch self {
        case .answered: "answered"
        case .told(let word): "told: \(word.place.rawValue)"
        case .failed(let reason): "failed: \(reason)"
        case .unknown(let reason): "unknown: \(reason)"
        }
    }
}

/// Whoever answers on a port of a namespace, on threads of its own.
final class FakeServer: @unchecked Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let isOver = Atomic(false)

    /// UDP: what `answer` makes of a datagram is sent back; `nil` for nothing.
    init(udp network: TestNetwork, isIPv6: Bool = false, _ answer: @escaping ([UInt8]) -> [UInt8]?) {
        (descriptor, port) = network.inside { Self.bound(SOCK_DGRAM, isIPv6) }
        startThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !isOver.load(ordering: .relaxed) {
                var sender = SocketEndpoint()
                let count = sender.fill { recvfrom(descriptor, &buffer, buffer.count, 0, $0, $1) }
                guard count >= 0, let bytes = answer(Array(buffer[..<count])) else { continue }
                _ = sender.withSockaddr { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
            }
        }
    }

    /// TCP: connections are accepted and given these bytes, then closed; with `nil` they are left alone.
    init(tcp network: TestNetwork, isIPv6: Bool = false, _ words: String?) {
        (descriptor, port) = network.inside { Self.bound(SOCK_STREAM, isIPv6) }
        listen(descriptor, 16)
        startThread { [self] in
            while !isOver.load(ordering: .relaxed), let words {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { continue }
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &buffer, buffer.count, 0)
                _ = send(connection, words, words.utf8.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    func stop() {
        isOver.store(true, ordering: .relaxed)
        close(descriptor)
    }

    private static func bound(_ type: __socket_type, _ isIPv6: Bool) -> (Int32, UInt16) {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Often enough to notice the end.
        var patience = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var only: Int32 = 1
        if isIPv6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, 4) }
        _ = SocketEndpoint(.any(isIPv6: isIPv6), port: 0).withSockaddr { bind(descriptor, $0, $1) }
        var own = SocketEndpoint()
        _ = own.fill { getsockname(descriptor, $0, $1) }
        let port = own.withSockaddr { pointer, _ in
            UnsafeRawPointer(pointer).load(fromByteOffset: 2, as: UInt16.self).bigEndian
        }
        return (descriptor, port)
    }
}

/// Frames of an interface, answered by hand instead of by the kernel, which is to be kept from it.
final class FakeStation: @unchecked Sendable {
    private let descriptor: Int32
    private let isOver = Atomic(false)

    /// `answer` makes of a frame, from the station addresses on, the one sent back.
    init(in network: TestNetwork, _ interface: String, ethertype: UInt16, _ answer: @escaping ([UInt8]) -> [UInt8]?) {
        descriptor = network.inside {
            let fd = socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0)
            _ = clinux_packet_listen(fd, Int32(if_nametoindex(interface)), ethertype)
            var patience = timeval(tv_sec: 0, tv_usec: 100_000)
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            return fd
        }
        startThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !isOver.load(ordering: .relaxed) {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 14, let frame = answer(Array(buffer[..<count])) else { continue }
                _ = send(descriptor, frame, frame.count, 0)
            }
        }
    }

    func stop() {
        isOver.store(true, ordering: .relaxed)
        close(descriptor)
    }
}
