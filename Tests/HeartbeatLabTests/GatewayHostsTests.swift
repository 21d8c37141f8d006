// The laboratory of a gateway service on the real kernel. The client reaches what is behind the router by the host that has the roving
// addresses and by no other way; cut means cut; everything is seen. Needs root and nftables.

import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatLab

@Suite(
    .serialized,
    .enabled(
        if: geteuid() == 0 && Files.isInstalled("nft"), "hosts in network namespaces need root and nftables"))
struct GatewayHostsTests {
    private let network = GatewayNetwork.first

    /// All hosts have power, and run nothing.
    private func withHosts(_ count: Int = 3, _ body: (GatewayHosts, ClientProbe) throws -> Void) throws {
        let lab = try GatewayHosts(prefix: "hbgt", count: count)
        defer { lab.close() }
        for host in lab.hosts { try lab.powerOn(host) }
        let probe = try lab.probe()
        defer { probe.close() }
        try body(lab, probe)
    }

    /// Does by hand what a host does that serves.
    private func serve(_ host: LabHost) throws {
        try host.namespace.configure([
            "link set up0 up", "address add \(network.own(ofHost: host.number, on: .up))/28 dev up0",
            "address add \(network.roving(on: .down))/24 dev down0",
            "address add \(network.roving(on: .up))/28 dev up0",
            "route add default via \(network.nextHop)",
        ])
        for side in GatewaySide.allCases { try announce(host, side) }
    }

    /// A gratuitous ARP request, as a real takeover sends it.
    private func announce(_ host: LabHost, _ side: GatewaySide) throws {
        let interface = network.interface(on: side)
        let address = try #require(ipv4Bytes(network.roving(on: side)))
        let station = host.station(interface).bytes
        let frame =
            HardwareAddress.broadcast.bytes + station + [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1] + station + address
            + [0, 0, 0, 0, 0, 0] + address
        let socket = try host.namespace.open("packet socket") {
            clinux_lab_packet_socket(Int32(if_nametoindex(interface)), ProbePackets.ethertypeARP)
        }
        try check(write(socket, frame, frame.count), "send")
        close(socket)
    }

    private func withdraw(_ host: LabHost) throws {
        try host.namespace.configure([
            "address del \(network.roving(on: .down))/24 dev down0",
            "address del \(network.roving(on: .up))/28 dev up0",
            "address flush dev up0", "link set up0 down",
        ])
    }

    private func expectServed(by host: LabHost, _ probe: ClientProbe, _ isServed: Bool = true) throws {
        if isServed {
            try Interruption.wait(for: "\(host.name) to serve", atMost: .seconds(10)) {
                probe.isServed(by: host.station(), for: .milliseconds(100))
            }
        } else {
            let mark = Moment.now()
            try Interruption.wait(for: "probes without an answer", atMost: .seconds(10)) {
                let last = try probe.analysis().samples.filter { $0.sentAt > mark }
                return last.count > 200 && last.suffix(100).allSatisfy { $0.echo == nil }
            }
        }
    }

    @Test(arguments: [2, 5]) func `the client's way is the host that has the roving pair`(count: Int) throws {
        try withHosts(count) { lab, probe in
            let start = Moment.now()
            let (first, last) = (lab.hosts[0], lab.hosts[count - 1])
            try serve(first)
            try expectServed(by: first, probe)
            try withdraw(first)
            try expectServed(by: first, probe, false)
            try serve(last)
            try expectServed(by: last, probe)
            let history = try lab.history()
            for side in GatewaySide.allCases {
                #expect(history.holders(of: network.roving(on: side)).map(\.hosts) == [[0], [], [count - 1]])
            }
            #expect(history.problems(with: network, names: { lab.hosts[$0].name }, since: start).isEmpty)
            #expect(history.rises(of: "up0", on: 0, since: start).count == 1)
            #expect(!history.isUp("up0", on: 0) && history.isUp("up0", on: count - 1))
            for host in lab.hosts.dropFirst().dropLast() {
                #expect(history.rises(of: "up0", on: host.number, since: start).isEmpty)
            }
        }
    }

