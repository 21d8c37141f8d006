// What hosts decide about their LANs, in virtual time.

import HeartbeatModel
import Testing

@testable import HeartbeatLans

@Suite struct LanMachineTests {
    @Test func `while both LANs work nothing moves`() {
        var world = LanWorld(requestors: 1, responders: 3)
        world.run(.seconds(60))
        for number in 1...4 {
            #expect(world.hosts[number]?.movedAt == [])
            #expect(world.hosts[number]?.suspects == [])
        }
        #expect(world.notices(of: 2) == [.found(host: "10.1.1.1")])
    }

    @Test(arguments: [1, 2, 3, 7])
    func `exactly -f missed packets move the routes, on both sides at the same moment`(fall: Int) throws {
        var world = LanWorld(requestors: 1, responders: 1, LanConfiguration(fall: fall, rise: 2))
        world.run(.milliseconds(10_200))
        var lost = 0
        // One less than it takes, again and again.
        world.loses = { hop in
            guard hop.network == "A", hop.packet.kind == .inquiry, lost < fall - 1 else { return false }
            lost += 1
            return true
        }
        for _ in 0..<5 {
            lost = 0
            world.run(.seconds(fall + 1))
            #expect(world.detours(of: 1) + world.detours(of: 2) == [])
        }
        let cut = world.now
        world.loses = { $0.network == "A" }
        world.run(.seconds(fall + 1))
        #expect(world.detours(of: 1) == ["2A>B"] && world.detours(of: 2) == ["1A>B"])
        let moved = try #require(world.hosts[1]?.movedAt)
        #expect(moved == world.hosts[2]?.movedAt && moved.count == 1)
        // Cut 200 ms after a question was answered: the next fall questions, and half an interval for the last one's answer.
        #expect(moved[0] - cut == .milliseconds(Int64(fall) * 1000 + 300))
        #expect(moved[0] - cut <= LanConfiguration(fall: fall).invalidAfter)
    }

    @Test(arguments: [1, 2, 5, 9])
    func `exactly -s good packets in a row move them back`(rise: Int) throws {
        var world = LanWorld(requestors: 1, responders: 1, LanConfiguration(fall: 2, rise: rise))
        world.run(.milliseconds(5_200))
        world.loses = { $0.network == "A" }
        world.run(.seconds(5))
        #expect(world.detours(of: 1) == ["2A>B"])
        if rise > 1 {
            // rise - 1 good ones, a lost one, again and again.
            var rounds = 0
            world.loses = { hop in
                guard hop.network == "A", hop.packet.kind == .inquiry else { return false }
                rounds += 1
                return rounds % rise == 0
            }
            world.run(.seconds(4 * rise))
            #expect(world.detours(of: 1) == ["2A>B"] && world.detours(of: 2) == ["1A>B"])
            world.loses = { $0.network == "A" }
            world.run(.seconds(1))
        }
        let repaired = world.now
        world.loses = { _ in false }
        world.run(.seconds(rise + 2))
        #expect(world.detours(of: 1) == [] && world.detours(of: 2) == [])
        let back = try #require(world.hosts[1]?.movedAt.last)
        #expect(back - repaired == .milliseconds(Int64(rise) * 1000 + 300))
        #expect(back - repaired <= LanConfiguration(rise: rise).validAfter)
        #expect(world.hosts[2]?.movedAt.last == back)
    }

    @Test(arguments: [LanPacket.Kind.inquiry, .answer], [1, 2])
    func `when only one direction is lost both sides move`(lost: LanPacket.Kind, requestors: Int) {
        var world = LanWorld(requestors: requestors, responders: 2 - requestors)
        world.run(.seconds(5))
        world.loses = { hop in hop.network == "A" && hop.from == (lost == .inquiry ? 1 : 2) }
        world.run(.seconds(6))
        #expect(world.detours(of: 1) == ["2A>B"] && world.detours(of: 2) == ["1A>B"])
        world.loses = { _ in false }
        world.run(.seconds(8))
        #expect(world.detours(of: 1) == [] && world.detours(of: 2) == [])
    }

    @Test(arguments: [1, 2, 3])
    func `a responder counts answers that are lost exactly, too`(fall: Int) {
        var world = LanWorld(requestors: 1, responders: 1, LanConfiguration(fall: fall, rise: 2))
        world.run(.seconds(5))
        for count in [fall - 1, fall] {
            var lost = 0
            world.loses = { hop in
                guard hop.network == "A", hop.packet.kind == .answer, lost < count else { return false }
                lost += 1
                return true
            }
            world.run(.seconds(10))
            let moved = count < fall ? 0 : 2
            #expect(world.hosts[1]?.movedAt.count == moved && world.hosts[2]?.movedAt.count == moved, "\(count)")
        }
    }

