// What a site promises to be true while it serves, asked of stand-ins for the programs of its machines.

import HeartbeatLab
import Testing

@testable import HeartbeatMachines

@Suite("What must be true on gateways that serve")
struct GatewayProofsTests {
    /// Whether a proof holds where programs print this.
    private func holds(_ proof: Proof, _ printed: [String: String]) throws -> Bool {
        let directory = "/tmp/hbmtest-proofs\(UInt32.random(in: 0 ... .max))"
        try Files.makeDirectory(directory)
        defer { Files.remove(directory) }
        for (program, text) in printed {
            try Files.write("#!/bin/sh\ncat <<'END'\n\(text)\nEND\n", to: "\(directory)/\(program)", mode: 0o755)
        }
        return try Command.run(
            ["/bin/sh", "-c", proof.line], environment: ["PATH=\(directory):/usr/bin:/bin"]
        ).code == 0
    }

    private static func sa(_ name: String, _ state: String = "INSTALLED", policy: Int = 1) -> String {
        """
        \(name): #1, ESTABLISHED, IKEv2, 5f0f_i* 0c1b_r
          local  '116.1.1.1' @ 116.1.1.1[500]
          \(name): #2, reqid \(policy), \(state), TRANSPORT, ESP:AES_GCM_16-128
            installed 12s ago, rekeying in 3232s, expires in 3948s
        """
    }

    @Test("one policy, as swanctl says it or as ipsec does")
    func onePolicy() throws {
        let (one, old) = (Self.sa("main"), Self.sa("main", "REKEYED"))
        #expect(try holds(.onePolicy, ["swanctl": one]))
        #expect(try holds(.onePolicy, ["swanctl": "\(old)\n\(one)"]))
        #expect(try !holds(.onePolicy, ["swanctl": ""]))
        #expect(try holds(.onePolicy, ["swanctl": "\(one)\n\(one)"]))
        #expect(try !holds(.onePolicy, ["swanctl": "\(one)\n\(Self.sa("main", policy: 2))"]))
        #expect(
            try holds(.onePolicy, ["ipsec": "        main{2}:  INSTALLED, TRANSPORT, reqid 1, ESP SPIs: c1_i c2_o"]))
    }

    @Test("two connections are up at once, not one of them twice")
    func areUp() throws {
        let proof = Proof.areUp(["one", "two"])
        #expect(try holds(proof, ["swanctl": "\(Self.sa("one"))\n\(Self.sa("two"))"]))
        #expect(try !holds(proof, ["swanctl": "\(Self.sa("one"))\n\(Self.sa("one"))"]))
        #expect(try !holds(proof, ["swanctl": "\(Self.sa("one"))\n\(Self.sa("two", "REKEYED"))"]))
    }

    @Test("a route of BGP to the network, through the interface where it matters")
    func routes() throws {
        let one = "192.168.10.0/24 nhid 20 via 10.9.0.2 dev gre1 metric 20 "
        let two = "192.168.10.0/24 nhid 20 metric 20 \n\tnexthop via 10.9.0.1 dev ipsec1 weight 1 "
        #expect(try holds(.isRoutedByBGP(10, through: "gre1"), ["ip": one]))
        #expect(try !holds(.isRoutedByBGP(1, through: "gre1"), ["ip": one]))
        #expect(try !holds(.isRoutedByBGP(10, through: "gre"), ["ip": one]))
        #expect(try holds(.isRoutedByBGP(10, through: nil), ["ip": two]))
        #expect(try !holds(.isRoutedByBGP(10, through: nil), ["ip": ""]))
        let way = "192.168.10.100 via 10.9.1.1 dev ipsec2 src 10.9.1.2 uid 0 "
        #expect(try holds(.isReached("192.168.10.100", through: "ipsec2"), ["ip": way]))
        #expect(try !holds(.isReached("192.168.10.100", through: "ipsec1"), ["ip": way]))
    }

    @Test("GRE in clear is a problem, and so is no ESP")
    func crossings() {
        let before = Crossings(clear: 2, encrypted: 10)
        #expect(Crossings(clear: 2, encrypted: 11).problems(since: before).isEmpty)
        #expect(Crossings(clear: 3, encrypted: 11).problems(since: before).count == 1)
        #expect(Crossings(clear: 2, encrypted: 10).problems(since: before) == ["no ESP crossed the internet"])
    }

    @Test("the sites with tunnels say what must be true of each end")
    func sites() {
        let paper = GatewaySite.paper(.ours, tree: "/nowhere").proofs
        #expect(paper.map(\.first) == [0, 2] && paper.map(\.service) == ["192.168.0.1", "192.168.10.1"])
        #expect(paper.map(\.onOwner.count) == [3, 5] && paper.allSatisfy { $0.onOther.count == 1 })
        let tunnels = GatewaySite.twoTunnels(.ours, tree: "/nowhere").proofs
        #expect(tunnels[1].onOwner.first == .areUp(["one", "two"]))
        #expect(tunnels[1].onLoss.map(\.claim).map { $0.suffix(6) } == ["ipsec1", "ipsec2"])
        #expect(GatewaySite.pair(.ours, isSerialOnly: false).proofs.isEmpty)
    }
}