    @Test(arguments: GatewaySide.allCases) func `a cable is cut with its carrier or without`(side: GatewaySide) throws {
        try withHosts { lab, probe in
            let host = lab.hosts[0]
            try serve(host)
            try expectServed(by: host, probe)
            let interface = network.interface(on: side)
            func carrier() throws -> Bool? {
                try lab.history().sightings.reduce(nil) { known, sighting in
                    guard case .link(interface, _, let carrier) = sighting.news, sighting.host == 0 else {
                        return known
                    }
                    return carrier
                }
            }
            try lab.plug(host, side, false)
            try Interruption.wait(for: "the carrier to go", atMost: .seconds(5)) { try carrier() == false }
            try expectServed(by: host, probe, false)
            try lab.plug(host, side, true)
            try Interruption.wait(for: "the carrier to come", atMost: .seconds(5)) { try carrier() == true }
            try expectServed(by: host, probe)
            try lab.lose([.cable(.host(0), side)])
            try expectServed(by: host, probe, false)
            #expect(try carrier() == true)
            try lab.lose([])
            try expectServed(by: host, probe)
        }
    }

    @Test func `two parts of a side do not hear each other, and each hears itself`() throws {
        try withHosts { lab, _ in
            func answers(_ from: Int, _ to: Int) throws -> Bool {
                let address = network.own(ofHost: to, on: .down)
                return try lab.hosts[from].run(["ping", "-q", "-n", "-c", "1", "-W", "1", address]).code == 0
            }
            #expect(try answers(0, 1) && answers(1, 2) && answers(2, 0))
            try lab.lose([.between([.host(0), .client], [.host(1), .host(2)], .down)])
            #expect(try !answers(0, 1) && answers(1, 2) && !answers(2, 0))
            // Words of the service are a part of everything.
            try lab.lose([.words(from: .host(0), .down)])
            #expect(try answers(0, 1) && answers(1, 0))
        }
    }

    @Test func `a host without power has nothing and runs nothing, and nobody sees a carrier change`() throws {
        try withHosts { lab, probe in
            let host = lab.hosts[0]
            try host.install("worker")
            #expect(try host.run(["\(host.configDirectory)/resource.d/worker", "start"]).code == 0)
            #expect(Files.names(in: host.servicesDirectory) == ["worker"])
            let sleeper = try host.start(["sleep", "1000"])
            try serve(host)
            try expectServed(by: host, probe)
            let moment = try lab.powerOff(host)
            #expect(host.processes.isEmpty && !host.runs(sleeper) && host.end(sleeper, SIGTERM) == nil)
            #expect(Files.names(in: host.servicesDirectory).isEmpty)
            let history = try lab.history()
            #expect(history.holders(of: network.roving(on: .down)).last == .init(at: moment, hosts: []))
            for other in [1, 2] {
                #expect(
                    history.first(other, since: moment) { news in if case .link = news { true } else { false } } == nil)
            }
            try lab.powerOn(host)
            #expect(try lab.history().holdersNow(of: network.roving(on: .down)).isEmpty)
            #expect(try lab.history().holdersNow(of: network.own(ofHost: 0, on: .down)) == [0])
            #expect(lab.scripts().map(\.record) == [ScriptRecord(node: "gwa", script: "worker", verb: "start")])
        }
    }

    @Test func `what hosts say is recorded, and arrives once more when it is said again`() throws {
        try withHosts(2) { lab, _ in
            let tap = try lab.tap(.down)
            defer { tap.close() }
            let address = network.own(ofHost: 1, on: .down)
            let sockets = try lab.hosts.map { host in
                try host.namespace.open("UDP socket") { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
            }
            defer { for socket in sockets { close(socket) } }
            for socket in sockets { try with("0.0.0.0") { _ = try check(bind(socket, $0, $1), "bind") } }
            func say(_ last: UInt8) throws {
                let words = Array("GWY".utf8) + [1, last]
                try with(address) { _ = try check(sendto(sockets[0], words, words.count, 0, $0, $1), "send") }
            }
            func heard() -> UInt8? {
                awaitReadable([sockets[1]], milliseconds: 5000).first.flatMap { readSome($0).last }
            }
            try say(4)
            #expect(heard() == 4)
            try Interruption.wait(for: "the record", atMost: .seconds(5)) { !tap.datagrams.isEmpty }
            #expect(tap.datagrams.map(\.kind) == [.downstreamTakeover])
            #expect(tap.datagrams.map(\.receiver) == [address])
            tap.replay(tap.datagrams)
            #expect(heard() == 4)
            try lab.lose([.words(from: .host(0), .down)])
            try say(5)
            try lab.lose([])
            try say(6)
            #expect(heard() == 6)
        }
    }

    private func with(_ address: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) rethrows {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = HostLoss.port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        try withUnsafePointer(to: name) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
