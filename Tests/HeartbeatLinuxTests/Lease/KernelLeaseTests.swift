import CLinux
import Dispatch
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats
@testable import HeartbeatLease
@testable import HeartbeatNetlink
@testable import HeartbeatSystem

@Suite("KernelLease", .serialized, .enabled(if: TestNetwork.isAvailable && canHoldLease))
struct KernelLeaseTests {
    @Test("Nothing that was asked after the deadline is answered, and everything is while it lasts")
    func deadline() throws {
        let node = try LeasedNode()
        let asker = LeaseAsker(in: node.client, "far", of: node.network, "hba")
        #expect(node.isSilent(asker))
        node.light()
        #expect(node.answers(asker))
        for time in [Duration.milliseconds(80), .milliseconds(300)] {
            let first = asker.nextNumber
            let dropped = node.lease.droppedPackets
            node.light(for: time)
            let deadline = node.lease.until
            while Instant.sinceBoot < deadline + .milliseconds(100) {
                for kind in LeaseQuestion.allCases { asker.ask(kind) }
                usleep(1000)
            }
            let late = (first..<asker.nextNumber).count { asker.question($0).askedAt >= deadline }
            #expect(late >= LeaseQuestion.allCases.count)
            #expect(eventually { node.lease.droppedPackets - dropped >= late })
            let answered = asker.answered(from: first)
            #expect(!answered.contains { $0.askedAt >= deadline })
        }
        node.light()
        #expect(node.answers(asker))
    }

    @Test("What is no service address is answered for by a dark node")
    func others() throws {
        let node = try LeasedNode()
        let asker = LeaseAsker(in: node.client, "far", of: node.network, "hba")
        #expect(node.answers(asker, [.arp, .echo, .connection], for: IPAddress("10.77.0.1")!))
        try node.lease.releaseAddresses([Service.four, Service.six])
        #expect(node.answers(asker))
    }

    @Test("A connection stands still in the dark and goes on in the light")
    func stream() throws {
        let node = try LeasedNode()
        node.light()
        let listener = try node.network.inside { () -> Result<OwnedDescriptor, SystemError> in
            Result { () throws(SystemError) in
                let socket = try OwnedDescriptor.socket(family: AF_INET, type: SOCK_STREAM, for: "a test")
                try socket.bind(to: SocketEndpoint(Service.four, port: 7000), for: "a test")
                listen(socket.number, 1)
                return socket
            }
        }.get()
        let caller = node.client.inside { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { close(caller) }
        #expect(SocketEndpoint(Service.four, port: 7000).withSockaddr { connect(caller, $0, $1) } == 0)
        var accepted: Int32 = -1
        #expect(
            eventually {
                accepted = accept(listener.number, nil, nil)
                return accepted >= 0
            })
        defer { close(accepted) }
        node.darken()
        let dropped = node.lease.droppedPackets
        #expect(send(accepted, "x", 1, Int32(MSG_NOSIGNAL)) == 1)
        #expect(eventually { node.lease.droppedPackets > dropped })
        var byte: UInt8 = 0
        #expect(recv(caller, &byte, 1, Int32(MSG_DONTWAIT)) < 0)
        node.light()
        #expect(eventually { recv(caller, &byte, 1, Int32(MSG_DONTWAIT)) == 1 })
    }

    @Test("A dark node's announcement does not get out, and who sends it sees that")
    func announcement() throws {
        let node = try LeasedNode()
        let entry = try #require(
            try node.network.inside { Result { try KernelTables.read(NetlinkSocket()) } }.get()
                .interface(named: "hba"))
        let heard = Announcements(in: node.client)
        let announced = try [Service.four, Service.six].map { try #require(AnnouncedAddress($0, on: entry)) }
        let attempt = { () -> [Int32] in
            node.network.inside {
                announced.map { address in
                    do throws(SystemError) {
                        try AnnouncementSocket().send(address, form: 0)
                        return 0
                    } catch {
                        return error.code
                    }
                }
            }
        }
        let dropped = node.lease.droppedPackets
        #expect(attempt() == [ENOBUFS, ENOBUFS])
        #expect(node.lease.droppedPackets >= dropped + 2)
        #expect(heard.heard == [])
        node.light()
        #expect(attempt() == [0, 0])
        #expect(heard.eventually { $0.sorted() == ["advertisement \(Service.six)", "request \(Service.four)"] })
    }

    @Test("Hundreds of addresses are silent, and answer")
    func many() throws {
        let node = try LeasedNode()
        let addresses = (0..<500).map { IPAddress(0x0A4E_0000 + $0 + 1) }
        try node.lease.guardAddresses(addresses)
        let batch = addresses.map { "address add \($0)/32 dev hba" }.joined(separator: "\n")
        #expect(node.network.run("ip -batch - <<'END'\n\(batch)\nEND") == 0)
        let asker = LeaseAsker(in: node.client, "far", of: node.network, "hba")
        for address in addresses { asker.ask(.arp, for: address) }
        #expect(eventually { node.lease.droppedPackets >= 500 })
        #expect(asker.answered(from: 0).isEmpty)
        node.light()
        let first = asker.nextNumber
        for address in addresses { asker.ask(.arp, for: address) }
        #expect(eventually { asker.answered(from: first).count == 500 })
    }

