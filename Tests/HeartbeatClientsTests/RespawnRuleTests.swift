// What becomes of a program when it ends.

import HeartbeatModel
import Testing

@testable import HeartbeatClients

@Suite struct RespawnRuleTests {
    @Test(arguments: [ProgramEnd.exited(code: 0), .exited(code: 1), .signalled(9)])
    func aProgramIsStartedAgainUntilItHasEndedFastElevenTimes(end: ProgramEnd) {
        var rule = RespawnRule(isFailFast: false)
        for _ in 0..<10 { #expect(rule.ended(end, after: .seconds(29)) == .again) }
        #expect(rule.ended(end, after: .seconds(29)) == .tooFast)
    }

    @Test func aLongLifeForgivesTheShortOnes() {
        var rule = RespawnRule(isFailFast: false)
        for _ in 0..<10 { _ = rule.ended(.exited(code: 1), after: .zero) }
        #expect(rule.ended(.exited(code: 1), after: .seconds(30)) == .again)
        for _ in 0..<10 { #expect(rule.ended(.exited(code: 1), after: .zero) == .again) }
        #expect(rule.ended(.exited(code: 1), after: .zero) == .tooFast)
    }

    @Test func aProgramMayStayAway() {
        var rule = RespawnRule(isFailFast: false)
        #expect(rule.ended(.exited(code: 100), after: .zero) == .leave)
    }

    @Test(arguments: [ProgramEnd.exited(code: 1), .exited(code: 100), .signalled(15)])
    func withoutAFailFastProgramTheNodeDoesNotGoOn(end: ProgramEnd) {
        var rule = RespawnRule(isFailFast: true)
        #expect(rule.ended(.exited(code: 0), after: .seconds(40)) == .again)
        #expect(rule.ended(end, after: .seconds(40)) == .reboot)
    }
}
