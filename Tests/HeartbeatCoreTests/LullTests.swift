// When decisions are left out, and that it is never for long.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct LullTests {
    private static let now = Instant(nanoseconds: 1_000_000_000)

    private static func quiet(groupsDue: Instant? = nil) -> Lull {
        var lull = Lull()
        for _ in 0..<2 { lull.decided(isSilent: true, groupsDue: groupsDue) }
        return lull
    }

    private static func lasts(_ lull: inout Lull, at now: Instant = now) -> Bool { lull.lasts(at: now) }

    @Test func oneSilentDecisionIsNotEnough() {
        var lull = Lull()
        lull.decided(isSilent: true, groupsDue: nil)
        #expect(!Self.lasts(&lull))
        lull.decided(isSilent: true, groupsDue: nil)
        #expect(Self.lasts(&lull))
        lull.decided(isSilent: false, groupsDue: nil)
        #expect(!Self.lasts(&lull))
    }

    @Test func newsAndTheTimeOfAGroupEndIt() {
        var lull = Self.quiet(groupsDue: Self.now + .seconds(1))
        #expect(Self.lasts(&lull))
        #expect(!Self.lasts(&lull, at: Self.now + .seconds(1)))
        lull = Self.quiet()
        lull.end()
        #expect(!Self.lasts(&lull))
    }

    @Test func itNeverLastsForLong() {
        var lull = Self.quiet()
        for _ in 0..<Lull.longest { #expect(Self.lasts(&lull)) }
        #expect(!Self.lasts(&lull))
        lull.decided(isSilent: true, groupsDue: nil)
        #expect(Self.lasts(&lull))
    }

    /// The core decides again although nobody has told it that anything happened.
    @Test func whatWasOverlookedIsNoticed() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.pass(.seconds(5))
        desk.core.ownership.mayBeMistaken = true
        let effects = desk.pass(.seconds(40))
        #expect(effects.messages.contains { $0.content.isReport })
    }
}

extension Message.Content {
    fileprivate var isReport: Bool {
        if case .resource = self { true } else { false }
    }
}