    @Test("A successor takes the place of a predecessor without an answer between")
    func successor() throws {
        let node = try LeasedNode()
        node.closeWatch()
        let asker = LeaseAsker(in: node.client, "far", of: node.network, "hba")
        let index = node.network.inside { if_nametoindex("hba") }
        let other = try KernelLease()
        try other.guardAddresses([Service.four, Service.six])
        let isDone = Handover<Bool>()
        let changing = startThread {
            node.network.enter()
            let both = [other, node.lease].map { LeaseFilters($0.programs) }
            for round in 0..<100 where (try? both[round % 2].hang(on: index, "hba")) == nil { return }
            isDone.value = (try? both[1].isHung(on: index)) == true && (try? both[0].isHung(on: index)) == false
        }
        while changing.wait(timeout: .now() + .microseconds(100)) != .success {
            for kind in [LeaseQuestion.arp, .echo, .echo6] where asker.nextNumber < 60_000 { asker.ask(kind) }
        }
        #expect(isDone.value == true)
        #expect(eventually { node.lease.droppedPackets + other.droppedPackets >= asker.nextNumber })
        #expect(other.droppedPackets > 0)
        #expect(asker.answered(from: 0).isEmpty)
    }

    // MARK: - Other ways in

    @Test("A dark node is silent on every interface, and a lit one is not")
    func weakHost() throws {
        let third = TestNetwork()
        let node = try LeasedNode { network, _ in network.connect("hbb", host: 3, to: third, "far", host: 4) }
        let asker = LeaseAsker(in: third, "far", of: node.network, "hbb")
        #expect(node.covered == ["hba", "hbb"])
        #expect(node.isSilent(asker, [.arp]))
        node.light()
        #expect(node.answers(asker, [.arp]))
    }

    @Test("An address on a bridge, with the bridge and its port watched")
    func bridge() throws {
        let node = try LeasedNode(on: "br0") { network, _ in
            network.run("ip link add br0 type bridge && ip link set br0 up && ip link set hba master br0")
            network.run("ip address flush dev hba; ip address add 10.77.0.1/24 dev br0")
            network.run("ip address add fd77::1/64 dev br0 nodad")
            network.awaitReady("br0")
        }
        let asker = LeaseAsker(in: node.client, "far", of: node.network, "br0")
        #expect(node.covered == ["br0", "hba"])
        #expect(node.isSilent(asker))
        node.light()
        #expect(node.answers(asker))
    }

    private static let hasVlans: Bool = {
        let make = "ip link add hba type veth peer name far && ip link add link hba name hba.7 type vlan id 7"
        let has = TestNetwork.isAvailable && TestNetwork().run("{ \(make); } 2>/dev/null") == 0
        if !has { print("SKIPPED: the kernel makes no VLANs; the lease is not tried on one") }
        return has
    }()

    @Test("An address on a VLAN, whose packets pass the device below, too", .enabled(if: hasVlans))
    func vlan() throws {
        let node = try LeasedNode(on: "hba.7") { network, client in
            for (network, interface, host) in [(network, "hba", 1), (client, "far", 2)] {
                network.run("ip address flush dev \(interface)")
                network.run("ip link add link \(interface) name \(interface).7 type vlan id 7")
                network.configure("\(interface).7", host: host)
                network.awaitReady("\(interface).7")
            }
        }
        let asker = LeaseAsker(in: node.client, "far.7", of: node.network, "hba.7")
        #expect(node.covered == ["hba", "hba.7"])
        #expect(node.isSilent(asker))
        node.light()
        #expect(node.answers(asker))
    }

    @Test("An address on a macvlan, for which the device below would answer as well")
    func macvlan() throws {
        let node = try LeasedNode(on: "upper") { network, _ in
            network.run("ip link add link hba name upper type macvlan mode bridge && ip link set upper up")
            network.awaitReady("upper")
        }
        let below = LeaseAsker(in: node.client, "far", of: node.network, "hba")
        let upper = LeaseAsker(in: node.client, "far", of: node.network, "upper")
        #expect(node.covered == ["hba", "upper"])
        #expect(node.isSilent(below, [.echo, .echo6, .connection]))
        // A broadcast reaches both.
        #expect(node.isSilent(upper, [.arp, .echo, .echo6, .connection]))
        node.light()
        #expect(node.answers(below, [.arp, .echo]))
        #expect(node.answers(upper, [.arp, .echo]))
    }
}
