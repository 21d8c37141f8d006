// The doubt about a late peer as a value: what is asked when, what an answer or none comes to, and what must never be a verdict.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PeerDoubtTests {
    private static let begin = Instant.zero + .seconds(100)
    private static let peers: [IPAddress] = [IPAddress(0x0A00_0002), IPAddress(0x0A00_0102)]
    private static let reference = IPAddress(0x0A00_00FE)

    /// A doubt at work: it steps as time passes, and hears whoever is named at every question.
    private struct Bench {
        var doubt = PeerDoubt()
        var now = PeerDoubtTests.begin
        var lastHeard = PeerDoubtTests.begin
        var lease = Duration.milliseconds(540)
        var promise = Instant.zero
        var allowsSilence = true
        var hasOtherMedium = false
        var lost: [(interface: String, since: Instant?)] = []
        /// Who answers.
        var answering: Set<KernelQuestion> = [KernelQuestion(PeerDoubtTests.reference, on: "eth0")]
        var rounds = 0
        var reasons: [DoubtReason] = []
        var verdict: (at: Duration, DeathVerdict)?
        var signsOfLife = 0

        init(cable: Bool = false, networks: Int = 2, references: Int = 1) {
            doubt.stand(
                on: (0..<networks).map { number in
                    CommonNetwork(
                        interface: "eth\(number)", isCable: cable && number == 1, peers: [PeerDoubtTests.peers[number]],
                        references: number < references ? [PeerDoubtTests.reference] : [])
                })
        }

        private var circumstances: PeerDoubt.Circumstances {
            PeerDoubt.Circumstances(
                lastHeard: lastHeard, lease: lease, promise: promise, keepalive: .milliseconds(250),
                latePatience: .milliseconds(300),
                probe: QuickProbe(),
                allowsSilence: allowsSilence, hasOtherMedium: hasOtherMedium, lost: lost)
        }

        /// The peer beats.
        mutating func beat() {
            lastHeard = now
            doubt.trust()
        }

        mutating func pass(until end: Duration) {
            while verdict == nil, let due = doubt.deadline(circumstances), due <= PeerDoubtTests.begin + end {
                now = max(now, due)
                step()
            }
            now = max(now, PeerDoubtTests.begin + end)
        }

        private mutating func step() {
            switch doubt.step(circumstances, at: now) {
            case .nothing: break
            case .unsure(let reason): reasons.append(reason)
            case .dead(let found): verdict = (now - PeerDoubtTests.begin, found)
            case .ask(let questions):
                rounds += 1
                for question in questions where answering.contains(question) {
                    if doubt.answered(question, keepalive: .milliseconds(250), at: now) { signsOfLife += 1 }
                }
            }
        }
    }

    @Test func `nobody is asked before a keepalive is late`() {
        var bench = Bench()
        bench.pass(until: .milliseconds(299))
        #expect(bench.rounds == 0)
        bench.pass(until: .milliseconds(300))
        #expect(bench.rounds == 1)
    }

    @Test func `a silent kernel is dead when its lease is over, and not before`() throws {
        for lease in [Duration.milliseconds(540), .milliseconds(900), .seconds(5)] {
            var bench = Bench()
            bench.lease = lease
            bench.pass(until: .seconds(20))
            let verdict = try #require(bench.verdict)
            #expect(verdict.at == lease)
            #expect(verdict.1 == DeathVerdict(silentOn: ["eth0", "eth1"], provedOn: ["eth0"], cable: nil))
            #expect(bench.rounds <= 15, "a lease of \(lease.milliseconds) ms is not asked through")
        }
    }

    @Test func `the lease that the peer announced counts, and what it was promised`() throws {
        var bench = Bench()
        bench.promise = Self.begin + .milliseconds(800)
        bench.pass(until: .seconds(2))
        #expect(bench.verdict?.at == .milliseconds(800))
        bench = Bench(cable: true)
        bench.promise = Self.begin + .milliseconds(800)
        bench.lost = [("eth1", Self.begin + .milliseconds(10))]
        bench.pass(until: .seconds(2))
        let verdict = try #require(bench.verdict)
        #expect(verdict.at >= .milliseconds(800))
    }

    @Test(arguments: [0, 1]) func `one answer on one network is life, told once in a silence`(network: Int) {
        var bench = Bench()
        bench.answering.insert(KernelQuestion(Self.peers[network], on: "eth\(network)"))
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.signsOfLife == 1)
        // It is asked again a keepalive later, not in one go.
        #expect(bench.rounds > 30 && bench.rounds < 90)
    }

    @Test func `a kernel that answered falls silent, and is dead after all`() throws {
        var bench = Bench()
        bench.answering.insert(KernelQuestion(Self.peers[1], on: "eth1"))
        bench.pass(until: .seconds(1))
        bench.answering.remove(KernelQuestion(Self.peers[1], on: "eth1"))
        bench.pass(until: .seconds(3))
        let verdict = try #require(bench.verdict)
        #expect(verdict.at > .seconds(1) + .milliseconds(80))
    }

    @Test
    func `an answer from before the first question is none, and neither is one on another network or by a stranger`() {
        var bench = Bench()
        let early = bench.doubt.answered(
            KernelQuestion(Self.peers[0], on: "eth0"), keepalive: .milliseconds(250), at: bench.now)
        bench.answering.insert(KernelQuestion(Self.peers[0], on: "eth1"))
        bench.answering.insert(KernelQuestion(IPAddress(0x0A00_0009), on: "eth0"))
        bench.pass(until: .seconds(2))
        #expect(!early && bench.verdict?.at == .milliseconds(540))
    }

    @Test func `without proof of this node's own interfaces silence means nothing`() {
        var bench = Bench(references: 0)
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.reasons == [.nothingProved])
        bench = Bench()
        bench.answering = []
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.reasons == [.nothingProved])
    }

    @Test func `a reference that answered at first and then no more proves nothing`() {
        var bench = Bench()
        bench.lease = .seconds(5)
        bench.pass(until: .seconds(1))
        bench.answering = []
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.reasons == [.nothingProved])
    }

    @Test func `an interface of this node without a carrier makes it unsure`() {
        var bench = Bench()
        bench.lost = [("eth1", Self.begin + .milliseconds(10))]
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.reasons == [.ownInterface("eth1")])
    }

    @Test func `with one network there is no doubt`() {
        var bench = Bench(networks: 1)
        #expect(!bench.doubt.isPossible)
        bench = Bench(networks: 2)
        #expect(bench.doubt.isPossible)
    }

    // MARK: - A cable

    @Test func `a cable that loses its carrier is asked about at once, and waits for no lease`() throws {
        for allowsSilence in [true, false] {
            var bench = Bench(cable: true)
            bench.allowsSilence = allowsSilence
            bench.lease = .seconds(15)
            bench.pass(until: .milliseconds(40))
            bench.lost = [("eth1", Self.begin + .milliseconds(40))]
            bench.pass(until: .seconds(20))
            let verdict = try #require(bench.verdict)
            #expect(verdict.at == .milliseconds(140) && verdict.1.cable == "eth1" && verdict.1.provedOn == ["eth0"])
        }
    }

    @Test func `beside a serial line a cable waits for its keepalive, and for no lease`() throws {
        var bench = Bench(cable: true)
        bench.hasOtherMedium = true
        bench.lease = .seconds(15)
        bench.lost = [("eth1", Self.begin + .milliseconds(40))]
        bench.pass(until: .milliseconds(290))
        #expect(bench.verdict == nil && bench.rounds == 5)
        bench.pass(until: .seconds(20))
        let verdict = try #require(bench.verdict)
        #expect(verdict.at == .milliseconds(400) && verdict.1.cable == "eth1")
    }

    @Test func `a cable alone is no death: the kernel that answers elsewhere lives`() {
        var bench = Bench(cable: true)
        bench.answering.insert(KernelQuestion(Self.peers[0], on: "eth0"))
        bench.lost = [("eth1", Self.begin + .milliseconds(40))]
        bench.pass(until: .milliseconds(200))
        bench.beat()
        bench.pass(until: .milliseconds(440))
        #expect(bench.verdict == nil && bench.signsOfLife == 0, "no keepalive was late")
        let rounds = bench.rounds
        bench.beat()
        bench.pass(until: .milliseconds(690))
        #expect(bench.rounds == rounds, "a cable that stays out is asked about once")
    }

    @Test(arguments: [Duration?.none, .milliseconds(-500)])
    func `a carrier that was lost before the peer's last word says nothing`(lostAt: Duration?) {
        var bench = Bench(cable: true)
        bench.lost = [("eth1", lostAt.map { Self.begin + $0 })]
        bench.pass(until: .seconds(20))
        #expect(bench.verdict == nil && bench.reasons == [.ownInterface("eth1")])
    }

    @Test func `where silence alone must not decide nobody is asked for it`() {
        var bench = Bench(cable: true)
        bench.allowsSilence = false
        bench.pass(until: .seconds(20))
        #expect(bench.rounds == 0 && bench.verdict == nil)
    }

    // MARK: - This node itself

    @Test func `a node that stood still begins anew, and gives the lease from then on`() throws {
        var bench = Bench()
        bench.pass(until: .milliseconds(340))
        bench.now = Self.begin + .seconds(3)
        bench.doubt.startOver(at: bench.now)
        bench.pass(until: .milliseconds(3499))
        #expect(bench.rounds == 3, "only those from before")
        bench.pass(until: .seconds(9))
        #expect(bench.verdict?.at == .milliseconds(3600))
        bench = Bench()
        bench.lease = .seconds(1)
        bench.now = Self.begin + .seconds(3)
        bench.doubt.startOver(at: bench.now)
        bench.pass(until: .seconds(9))
        #expect(bench.verdict?.at == .seconds(4), "its lease counts from then on")
    }

    @Test
    func `a verdict that was wrong ends the doubts for ten minutes, then for twenty, and one that was right does not`()
    {
        var bench = Bench()
        bench.pass(until: .seconds(1))
        let first = bench.doubt.returned(isSameLife: true, at: bench.now)
        #expect(first == .seconds(600))
        bench.verdict = nil
        bench.beat()
        bench.pass(until: .seconds(600))
        #expect(bench.verdict == nil, "suspended")
        bench.pass(until: .seconds(602))
        #expect(bench.verdict != nil)
        let second = bench.doubt.returned(isSameLife: true, at: bench.now)
        #expect(second == .seconds(1200))
        var right = Bench()
        right.pass(until: .seconds(1))
        let none = right.doubt.returned(isSameLife: false, at: right.now)
        let again = right.doubt.returned(isSameLife: true, at: right.now)
        #expect(none == nil && again == nil)
    }

    // MARK: - Common networks

    @Test func `networks, peers and references are found by addresses`() {
        var configuration = Configuration(nodes: ["alpha", "beta"].map { NodeName($0) })
        configuration.references = [IPAddress(0x0A00_00FD)]
        configuration.pingNodes = [PingNode(name: NodeName("10.0.1.254"), hosts: ["10.0.1.254"])]
        configuration.interfaces = [InterfaceRule(interface: "eth2", role: .heartbeat, isCable: true)]
        let word = "10.0.0.2"
        configuration.groups = [
            ResourceGroup(
                preferredNode: NodeName("alpha"),
                resources: [
                    Resource(
                        word: word, scriptName: "IPaddr", arguments: [word],
                        address: ServiceAddress(bytes: [10, 0, 0, 100], text: word))
                ], line: 1)
        ]
        func own(_ name: String, _ address: UInt32, _ bits: Int = 24) -> NetworkGround.Own {
            NetworkGround.Own(interface: name, address: IPAddress(address), bits: bits)
        }
        let ground = NetworkGround(
            addresses: [
                own("eth0", 0x0A00_0001), own("eth0", 0x0A00_0064), own("eth1", 0x0A00_0101),
                own("eth2", 0x0A00_0201, 30),
                own("eth3", 0x0A00_0301),
            ], gateways: [IPAddress(0x0A00_00FE), IPAddress(0x0A00_0064), IPAddress(0x0A00_0002)])
        let theirs = NetworkGround(
            addresses: [own("a", 0x0A00_0002), own("a", 0x0A00_0064), own("b", 0x0A00_0102), own("c", 0x0A00_0202, 30)])
        let peer = PeerKernel(theirs, configuration)
        #expect(peer.addresses == [0x0A00_0002, 0x0A00_0102, 0x0A00_0202].map { IPAddress($0) }, "no service address")
        let networks = CommonNetwork.all(ground, peer, configuration)
        #expect(
            networks == [
                CommonNetwork(
                    interface: "eth0", isCable: false, peers: [IPAddress(0x0A00_0002)],
                    references: [IPAddress(0x0A00_00FD), IPAddress(0x0A00_00FE)]),
                CommonNetwork(
                    interface: "eth1", isCable: false, peers: [IPAddress(0x0A00_0102)],
                    references: [IPAddress(0x0A00_01FE)]),
                CommonNetwork(interface: "eth2", isCable: true, peers: [IPAddress(0x0A00_0202)], references: []),
            ])
    }

    @Test func `what a peer tells is read as it was written, and nothing that is no host's address`() throws {
        var configuration = Configuration(nodes: [])
        configuration.quickDeath = .on
        let ground = NetworkGround(addresses: [
            .init(interface: "eth0", address: IPAddress(0x0A00_0001), bits: 24),
            .init(interface: "eth0", address: try #require(IPAddress(ipv6: "fd00::1")), bits: 64),
        ])
        let kernel = PeerKernel(ground, configuration)
        guard case .other(PeerKernel.messageType, let fields) = kernel.content else {
            Issue.record("no message")
            return
        }
        #expect(PeerKernel(fields: fields) == kernel && kernel.allowsSilence)
        let odd = [
            Message.Field(name: "hbaddrs", value: .string("224.0.0.1 nonsense fe80::1 0.0.0.0 10.0.0.7 ff02::1")),
            Message.Field(name: "hbsilence", value: .binary([49])),
        ]
        #expect(PeerKernel(fields: odd).addresses == [IPAddress(0x0A00_0007)] && !PeerKernel(fields: odd).allowsSilence)
    }

    @Test func `clients hear nothing of it`() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.feed(.interestChanged([.news, .unchanged, .aside, .repeated, .requests]))
        let kernel = PeerKernel(fields: [Message.Field(name: "hbaddrs", value: .string("10.0.0.2"))])
        let effects = desk.hear(kernel.content)
        #expect(!effects.contains { if case .handOn = $0 { true } else { false } })
        #expect(desk.core.node.membership.peerKernel?.addresses == [IPAddress(0x0A00_0002)])
    }
}
