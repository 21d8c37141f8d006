// When a guardian acts, as values; and which addresses its page lists.

import HeartbeatGuard
import HeartbeatLease
import Testing

@Suite struct GuardianJudgementTests {
    private typealias Judgement = GuardianJudgement
    private static let ms: UInt64 = 1_000_000

    /// A daemon with a lease of a second, whose last turn was at 10 s.
    private static func sight(
        dead: Bool = false, orders: GuardPage.Orders = .armed, until: UInt64 = 11_000, turn: UInt64 = 10_000
    ) -> Judgement.Sight {
        Judgement.Sight(isDead: dead, orders: orders, until: until * ms, turn: turn * ms, patience: 1000 * ms)
    }

    /// No time was slept away, unless it is said.
    private static func clocks(_ time: UInt64, slept: UInt64 = 0) -> Judgement.Clocks {
        Judgement.Clocks(sinceBoot: time * ms, awake: (time - slept) * ms)
    }

    @Test func `a dead daemon's addresses go at once, unless it has said goodbye`() {
        var judgement = Judgement()
        #expect(judgement.judge(Self.sight(dead: true), at: Self.clocks(10_001)) == .act(.dead))
        #expect(judgement.judge(Self.sight(dead: true, orders: .addressesOnly), at: Self.clocks(10_001)) == .act(.dead))
        #expect(judgement.judge(Self.sight(dead: true, orders: .dismissed), at: Self.clocks(10_001)) == .leave)
    }

    @Test func `a daemon that stands still is acted upon a grace after its lease has ended, not before`() {
        var judgement = Judgement()
        #expect(judgement.judge(Self.sight(), at: Self.clocks(10_400)) == .wait(600 * Self.ms))
        #expect(judgement.judge(Self.sight(), at: Self.clocks(11_001)) == .wait(50 * Self.ms))
        #expect(judgement.judge(Self.sight(), at: Self.clocks(11_031)) == .wait(20 * Self.ms))
        #expect(judgement.judge(Self.sight(), at: Self.clocks(11_052)) == .act(.still(1052 * Self.ms)))
    }

    @Test func `a daemon that has turns goes on, dark or not`() {
        var judgement = Judgement()
        let dark = Self.sight(until: 3000, turn: 10_000)
        #expect(judgement.judge(dark, at: Self.clocks(10_500)) == .wait(500 * Self.ms))
        // Suspected, and back before the second look.
        #expect(judgement.judge(dark, at: Self.clocks(11_010)) == .wait(50 * Self.ms))
        let back = Self.sight(until: 3000, turn: 11_055)
        #expect(judgement.judge(back, at: Self.clocks(11_060)) == .wait(995 * Self.ms))
        #expect(judgement.judge(Self.sight(until: 3000, turn: 11_055), at: Self.clocks(12_056)) == .wait(50 * Self.ms))
    }

    @Test func `a deadline in force is waited for, as of a node that is alone`() {
        var judgement = Judgement()
        #expect(judgement.judge(Self.sight(until: 40_000), at: Self.clocks(20_000)) == .wait(20_000 * Self.ms))
    }

    @Test func `a machine that was paused and wakes together with its daemon is let alone`() {
        var judgement = Judgement()
        // Suspended for an hour.
        #expect(judgement.judge(Self.sight(), at: Self.clocks(3_610_000, slept: 3_599_900)) == .wait(50 * Self.ms))
        let awake = Self.sight(until: 11_000, turn: 3_610_020)
        #expect(judgement.judge(awake, at: Self.clocks(3_610_050, slept: 3_599_900)) == .wait(970 * Self.ms))
        // Paused once more between the two looks.
        #expect(judgement.judge(awake, at: Self.clocks(3_611_030, slept: 3_599_900)) == .wait(50 * Self.ms))
        #expect(judgement.judge(awake, at: Self.clocks(3_612_000, slept: 3_599_900)) == .wait(50 * Self.ms))
        #expect(
            judgement.judge(Self.sight(turn: 3_612_010), at: Self.clocks(3_612_050, slept: 3_599_900))
                == .wait(960 * Self.ms))
    }

    @Test func `a guardian that is always late acts all the same`() {
        var judgement = Judgement()
        var time: UInt64 = 11_001
        for _ in 0..<5 {
            #expect(judgement.judge(Self.sight(), at: Self.clocks(time)) == .wait(50 * Self.ms))
            time += 500
        }
        #expect(judgement.judge(Self.sight(), at: Self.clocks(time)) == .act(.still((time - 10_000) * Self.ms)))
    }

    @Test func `nothing is too large to be reckoned with`() {
        var judgement = Judgement()
        let sight = Judgement.Sight(isDead: false, orders: .armed, until: 0, turn: .max - 5, patience: 1000)
        #expect(judgement.judge(sight, at: Self.clocks(1)) == .wait(60_000 * Self.ms))
    }

    @Test func `the page lists what it was told, and what stays keeps its place`() throws {
        let memory = try GuardMemory()
        let addresses: [[UInt8]] = [[10, 0, 0, 1], [10, 0, 0, 2], [UInt8](repeating: 7, count: 16)]
        #expect(memory.page.list(addresses) == 0)
        #expect(addresses.allSatisfy { $0.withUnsafeBytes(memory.page.lists) })
        #expect(memory.page.list([addresses[1], [10, 0, 0, 3]]) == 0)
        #expect(addresses.map { $0.withUnsafeBytes(memory.page.lists) } == [false, true, false])
        #expect([10, 0, 0, 3].map(UInt8.init).withUnsafeBytes(memory.page.lists))
        let many = (0..<1030).map { [11, 0, UInt8($0 / 256), UInt8($0 % 256)] as [UInt8] }
        #expect(memory.page.list(many) == 6)
    }
}
