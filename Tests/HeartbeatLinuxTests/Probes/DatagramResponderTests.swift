import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatProbes
@testable import HeartbeatSystem

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct DatagramResponderTests {
    private let node = ProbingNode()

    /// An echo service at the other end, for as long as `body` runs.
    private func withResponder(_ body: () -> Void) {
        let loop = LoopThread(in: node.other)
        let responder = Handover<DatagramResponder>()
        loop.on { reactor in
            responder.value = DatagramResponder.echo(port: 7777, reactor: reactor)
            responder.value?.open()
        }
        body()
        loop.on { _ in responder.value?.close() }
        loop.stop()
    }

    /// A socket of the asking node that hears only `host`.
    private func socket(to host: String, port: UInt16 = 7777, from own: UInt16 = 0) -> OwnedDescriptor {
        node.network.inside { () -> OwnedDescriptor in
            let address = IPAddress(host)!
            do {
                let socket = try OwnedDescriptor.socket(family: address.family, for: "test")
                try socket.bind(to: SocketEndpoint(.any(isIPv6: address.isIPv6), port: own), for: "test")
                try socket.connect(to: SocketEndpoint(address, port: port), for: "test")
                return socket
            } catch {
                fatalError("\(error)")
            }
        }
    }

    private func received(_ socket: OwnedDescriptor) -> [UInt8]? {
        Descriptors.read(socket.number, atMost: 4096)
    }

    private func echoes(_ socket: OwnedDescriptor, _ bytes: [UInt8]) -> Bool {
        eventually {
            _ = send(socket.number, bytes, bytes.count, Int32(MSG_DONTWAIT))
            return received(socket) == bytes
        }
    }

    @Test(
        "What was sent comes back from the address that was asked, a service address, too",
        arguments: ["10.77.0.2", "10.77.0.50", "fd77::2", "fd77::50"])
    func echo(host: String) {
        node.other.run(
            "ip address add 10.77.0.50/32 dev far; ip address add fd77::50/128 dev far nodad preferred_lft 0")
        withResponder {
            #expect(echoes(socket(to: host), Array("hello".utf8)))
            #expect(echoes(socket(to: host), [UInt8](repeating: 7, count: 1400)))
            #expect(node.ask(.udpEcho(host: host, port: 7777)) == .answered)
        }
    }

    @Test("What could be an answer itself gets none", arguments: [7, 19, 7777] as [UInt16])
    func answers(port: UInt16) {
        withResponder {
            let suspicious = socket(to: "10.77.0.2", from: port)
            let ordinary = socket(to: "10.77.0.2")
            for round in 0..<20 {
                _ = send(suspicious.number, [1], 1, Int32(MSG_DONTWAIT))
                // Whoever answers this has had the other before.
                #expect(echoes(ordinary, [UInt8(round)]))
            }
            #expect(received(suspicious) == nil)
        }
    }

    @Test("What was sent to many gets no answer", arguments: ["10.77.0.255", "255.255.255.255", "ff02::1"])
    func many(group: String) {
        withResponder {
            let address = IPAddress(group)!
            let asker = node.network.inside { () -> OwnedDescriptor in
                do {
                    let socket = try OwnedDescriptor.socket(family: address.family, for: "test")
                    try socket.bind(toInterface: "hba")
                    try socket.set(SOL_SOCKET, SO_BROADCAST, to: Int32(1), for: "test")
                    return socket
                } catch {
                    fatalError("\(error)")
                }
            }
            let everybody = SocketEndpoint(address, port: 7777, scope: node.network.inside { if_nametoindex("hba") })
            let ordinary = socket(to: address.isIPv6 ? "fd77::2" : "10.77.0.2")
            for round in 0..<20 {
                #expect(asker.send([1], to: everybody) == 0)
                #expect(echoes(ordinary, [UInt8(round)]))
            }
            #expect(received(asker) == nil)
        }
    }

    @Test("A flood is not answered as fast as it comes, and afterwards everything is as before")
    func flood() {
        withResponder {
            let asker = socket(to: "10.77.0.2")
            #expect(echoes(asker, [1]))
            var turns = 0
            let begin = ContinuousClock.now
            for _ in 0..<20_000 { _ = send(asker.number, [2], 1, Int32(MSG_DONTWAIT)) }
            while received(asker) != nil { turns += 1 }
            // 256 in every tenth of a second that has begun, and what was in the slot before.
            let slots = (ContinuousClock.now - begin) / .milliseconds(100) + 2
            #expect(Double(turns) <= 256 * slots + 16)
            #expect(echoes(socket(to: "10.77.0.2"), [3]))
        }
    }

    @Test("A port that is taken is told once, and taken over when it is free")
    func taken() {
        let server = FakeServer(udp: node.other) { _ in nil }
        let loop = LoopThread(in: node.other)
        let responder = Handover<DatagramResponder>()
        let problems = Handover<[String]>()
        problems.value = []
        loop.on { reactor in
            responder.value = DatagramResponder.echo(port: server.port, reactor: reactor)
            responder.value?.onProblem = { problems.value?.append($0) }
            responder.value?.open()
        }
        #expect(loop.on { _ in problems.value?.count } == 1)
        server.stop()
        #expect(echoes(socket(to: "10.77.0.2", port: server.port), [1]))
        #expect(loop.on { _ in problems.value?.count } == 1)
        loop.on { _ in responder.value?.close() }
        loop.stop()
    }
}
