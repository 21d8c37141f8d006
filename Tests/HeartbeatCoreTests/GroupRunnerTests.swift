// The order in which a group's scripts are called: left to right, right to left, and what happens when one of them fails or
// somebody thinks better of it half-way.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct GroupRunnerTests {
    /// A group that runs.
    private static func running(_ place: SourceLocation = #_sourceLocation) -> GroupOnHost {
        var host = GroupOnHost("ip", "disk", "web")
        host.want(true)
        host.settle()
        #expect(host.runner.phase == .running, sourceLocation: place)
        _ = host.takeHistory()
        return host
    }

    // MARK: - Order

    @Test func acquiresLeftToRight() {
        var host = GroupOnHost("ip", "disk", "web")
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == [
                "ACQUIRING", "status ip", "start ip", "status disk", "start disk", "status web", "start web", "RUNNING",
            ])
        #expect(host.running == ["ip", "disk", "web"])
        #expect(host.runner.isSettled)
    }

    @Test func releasesRightToLeftWithoutAskingFirst() {
        var host = Self.running()
        host.want(false)
        #expect(!host.runner.isReleased)
        host.settle()
        #expect(host.takeHistory() == ["RELEASING", "stop web", "stop disk", "stop ip", "RELEASED"])
        #expect(host.running.isEmpty)
        #expect(host.runner.isReleased && host.runner.isSettled)
    }

    @Test func whatIsAsItShouldBeIsLeftAlone() {
        var stopped = GroupOnHost("ip")
        stopped.want(false)
        #expect(stopped.takeHistory().isEmpty)
        var running = Self.running()
        running.want(true)
        running.pass(.seconds(1000))
        #expect(running.takeHistory().isEmpty)
        #expect(running.runner.deadline == nil)
    }

    // MARK: - What counts as running

    @Test(
        arguments: [
            (result: .said("running"), starts: false), (.said("OK"), false), (.said("web is running", code: 7), false),
            (.said("not running"), true), (.said(""), true), (.said("stopped", code: 0), true), (.timedOut, true),
            (.signalled(9), true), (.missing, true),
        ] as [(ActionResult, Bool)])
    func theTextOfAStatusDecidesWhetherToStart(result: ActionResult, starts: Bool) {
        var host = GroupOnHost("ip")
        host.lies["status ip"] = result
        host.want(true)
        host.settle()
        #expect(host.takeHistory() == ["ACQUIRING", "status ip"] + (starts ? ["start ip"] : []) + ["RUNNING"])
    }

    // MARK: - A start that fails

    @Test(arguments: [ActionResult.failed, .exited(code: -1, output: "running"), .timedOut, .signalled(15), .missing])
    func aFailedStartReleasesTheWholeGroupInReverse(result: ActionResult) {
        var host = GroupOnHost("ip", "disk", "web")
        host.lies["start disk"] = result
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == [
                "ACQUIRING", "status ip", "start ip", "status disk", "start disk", "START FAILED disk", "RELEASING",
                "stop web", "stop disk", "stop ip", "RELEASED",
            ])
        #expect(host.runner.phase == .failed)
        #expect(host.runner.isReleased && host.runner.isSettled)
    }

    @Test func aFailedGroupStaysDownUntilItIsForgiven() {
        var host = GroupOnHost("ip")
        host.lies["start ip"] = .failed
        host.want(true)
        host.settle()
        _ = host.takeHistory()
        host.want(false)
        host.want(true)
        #expect(host.takeHistory().isEmpty)
        host.lies = [:]
        host.runner.forgetFailure()
        host.want(true)
        host.settle()
        #expect(host.takeHistory() == ["ACQUIRING", "status ip", "start ip", "RUNNING"])
    }

    @Test func forgivenessMeansNothingToAGroupThatDidNotFail() {
        var host = Self.running()
        host.runner.forgetFailure()
        #expect(host.runner.phase == .running)
    }

    /// Not even being wanted again stops the release of a group that would not start.
    @Test func theReleaseAfterAFailedStartIsCompleted() {
        var host = GroupOnHost("ip", "disk")
        host.lies["start disk"] = .failed
        host.want(true)
        while host.pending?.verb != .stop { host.answer() }
        host.want(false)
        host.want(true)
        host.settle()
        #expect(host.runner.phase == .failed)
        #expect(host.running.isEmpty)
    }

    @Test func `of each resource it is known whether it runs, as soon as somebody has looked`() {
        var host = GroupOnHost("ip", "disk", "web")
        #expect(host.runner.running == [false, false, false])
        host.want(true)
        for number in 0..<3 {
            #expect(host.runner.running == (0..<3).map { $0 < number })
            host.answer()
            host.answer()
        }
        #expect(host.runner.phase == .running && host.runner.running == [true, true, true])
        host.want(false)
        #expect(host.runner.running == [true, true, true], "the stop is under way")
        host.answer()
        #expect(host.runner.running == [true, true, false])
        host.settle()
        #expect(host.runner.running == [false, false, false])
        let unknown = GroupRunner(id: host.runner.id, group: host.runner.group, looksFirst: true)
        #expect(unknown.running == nil)
    }

    @Test func `an address that somebody has removed does not run until it is back`() {
        var host = GroupOnHost("10.0.0.1", "web")
        host.want(true)
        host.settle()
        #expect(host.runner.running == [true, true])
        host.runner.lose("10.0.0.1")
        #expect(host.runner.running == [false, true])
        host.runner.lose("nothing")
        #expect(host.runner.running == [false, true])
    }

    // MARK: - Thinking better of it

    /// After `answers` answers the group is not wanted any more; the action under way ends first, then all is stopped.
    @Test(arguments: 0..<6)
    func unwantedAtAnyMomentOfAcquiring(answers: Int) {
        var host = GroupOnHost("ip", "disk", "web")
        host.want(true)
        for _ in 0..<answers { host.answer() }
        let before = host.takeHistory()
        host.want(false)
        #expect(host.takeHistory().isEmpty, "something was begun beside \(before.last ?? "")")
        host.settle()
        #expect(host.takeHistory() == ["RELEASING", "stop web", "stop disk", "stop ip", "RELEASED"])
        #expect(host.runner.phase == .stopped)
        #expect(!host.overlapped)
    }

    /// After `answers` answers it is wanted again; the stop under way ends first, then it is acquired from the left.
    @Test(arguments: 0..<3)
    func wantedAtAnyMomentOfReleasing(answers: Int) {
        var host = Self.running()
        host.want(false)
        for _ in 0..<answers { host.answer() }
        _ = host.takeHistory()
        host.want(true)
        #expect(host.takeHistory().isEmpty)
        host.settle()
        let stopped = Array(["web", "disk", "ip"].prefix(answers + 1))
        var expected = answers == 2 ? ["RELEASED"] : []
        expected.append("ACQUIRING")
        for word in ["ip", "disk", "web"] {
            expected.append("status \(word)")
            if stopped.contains(word) { expected.append("start \(word)") }
        }
        #expect(host.takeHistory() == expected + ["RUNNING"])
        #expect(host.running == ["ip", "disk", "web"])
    }

    @Test func aChangeOfMindTakenBackInTimeChangesNothing() {
        var host = GroupOnHost("ip", "disk")
        host.want(true)
        host.want(false)
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == ["ACQUIRING", "status ip", "start ip", "status disk", "start disk", "RUNNING"])
    }

    // MARK: - A stop that fails

    /// Brings a stop of `web` through all its attempts but the last answer, and returns when each was made.
    private static func exhaustStops(of host: inout GroupOnHost) -> [Duration] {
        let begin = host.now
        var attempts: [Duration] = []
        while host.pending?.verb == .stop {
            attempts.append(host.now - begin)
            host.answer()
            guard let due = host.runner.deadline else { break }
            host.pass(due - host.now - .nanoseconds(1))
            #expect(host.pending == nil)
            host.pass(.nanoseconds(1))
        }
        return attempts
    }

    @Test(arguments: [ActionResult.failed, .timedOut, .signalled(9), .missing])
    func aStopIsTriedElevenTimesOneSecondApart(result: ActionResult) {
        var host = Self.running()
        host.lies["stop web"] = result
        host.want(false)
        #expect(Self.exhaustStops(of: &host) == (0...10).map { Duration.seconds($0) })
        let calls = host.takeHistory()
        #expect(calls.filter { $0 == "stop web" }.count == 11)
        #expect(calls.filter { $0.hasPrefix("RETRY") } == (1...10).map { "RETRY \($0) web" })
        #expect(calls.last == "status web")
    }

    @Test(arguments: [
        ActionResult.said("running"), .said("OK"), .said("\n", code: 4), .timedOut, .signalled(9), .missing,
    ])
    func aResourceNotProvenStoppedBlocksTheRelease(status: ActionResult) {
        var host = Self.running()
        host.lies["stop web"] = .failed
        host.want(false)
        _ = Self.exhaustStops(of: &host)
        host.answer(with: status)
        #expect(host.takeHistory().last == "STOP FAILED web")
        #expect(host.runner.phase == .stopFailed(index: 2))
        #expect(!host.runner.isReleased)
        #expect(host.running.isSuperset(of: ["ip", "disk"]))
    }

    @Test(arguments: [
        ActionResult.said(""), .said("not running"), .said("stopped", code: 3), .said("stopped", code: 4),
    ])
    func aResourceThatDoesNotRunMayFailToStop(status: ActionResult) {
        var host = Self.running()
        host.lies["stop web"] = .failed
        host.want(false)
        _ = Self.exhaustStops(of: &host)
        _ = host.takeHistory()
        host.answer(with: status)
        host.settle()
        #expect(host.takeHistory() == ["STOP UNJUSTLY FAILED web", "stop disk", "stop ip", "RELEASED"])
        #expect(host.runner.phase == .stopped)
    }

    @Test func aStopThatFailedIsTriedAgainEveryThirtySeconds() {
        var host = Self.running()
        host.lies["stop web"] = .failed
        host.want(false)
        for _ in 1...3 {
            _ = Self.exhaustStops(of: &host)
            host.answer(with: .said("running"))
            #expect(host.runner.deadline == host.now + .seconds(30))
            host.pass(.seconds(30) - .nanoseconds(1))
            #expect(host.pending == nil)
            host.pass(.nanoseconds(1))
            #expect(host.pending?.verb == .stop)
        }
        host.lies = [:]
        _ = host.takeHistory()
        host.settle()
        #expect(host.takeHistory() == ["stop disk", "stop ip", "RELEASED"])
    }

    @Test func aGroupThatWillNotStopIsAcquiredFromTheLeftWhenWantedAgain() {
        var host = Self.running()
        host.lies["stop web"] = .failed
        host.want(false)
        _ = Self.exhaustStops(of: &host)
        host.answer(with: .said("running"))
        host.lies = [:]
        _ = host.takeHistory()
        host.want(true)
        #expect(host.runner.deadline == nil)
        host.settle()
        #expect(host.takeHistory() == ["ACQUIRING", "status ip", "status disk", "status web", "RUNNING"])
    }

    @Test func wantedAgainBetweenTwoAttemptsEndsTheAttempts() {
        var host = Self.running()
        host.lies["stop web"] = .failed
        host.want(false)
        host.answer()
        _ = host.takeHistory()
        host.want(true)
        host.settle()
        #expect(host.takeHistory() == ["ACQUIRING", "status ip", "status disk", "status web", "RUNNING"])
        #expect(host.runner.deadline == nil)
    }

    // MARK: - Missing scripts

    @Test func aMissingScriptThatNeverRanDoesNotDelayTheRelease() {
        var host = GroupOnHost("ip", "disk", "web")
        host.lies = ["start ip": .failed, "stop disk": .missing, "stop web": .missing]
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == [
                "ACQUIRING", "status ip", "start ip", "START FAILED ip", "RELEASING", "stop web", "stop disk",
                "stop ip", "RELEASED",
            ])
    }

    /// Missing, not executable, without its interpreter: nothing has been started by it, so nothing is to be waited for.
    @Test func aStartThatCouldNotBeRunHasStartedNothing() {
        var host = GroupOnHost("ip", "disk", "web")
        for verb in ["status", "start", "stop"] { host.lies["\(verb) disk"] = .missing }
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == [
                "ACQUIRING", "status ip", "start ip", "status disk", "start disk", "START FAILED disk", "RELEASING",
                "stop web", "stop disk", "stop ip", "RELEASED",
            ])
        #expect(host.runner.phase == .failed)
    }

    /// What ran once and was stopped since is like what never ran.
    @Test func aScriptThatVanishesBetweenStopAndRestartDelaysNothing() {
        var host = Self.running()
        host.redefine("ip", "disk", "proxy")
        for verb in ["status", "start", "stop"] { host.lies["\(verb) proxy"] = .missing }
        host.settle()
        #expect(host.takeHistory().suffix(3) == ["stop disk", "stop ip", "RELEASED"])
        #expect(host.runner.phase == .failed)
    }

    /// Once its start has run, a script that has vanished since proves nothing.
    @Test func aScriptThatVanishedAfterItsStartIsTriedAgain() {
        var host = Self.running()
        host.lies["stop disk"] = .missing
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["RELEASING", "stop web", "stop disk", "RETRY 1 disk"])
        #expect(!host.runner.isReleased)
    }

    /// A resource found running counts like one that was started.
    @Test func aScriptThatVanishedAfterItsResourceWasFoundRunningIsTriedAgain() {
        var host = GroupOnHost("ip")
        host.running = ["ip"]
        host.want(true)
        host.settle()
        host.lies["stop ip"] = .missing
        host.want(false)
        host.settle()
        #expect(host.runner.deadline != nil)
        #expect(!host.runner.isReleased)
    }
}
