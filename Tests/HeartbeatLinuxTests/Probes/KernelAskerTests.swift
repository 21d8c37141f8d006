// Kernels that are asked whether they are there: one that answers, one that is kept from one of the two ways, one that is not
// there, and an interface that is another one by now.

import HeartbeatLoop
import HeartbeatModel
import Testing

@testable import HeartbeatProbes
@testable import HeartbeatSystem

/// An asker on a loop in a namespace with `hba`, which has 10.77.0.1/24 and fd77::1/64; at the other end are 10.77.0.2 and
/// fd77::2.
private final class AskingNode: @unchecked Sendable {
    let network = TestNetwork()
    let other = TestNetwork()
    let loop: LoopThread
    private var asker: KernelAsker!
    private var heard: [String] = []
    private(set) var problems: [String] = []

    init() {
        network.connect("hba", host: 1, to: other, "far", host: 2)
        loop = LoopThread(in: network)
        asker = loop.on { [unowned self] reactor in
            let asker = KernelAsker(reactor: reactor)
            asker.onAnswer = { address, interface, _ in self.heard.append("\(address) on \(interface)") }
            asker.onProblem = { self.problems.append($0) }
            asker.prepare(["hba"])
            return asker
        }
    }

    deinit {
        loop.on { [asker] _ in asker!.close() }
        loop.stop()
    }

    /// Asks again and again until somebody answers; what was heard then, or nothing.
    func ask(_ address: String, rounds: Int = 200) -> String? {
        let host = KernelAsker.Host(
            IPAddress(ipv4: address) ?? IPAddress(ipv6: address)!, from: IPAddress(0x0A4D_0001), on: "hba")
        // The kernel's own questions are answered, too.
        loop.on { reactor in
            reactor.drain()
            self.heard = []
        }
        for _ in 0..<rounds {
            loop.on { [asker] _ in asker!.ask([host]) }
            onNewThread { _ = Shell.run("sleep 0.01") }
            let first = loop.on { reactor -> String? in
                reactor.drain()
                return self.heard.first
            }
            if let first { return first }
        }
        return nil
    }

    func tell(_ body: @escaping (KernelAsker) -> Void) {
        loop.on { [asker] _ in body(asker!) }
    }
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable)) struct KernelAskerTests {
    @Test(arguments: ["10.77.0.2", "fd77::2"]) func `a kernel that is there answers`(address: String) {
        #expect(AskingNode().ask(address) == "\(address) on hba")
    }

    @Test(arguments: ["10.77.0.9", "fd77::9"]) func `nobody answers for an address that nobody has`(address: String) {
        #expect(AskingNode().ask(address, rounds: 10) == nil)
    }

    @Test(arguments: ["10.77.0.2", "fd77::2"]) func `one that drops every echo answers who asks for its station`(
        address: String
    ) {
        let node = AskingNode()
        node.other.run(
            """
            nft 'table inet quiet { chain in { type filter hook input priority 0; icmp type echo-request drop; \
            icmpv6 type echo-request drop; }; }'
            """)
        // Whose station is known is not looked for by the kernel here.
        let station = node.other.inside { try? InterfaceQuery.station(of: "far").address } ?? []
        let text = station.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: ":")
        node.network.run("ip neigh replace \(address) lladdr \(text) dev hba nud permanent")
        #expect(node.ask(address) == "\(address) on hba")
    }

    @Test func `one that hides its station answers an echo`() {
        let node = AskingNode()
        // The station is known, and nobody is told any more.
        node.network.run("ping -c 1 -W 1 10.77.0.2")
        node.other.run("echo 8 >/proc/sys/net/ipv4/conf/far/arp_ignore")
        #expect(node.ask("10.77.0.2") == "10.77.0.2 on hba")
    }

    @Test func `one whose interface is down does not answer`() {
        let node = AskingNode()
        #expect(node.ask("10.77.0.2") != nil)
        node.other.run("ip link set far down")
        #expect(node.ask("10.77.0.2", rounds: 10) == nil)
    }

    @Test func `an interface that was made anew is asked on like the one before`() {
        let node = AskingNode()
        #expect(node.ask("10.77.0.2") != nil)
        node.network.run("ip link delete hba")
        node.network.connect("hba", host: 1, to: node.other, "far", host: 2)
        #expect(node.ask("10.77.0.2") == "10.77.0.2 on hba")
    }

    @Test func `on an interface that is not there nobody is asked, which is told once`() {
        let node = AskingNode()
        node.tell { $0.prepare(["hba", "none0"]) }
        node.tell { $0.prepare(["hba", "none0"]) }
        #expect(node.problems.count == 1 && node.problems[0].contains("no kernel is asked on none0"))
        #expect(node.ask("10.77.0.2") != nil)
    }
}
