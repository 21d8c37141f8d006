// The lease: its arithmetic, what ends the dark, and what a node makes of the other one's. All lengths are those of the desk:
// keepalive 1 s, deadtime 10 s, initdead 30 s; so a lease is 5 s, and 28.98 s alone.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct LeaseTests {
    private static let begin = Instant(nanoseconds: 1_000_000_000)

    private static func lease(_ state: (inout Lease) -> Void = { _ in }) -> Lease {
        var lease = Lease(CoreOnDesk.configuration)
        lease.support(true, at: begin)
        state(&lease)
        return lease
    }

    private static func held() -> Lease {
        lease { _ = $0.regain(until: begin + .seconds(5), at: begin) }
    }

    // MARK: - Lengths

    @Test(arguments: [
        (250, 1000, Duration.milliseconds(520)), (1000, 10_000, .seconds(5)), (2000, 30_000, .seconds(15)),
        (1000, 4000, .milliseconds(2020)),
    ])
    func `a lease leaves room for a late keepalive, and ends before deadtime`(
        keepalive: Int, deadtime: Int, length: Duration
    ) {
        var configuration = CoreOnDesk.configuration
        configuration.keepalive = .milliseconds(keepalive)
        configuration.deadtime = .milliseconds(deadtime)
        #expect(configuration.leaseTimes?.length == length)
        configuration.lease = .length(.seconds(3600))
        let longest = configuration.deadtime - configuration.keepalive - LeaseTimes.margin
        #expect(configuration.leaseTimes?.length == longest)
        configuration.lease = .off
        #expect(configuration.leaseTimes == nil)
    }

    @Test func `where deadtime leaves no room there is none`() {
        var configuration = CoreOnDesk.configuration
        configuration.deadtime = .seconds(3)
        #expect(configuration.leaseTimes == nil)
        var lease = Lease(configuration)
        lease.support(true, at: Self.begin)
        #expect(lease.state == .unsupported && lease.announced == nil)
    }

    // MARK: - Arithmetic

    @Test func `a keepalive in time renews from its own instant, one that is late by the whole lease does not`() {
        for (late, isHeld) in [(4_999_999_999, true), (5_000_000_000, false), (5_000_000_001, false)] {
            var lease = Self.held()
            let now = Self.begin + .nanoseconds(late)
            switch lease.beat(.counted, lateness: .zero, at: now) {
            case .renewed(let until, let isShorter): #expect(isHeld && until == now + .seconds(5) && !isShorter)
            case .lapsed(let late, _): #expect(!isHeld && late == now - (Self.begin + .seconds(5)))
            case .nothing: Issue.record("nothing after \(late) ns")
            }
            #expect(lease.isDark == !isHeld)
        }
    }

    @Test func `why it was too late is told apart`() {
        for (suspended, lateness, lapse) in [
            (Duration.seconds(7), Duration.zero, LeaseLapse.suspended(.seconds(7))),
            (.zero, .seconds(6), .notScheduled(.seconds(6))), (.zero, .milliseconds(1), .notSent),
        ] {
            var lease = Self.held()
            if suspended > .zero { lease.stoodStill(for: suspended, at: Self.begin) }
            guard case .lapsed(_, lapse) = lease.beat(.counted, lateness: lateness, at: Self.begin + .seconds(6)) else {
                Issue.record("\(lapse)")
                continue
            }
        }
    }

    @Test func `a lease that gets shorter says so`() {
        var lease = Self.held()
        _ = lease.beat(.alone, lateness: .zero, at: Self.begin + .seconds(1))
        lease.stored(until: Self.begin + .seconds(30))
        let beat = lease.beat(.counted, lateness: .zero, at: Self.begin + .seconds(2))
        #expect(beat == .renewed(until: Self.begin + .seconds(7), isShorter: true))
    }

    @Test func `it is the kernel's until the kernel has the new one`() {
        var lease = Self.held()
        _ = lease.beat(.counted, lateness: .zero, at: Self.begin + .seconds(1))
        #expect(lease.state == .held(until: Self.begin + .seconds(5)))
        lease.stored(until: Self.begin + .seconds(6))
        #expect(lease.state == .held(until: Self.begin + .seconds(6)))
    }

    @Test func `a suspended machine's lease has gone on`() {
        var lease = Self.held()
        lease.stoodStill(for: .seconds(4), at: Self.begin)
        #expect(lease.state == .held(until: Self.begin + .seconds(1)))
    }

    /// It has listened to nothing meanwhile, so the time in which the other node may speak begins anew.
    @Test func `a machine that is suspended in the dark waits from then on, and asks anew`() {
        var lease = Self.lease()
        lease.asked = Lease.Asked(sequence: SequenceNumber(7), until: Self.begin + .seconds(5))
        lease.stoodStill(for: .seconds(4), at: Self.begin + .seconds(2))
        #expect(lease.darkSince == Self.begin + .seconds(2) && lease.asked == nil)
    }

    @Test func `what is over when it is granted is not held`() {
        var lease = Self.lease()
        let over = lease.regain(until: Self.begin, at: Self.begin)
        #expect(!over && lease.isDark && lease.announced == .zero)
    }

    // MARK: - At the desk

    /// A node that runs `web`, whose peer has nothing of it, and whose lease has just run out.
    private static func darkOwner(_ silence: Duration = .seconds(6)) -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs()
        desk.peerLease = .seconds(5)
        _ = desk.feed(.kernel(.leaseSupported(true)))
        _ = desk.pass(.seconds(3))
        while case .dark = desk.core.node.lease.state { answer(&desk) }
        desk.peerStatus = nil
        _ = desk.hear(status: .active)
        _ = desk.wait(silence)
        return desk
    }

    /// The peer answers what it was asked last.
    private static func answer(_ desk: inout CoreOnDesk, kept: [String] = [], grants: Bool = true) {
        var claim = ResourceClaim(
            local: .agreed, foreign: .none,
            heard: MessageIdentity(
                generation: CoreOnDesk.generation, sequence: SequenceNumber(desk.core.node.channel.lastSequence)))
        claim.kept = kept
        claim.grantsLease = grants
        _ = desk.hear(.resource(ResourceReport(hold: .local, isStable: true, info: nil, claim: claim)))
    }

    @Test func `a node that was late announces the dark, asks, and counts from the question`() {
        var desk = Self.darkOwner()
        #expect(desk.core.node.lease.isDark)
        let asked = desk.now
        _ = desk.wait(.milliseconds(300))
        Self.answer(&desk)
        #expect(desk.core.node.lease.state == .held(until: asked + .seconds(5)))
    }

    @Test func `an answer that comes after a whole lease brings nothing, and it is asked again`() {
        var desk = Self.darkOwner()
        _ = desk.hear(status: .active)
        desk.now = desk.now + .seconds(1)
        for _ in 0..<5 {
            _ = desk.hear(status: .active)
            _ = desk.wait(.seconds(1))
        }
        let before = desk.core.node.lease.asked
        #expect(before.map { $0.until > desk.now } == true, "it was asked again")
    }

    @Test func `as long as the peer still runs a group of ours nothing is answered`() {
        var desk = Self.darkOwner()
        Self.answer(&desk, kept: ["web"])
        #expect(desk.core.node.lease.isDark)
        let first = desk.core.node.lease.asked?.sequence
        // It says that it has stopped, which grants nothing, so it is asked again at once.
        Self.answer(&desk, grants: false)
        #expect(desk.core.node.lease.isDark && desk.core.node.lease.asked?.sequence != first)
        let second = desk.core.node.lease.asked?.sequence
        Self.answer(&desk, grants: false)
        #expect(desk.core.node.lease.asked?.sequence == second, "two nodes must not ask each other as fast as they can")
        Self.answer(&desk)
        #expect(!desk.core.node.lease.isDark)
    }

    @Test func `the answer of a peer that has found this node dead brings nothing`() {
        var desk = Self.darkOwner()
        Self.answer(&desk, grants: false)
        #expect(desk.core.node.lease.isDark)
    }

    /// What the peer agreed to before is void if it has found this node dead meanwhile.
    @Test func `a node that runs nothing asks after it was late, and not when its lease begins`() {
        var desk = CoreOnDesk()
        desk.peerLease = .seconds(5)
        _ = desk.feed(.kernel(.leaseSupported(true)))
        _ = desk.negotiate()
        let everything = ResourceClaim(local: .agreed, foreign: .agreed, heard: desk.everythingSent)
        _ = desk.hear(claim: everything, stable: true)
        _ = desk.pass(.seconds(3))
        #expect(desk.running.isEmpty && !desk.core.node.lease.isDark)
        desk.peerStatus = nil
        _ = desk.hear(status: .active)
        _ = desk.wait(.seconds(6))
        #expect(desk.core.node.lease.isDark && desk.core.node.lease.asked != nil)
        Self.answer(&desk)
        #expect(!desk.core.node.lease.isDark)
    }

    @Test func `whoever grants a lease does not take over for a deadtime`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        desk.peerLease = .zero
        _ = desk.hear(status: .active)
        _ = desk.pass(.seconds(9))
        var claim = ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, wantsAnswer: true)
        claim.kept = []
        let answer = desk.hear(.resource(ResourceReport(hold: .local, isStable: true, claim: claim)))
        #expect(answer.reports.last?.claim?.grantsLease == true)
        #expect(!desk.pass(.seconds(9)).tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(desk.pass(.seconds(2)).tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(
            desk.hear(.resource(ResourceReport(hold: .local, isStable: true, claim: claim))).reports.allSatisfy {
                $0.claim?.grantsLease != true
            })
    }

    @Test func `a peer that answers for its addresses is promised nothing when it asks`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerLease = .seconds(5)
        _ = desk.hear(status: .active)
        let claim = ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, wantsAnswer: true)
        let answer = desk.hear(.resource(ResourceReport(hold: .local, isStable: true, claim: claim)))
        #expect(answer.reports.last?.claim?.grantsLease == false)
    }

    @Test func `a node that was suspended gives its peer the time of one that begins`() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.feed(.kernel(.leaseSupported(true)))
        desk.peerStatus = nil
        desk.peerLease = .seconds(5)
        _ = desk.hear(status: .active)
        _ = desk.feed(.kernel(.stoodStill(.seconds(100))))
        #expect(!desk.pass(.seconds(29)).tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(desk.pass(.seconds(2)).tells(.nodeDead(node: CoreOnDesk.beta)))
    }

    @Test func `nothing is started in the dark`() {
        var desk = Self.darkOwner()
        let effects = desk.feed(.resourceLost(groupKey: "web", word: "web"))
        #expect(!effects.calls.contains("start files"))
        #expect(desk.hear(.askResources(.local, .me)).tells(.standbyIgnored))
    }

    @Test func `a node alone has a longer one, and the usual one again with its peer`() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.feed(.kernel(.leaseSupported(true)))
        desk.peerStatus = nil
        _ = desk.pass(.seconds(40))
        #expect(desk.core.node.lease.announced == .milliseconds(28_980))
        desk.peerStatus = .active
        desk.peerLease = .seconds(5)
        _ = desk.pass(.seconds(3))
        Self.answer(&desk)
        _ = desk.pass(.seconds(2))
        #expect(desk.core.node.lease.announced == .seconds(5))
    }

    @Test func `a peer is not taken over before its kernel is silent, and one without a lease as ever`() {
        for (lease, seconds) in [(Duration?.none, 11), (.seconds(5), 11), (.seconds(25), 27)] {
            var desk = CoreOnDesk.besideOurs()
            desk.peerStatus = nil
            _ = desk.hear(.status(StatusReport(status: .active, deadtime: .seconds(10), lease: lease)))
            let early = desk.pass(.seconds(seconds - 2))
            #expect(!early.tells(.nodeDead(node: CoreOnDesk.beta)), "\(String(describing: lease))")
            #expect(desk.pass(.seconds(2)).tells(.nodeDead(node: CoreOnDesk.beta)), "\(String(describing: lease))")
        }
    }

    @Test func `no lease, however long it says it is, keeps a dead node alive for ever`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.hear(.status(StatusReport(status: .active, deadtime: .seconds(10), lease: .seconds(1_000_000))))
        #expect(desk.pass(LeaseTimes.longest + .seconds(2)).tells(.nodeDead(node: CoreOnDesk.beta)))
    }
}
