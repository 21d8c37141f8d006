// `failback_delay`: groups that are to return by themselves wait until the other node has been well for long enough. What cannot wait
// does not, and without a delay nothing is different.

import Foundation
import HeartbeatModel
import HeartbeatSimulator
import Testing

@testable import HeartbeatCore

@Suite struct FailbackDelayTests {
    private static func time(_ seconds: Int) -> Instant { .zero + .seconds(seconds) }

    // MARK: - Counting

    @Test func `the time counts from when nothing speaks against it, and from the beginning of its life`() {
        var patience = FailbackPatience()
        let delay = FailbackDelay(.seconds(5), afterBoot: .seconds(60))
        #expect(patience.due(delay) == nil)
        patience.note(isGood: false, life: Generation(7), at: Self.time(0))
        #expect(patience.due(delay) == nil)
        patience.note(isGood: true, life: Generation(7), at: Self.time(10))
        patience.note(isGood: true, life: Generation(7), at: Self.time(20))
        #expect(patience.due(delay) == Self.time(60))
        #expect(patience.due(FailbackDelay(.seconds(5))) == Self.time(15))
        patience.note(isGood: false, life: Generation(7), at: Self.time(100))
        #expect(patience.due(delay) == nil)
        patience.note(isGood: true, life: Generation(7), at: Self.time(101))
        #expect(patience.due(delay) == Self.time(106))
        patience.note(isGood: true, life: Generation(8), at: Self.time(110))
        #expect(patience.due(delay) == Self.time(170))
    }

    // MARK: - Waiting

    /// Alpha has taken over what is beta's; beta has been back for 3 s, is stable and has lost nothing.
    private static func returned(_ delay: FailbackDelay) -> (CoreOnDesk, [Effect]) {
        var configuration = CoreOnDesk.configuration
        configuration.autoFailback = .on
        configuration.failbackDelay = delay
        var desk = CoreOnDesk.besideOurs(configuration)
        desk.peerStatus = nil
        _ = desk.pass(.seconds(11))
        desk.peerStatus = .active
        var effects = desk.pass(.seconds(1))
        effects += tell(lost: 0, &desk)
        effects += desk.pass(.seconds(2))
        return (desk, effects)
    }

    private static func tell(lost: Int, _ desk: inout CoreOnDesk) -> [Effect] {
        let claim = ResourceClaim(
            local: .none, foreign: .none, heard: desk.everythingSent, health: NodeHealth(lost: lost, unproven: lost))
        return desk.hear(claim: claim, stable: true)
    }

    @Test func `groups return when it is over, which is told once before`() {
        var (desk, effects) = Self.returned(FailbackDelay(.seconds(30)))
        #expect(
            desk.core.facts(at: desk.now).failback
                == NodeFacts.FailbackFact(isWanted: true, blockedBy: .delay, left: .seconds(27)))
        effects += desk.pass(.seconds(26))
        #expect(!effects.steps.contains("foreign me"))
        let told = effects.facts.filter { $0.event == FactEvent.failbackWaits.rawValue }
        #expect(told == [.failbackWaits(node: CoreOnDesk.beta, for: .seconds(29))])
        #expect(desk.pass(.seconds(2)).steps.contains("foreign me"))
        #expect(desk.core.facts(at: desk.now).failback == nil)
    }

    @Test func `without a delay they return at once, and nothing is counted`() {
        let (desk, effects) = Self.returned(FailbackDelay())
        #expect(effects.steps.contains("foreign me"))
        #expect(desk.core.ownership.failback.patience == FailbackPatience())
    }

    @Test func `a loss of the other node begins it anew`() {
        var (desk, _) = Self.returned(FailbackDelay(.seconds(30)))
        _ = Self.tell(lost: 1, &desk)
        #expect(desk.core.facts(at: desk.now).failback?.blockedBy == .health)
        var effects = desk.pass(.seconds(10))
        effects += Self.tell(lost: 0, &desk)
        effects += desk.pass(.seconds(29))
        #expect(!effects.steps.contains("foreign me"))
        #expect(effects.facts.contains(.failbackWaits(node: CoreOnDesk.beta, for: .seconds(30))))
        #expect(desk.pass(.seconds(2)).steps.contains("foreign me"))
    }

    @Test func `an operator does not wait`() {
        var (desk, _) = Self.returned(FailbackDelay(.seconds(3000)))
        #expect(desk.request(.standby(.foreign)).steps == ["foreign me"])
        #expect(desk.core.ownership.failback.patience.waitsUntil == nil)
    }

    @Test func `a delay that is read again counts from the same instant`() {
        var (desk, _) = Self.returned(FailbackDelay(.seconds(3000)))
        var configuration = desk.core.node.configuration
        configuration.failbackDelay = FailbackDelay(.seconds(10))
        #expect(!desk.feed(.reconfigured(configuration)).steps.contains("foreign me"))
        #expect(desk.core.facts(at: desk.now).failback?.left == .seconds(7))
        configuration.failbackDelay = FailbackDelay()
        #expect(desk.feed(.reconfigured(configuration)).steps.contains("foreign me"))
    }

    // MARK: - In the scenarios

    private static func outcome(of name: String) throws -> [String] {
        let folder = try #require(Bundle.module.url(forResource: "scenarios", withExtension: nil))
        let text = try String(contentsOf: folder.appendingPathComponent("\(name).txt"), encoding: .utf8)
        return try Scenario.run(text).components(separatedBy: "\n")
    }

    /// When a node said that it gives back, in whole seconds.
    private static func failbacks(in lines: [String]) -> [Int] {
        lines.filter { $0.contains("Failing back") }.compactMap { line in
            line.split(separator: " ").first.flatMap { Double($0) }.map { Int($0) }
        }
    }

    @Test(arguments: [
        // 30 s after alpha has become active at 30.0 s.
        ("delay-met", [60]),
        // Good again 10 s after 51 s, because it had flapped; and 30 s after that.
        ("delay-restarted-by-flap", [91]),
        // Good again 1 s after 110 s, and 5 s later; the second time alpha has booted at 160 s.
        ("delay-boot", [116, 220]),
        ("delay-order-overrides", []), ("delay-death-during", []),
    ])
    func `scenarios give groups back when the delay is over`(name: String, times: [Int]) throws {
        #expect(Self.failbacks(in: try Self.outcome(of: name)) == times)
    }

    @Test func `neither an order nor a death waits for it`() throws {
        let ordered = try Self.outcome(of: "delay-order-overrides")
        #expect(ordered.contains { $0.hasPrefix("    50.0") && $0.contains("Going standby [foreign]") })
        #expect(ordered.last { $0.hasPrefix("web runs on") } == "web runs on alpha")
        let died = try Self.outcome(of: "delay-death-during")
        #expect(died.contains { $0.hasPrefix("   104.") && $0.contains("alpha") && $0.contains("web start") })
    }
}