    @Test func `one interface of one host moves the ways to this host only`() {
        var world = LanWorld(requestors: 1, responders: 3)
        world.run(.seconds(5))
        world.loses = { $0.network == "A" && ($0.from == 3 || $0.to == 3) }
        world.run(.seconds(5))
        #expect(world.detours(of: 1) == ["3A>B"])
        #expect(world.detours(of: 3) == ["1A>B"])
        #expect(world.detours(of: 2) == [] && world.detours(of: 4) == [])
    }

    @Test func `when both LANs are dead the routes stay where they are and it is said once`() {
        var world = LanWorld(requestors: 2, responders: 1)
        world.run(.seconds(5))
        world.loses = { _ in true }
        world.run(.seconds(60))
        for number in 1...3 { #expect(world.detours(of: number) == []) }
        #expect(world.notices(of: 1).filter { $0 == .unreachable(host: "10.1.1.3") }.count == 1)
        world.loses = { $0.network == "A" }
        world.run(.seconds(10))
        #expect(world.detours(of: 1) == ["2A>B", "3A>B"] && world.detours(of: 3) == ["1A>B", "2A>B"])
        world.loses = { _ in true }
        world.run(.seconds(60))
        #expect(world.detours(of: 1) == ["2A>B", "3A>B"])
        // The other LAN comes back first: everything goes over it.
        world.loses = { $0.network == "B" }
        world.run(.seconds(10))
        #expect(world.detours(of: 1) == ["2B>A", "3B>A"])
    }

    @Test(arguments: [1, 2, 3])
    func `a host that ends moves nothing`(fall: Int) {
        var world = LanWorld(requestors: 1, responders: 2, LanConfiguration(fall: fall, rise: 2))
        world.run(.milliseconds(5_300))
        world.hosts[1]?.isRunning = false
        world.run(.seconds(20))
        #expect(world.hosts[2]?.movedAt == [] && world.hosts[3]?.movedAt == [])
        world.hosts[2]?.isRunning = false
        world.hosts[1]?.isRunning = true
        world.run(.seconds(20))
        #expect(world.hosts[1]?.movedAt == [])
        #expect(world.notices(of: 1).contains(.unreachable(host: "10.1.1.2")))
    }

    @Test func `a LAN that flaps faster than it is believed stays invalid`() {
        var world = LanWorld(requestors: 1, responders: 1)
        world.run(.seconds(5))
        var questions = 0
        world.loses = { hop in
            if hop.network == "A", hop.packet.kind == .inquiry { questions += 1 }
            return hop.network == "A" && questions % 4 != 0
        }
        world.run(.seconds(120))
        #expect(world.hosts[1]?.movedAt.count == 1 && world.hosts[2]?.movedAt.count == 1)
        #expect(world.detours(of: 1) == ["2A>B"])
    }

    @Test func `hosts that come later are found by whoever asks, and leave room when they are gone`() {
        var world = LanWorld(requestors: 1, responders: 1)
        world.run(.seconds(5))
        world.loses = { $0.network == "A" }
        world.run(.seconds(5))
        world.add(3, isRequestor: false)
        world.add(4, isRequestor: true)
        world.run(.seconds(5))
        #expect(world.detours(of: 1) == ["2A>B", "3A>B", "4A>B"])
        #expect(world.detours(of: 2) == ["1A>B", "4A>B"])
        #expect(world.detours(of: 3) == ["1A>B", "4A>B"])
        world.hosts[3]?.isRunning = false
        world.run(.seconds(3599))
        #expect(world.detours(of: 1).contains("3A>B"))
        world.run(.seconds(10))
        #expect(world.detours(of: 1) == ["2A>B", "4A>B"])
        #expect(world.notices(of: 1).contains(.forgotten(host: "10.1.1.3")))
    }

    @Test func `a host that stood still neither moves nor believes its backlog more than once`() throws {
        var world = LanWorld(requestors: 1, responders: 1)
        world.run(.seconds(5))
        // The responder sleeps for ten intervals; the packets of one LAN wait in front of those of the other.
        world.hosts[2]?.isRunning = false
        var missed: [LanPacket] = []
        world.loses = { hop in
            if hop.packet.kind == .inquiry, hop.network == "A" { missed.append(hop.packet) }
            return false
        }
        var backlog: [LanPacket] = []
        var asker = LanMachine(
            LanConfiguration(), identity: HostIdentity(1), sequence: 5_999, now: world.now)
        _ = asker.handle(.networks(world.hosts[1]?.networks ?? []), at: world.now)
        for _ in 0..<10 {
            let due = try #require(asker.nextDeadline)
            for case .broadcast(let packet, over: "A") in asker.expireTimers(at: due) { backlog.append(packet) }
        }
        #expect(backlog.count >= 5)
        world.hosts[2]?.isRunning = true
        for network in [1, 2] {
            for packet in backlog {
                world.handle(
                    .received(packet, from: LanWorld.address(1, network), over: network == 1 ? "A" : "B"), of: 2)
            }
        }
        #expect(world.hosts[2]?.movedAt == [])
        #expect(world.notices(of: 2) == [.found(host: "10.1.1.1")])
    }

    @Test func `an address that is announced is moved with the others, our own never`() {
        var world = LanWorld(requestors: 2, responders: 0)
        let service = IPAddress(0x0A01_0164)
        var networks = world.hosts[2]?.networks ?? []
        networks[0].addresses.append(LanPrefix(service, length: 24))
        world.handle(.networks(networks), of: 2)
        world.hosts[2]?.networks = networks
        world.run(.seconds(5))
        world.loses = { $0.network == "A" }
        world.run(.seconds(5))
        #expect(world.detours(of: 1) == ["2A>B", "100A>B"])
        #expect(world.hosts[1]?.routes.first?.source == LanWorld.address(1, 1))
        #expect(world.hosts[1]?.routes.first?.gateway == LanWorld.address(2, 2))
        // The service moves here; its old host has not noticed yet.
        var own = world.hosts[1]?.networks ?? []
        own[0].addresses.append(LanPrefix(service, length: 24))
        world.handle(.networks(own), of: 1)
        #expect(world.detours(of: 1) == ["2A>B"])
    }

    @Test func `packets from elsewhere, answers to old questions and repeated questions count for nothing`() {
        var world = LanWorld(requestors: 1, responders: 1)
        world.run(.seconds(5))
        let stranger = LanPacket(.inquiry, from: HostIdentity(9), sequence: 1, addresses: [IPAddress(0x0A01_0109)])
        for source in [0x0A02_0109, 0x0A01_01FF, 0x0A01_0100, 0x0A01_0102] as [UInt32] {
            world.handle(.received(stranger, from: IPAddress(source), over: "A"), of: 2)
        }
        #expect(world.hosts[2]?.machine.peers.count == 1)
        var last: LanPacket?
        world.loses = { hop in
            if hop.packet.kind == .inquiry { last = last ?? hop.packet }
            return false
        }
        world.run(.seconds(2))
        // Somebody repeats an old question for ever, while the requestor is gone.
        world.hosts[1]?.isRunning = false
        for _ in 0..<100 {
            world.run(.milliseconds(200))
            if let last { world.handle(.received(last, from: LanWorld.address(1, 1), over: "A"), of: 2) }
        }
        #expect(world.notices(of: 2).contains(.unreachable(host: "10.1.1.1")))
    }

    @Test func `invented hosts cost no memory`() {
        var world = LanWorld(requestors: 0, responders: 1)
        for number in 0..<1000 as Range<UInt64> {
            let packet = LanPacket(
                .inquiry, from: HostIdentity(1000 + number), sequence: 1, interval: 1000, addresses: [])
            world.handle(.received(packet, from: IPAddress(0x0A01_0114), over: "A"), of: 1)
        }
        #expect(world.hosts[1]?.machine.peers.count == LanMachine.mostPeers)
        #expect(world.notices(of: 1).filter { $0 == .tooManyHosts }.count == 1)
    }

    @Test func `an interface that goes leads to the other LAN, too`() {
        var world = LanWorld(requestors: 1, responders: 1)
        world.run(.seconds(5))
        let networks = world.hosts[1]?.networks ?? []
        world.handle(.networks([networks[1]]), of: 1)
        world.loses = { $0.network == "A" }
        world.run(.seconds(5))
        #expect(world.detours(of: 1) == ["2A>B"] && world.detours(of: 2) == ["1A>B"])
        #expect(world.hosts[1]?.routes.first?.source == nil)
    }

    @Test func `two interfaces of one network are pointed out`() {
        var world = LanWorld(requestors: 1, responders: 0)
        let networks = ["A", "B"].enumerated().map { index, name in
            LanNetwork(name: name, addresses: [LanPrefix(LanWorld.address(index + 1, 1), length: 24)])
        }
        for _ in 0..<3 { world.handle(.networks(networks), of: 1) }
        #expect(world.notices(of: 1) == [.overlapping("A", "B")])
    }
}
