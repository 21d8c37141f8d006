// Hosts of whom anything may arrive: numbers at both ends of their ranges, invented hosts, questions and answers in any order.
// The machine must never trap, keeps a bounded number of hosts, and has no deadline that stays due.

import HeartbeatModel
import Testing

@testable import HeartbeatLans

@Suite struct LanFuzzTests {
    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter { $0 != " " }.compactMap { $0.hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func machine(isRequestor: Bool, at now: Instant) -> LanMachine {
        var settings = LanConfiguration(fall: 3, rise: 5)
        settings.isRequestor = isRequestor
        var machine = LanMachine(settings, identity: HostIdentity(1), sequence: 1000, now: now)
        let networks = [(1, "A"), (2, "B")].map { number, name in
            LanNetwork(name: name, addresses: [LanPrefix(LanWorld.address(1, number), length: 24)])
        }
        _ = machine.handle(.networks(networks), at: now)
        return machine
    }

    /// Two datagrams without a key, a second apart, that ended every responder.
    @Test func `a question with the last number there is ends nobody`() throws {
        let inquiries = ["ffffffffffffffff", "0000000000000005"].map {
            Self.bytes("464c4401 0101 0000 1122334455667788 \($0) 0000000a 0a010163")
        }
        var now = Instant(nanoseconds: 1_000_000_000)
        var machine = Self.machine(isRequestor: false, at: now)
        for inquiry in inquiries {
            let packet = try LanCodec(nil).decode(inquiry)
            _ = machine.handle(.received(packet, from: IPAddress(0x0A01_0163), over: "A"), at: now)
            now = now + .seconds(1)
            _ = machine.expireTimers(at: now)
        }
        #expect(machine.peers.count == 1)
    }

    /// A requestor that forgets its clock begins again with a lower number; that is told by its silence and by nothing else.
    @Test(arguments: [UInt64.max, 5]) func `after the last number only silence makes room for lower ones`(next: UInt64)
    {
        let inquiry = { LanPacket(.inquiry, from: HostIdentity(2), sequence: $0, interval: 1000, addresses: []) }
        let host = LanWorld.address(2, 1)
        let start = Instant(nanoseconds: 1_000_000_000)
        var machine = Self.machine(isRequestor: false, at: start)
        _ = machine.handle(.received(inquiry(.max), from: host, over: "A"), at: start)
        let answered = machine.handle(.received(inquiry(next), from: host, over: "A"), at: start + .milliseconds(1))
        #expect(answered.isEmpty == (next < .max))
    }

    @Test(arguments: [false, true], 0..<20 as Range<UInt64>)
    func `nothing that arrives ends the machine`(isRequestor: Bool, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var now = Instant(nanoseconds: 1_000_000_000)
        var machine = Self.machine(isRequestor: isRequestor, at: now)
        let codec = LanCodec(nil)
        for _ in 0..<3000 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                now = now + .milliseconds([0, 1, 500, 1000, 20_000, 4_000_000].randomElement(using: &random) ?? 0)
                _ = machine.expireTimers(at: now)
                if let due = machine.nextDeadline { #expect(due > now) }
            }
            guard let packet = try? codec.decode(codec.encode(random.packet(near: machine.sequence))) else { continue }
            let source = LanWorld.address(
                Int.random(in: 0...255, using: &random), Int.random(in: 1...3, using: &random))
            let effects = machine.handle(
                .received(packet, from: source, over: ["A", "B", "C"].randomElement(using: &random) ?? ""), at: now)
            for case .answer(let answer, _, _) in effects { #expect(answer.kind == .answer) }
            #expect(machine.peers.count <= LanMachine.mostPeers)
        }
    }
}

extension SplitMix64 {
    /// Both ends of the range, and what the other side is at.
    mutating func number(near other: UInt64) -> UInt64 {
        let ends: [UInt64] = [0, 1, 2, .max, .max - 1, .max - 2, other, other + 1, next()]
        return ends.randomElement(using: &self) ?? 0
    }

    mutating func packet(near sequence: UInt64) -> LanPacket {
        let hosts = (0..<Int.random(in: 0...3, using: &self)).map { _ in HostIdentity(number(near: 1)) }
        return LanPacket(
            Bool.random(using: &self) ? .inquiry : .answer,
            from: HostIdentity(Bool.random(using: &self) ? 2 : number(near: 7)), sequence: number(near: sequence),
            interval: [0, 1, 10, 1000, .max].randomElement(using: &self) ?? 0,
            addresses: (0..<Int.random(in: 0...3, using: &self)).map { _ in
                IPAddress([0, 1, .max, 0x0A01_0102, 0x0A01_0202].randomElement(using: &self) ?? 0)
            }, hosts: Bool.random(using: &self) ? hosts : [HostIdentity(1)])
    }
}
