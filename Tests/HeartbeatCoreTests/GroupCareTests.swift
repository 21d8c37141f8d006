// What happens to a group while it runs: checks, repairs, addresses taken away, a new line in haresources; and what an earlier
// run of the daemon has left up.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct GroupCareTests {
    /// A group that runs, each resource looked at every ten seconds.
    private static func running(
        _ words: [String] = ["ip", "disk", "web"], policy: GroupRunner.Policy = GroupRunner.Policy()
    ) -> GroupOnHost {
        var host = GroupOnHost(GroupRunner(group: GroupOnHost.group(words, monitor: .seconds(10)), policy: policy))
        host.want(true)
        host.settle()
        #expect(host.runner.phase == .running)
        _ = host.takeHistory()
        return host
    }

    // MARK: - Checks

    @Test func eachResourceIsLookedAtInItsInterval() {
        var host = Self.running()
        host.pass(.seconds(10) - .nanoseconds(1))
        #expect(host.takeHistory().isEmpty)
        host.pass(.nanoseconds(1))
        host.settle()
        #expect(host.takeHistory() == ["status ip", "status disk", "status web"])
        #expect(host.runner.deadline == host.now + .seconds(10))
        #expect(host.runner.isSettled && host.runner.isRunning)
    }

    @Test func withoutAnIntervalNothingIsLookedAt() {
        var host = GroupOnHost("ip")
        host.want(true)
        host.settle()
        #expect(host.runner.deadline == nil)
    }

    @Test func whatFailsIsRestartedWithEverythingRightOfIt() {
        var host = Self.running()
        host.lose("disk", isTold: false)
        host.pass(.seconds(10))
        host.settle()
        #expect(
            host.takeHistory() == [
                "status ip", "status disk", "CHECK FAILED 1 disk", "stop web", "stop disk", "status disk", "start disk",
                "status web", "start web", "RUNNING",
            ])
        #expect(host.running == ["ip", "disk", "web"])
    }

    @Test(arguments: [ActionResult.said("stopped"), .timedOut, .signalled(9)])
    func noAnswerIsAFailureToo(result: ActionResult) {
        var host = Self.running(["ip"])
        host.pass(.seconds(10))
        host.answer(with: result)
        host.settle()
        #expect(
            host.takeHistory() == ["status ip", "CHECK FAILED 1 ip", "stop ip", "status ip", "start ip", "RUNNING"])
    }

    @Test func aCheckThatCannotBeMadeProvesNothing() {
        var host = Self.running(["ip"])
        host.pass(.seconds(10))
        host.answer(with: .missing)
        #expect(host.takeHistory() == ["status ip", "CHECK NOT RUN ip"])
        #expect(host.runner.phase == .running)
    }

    @Test func theFailureBeyondTheLimitGivesTheGroupUp() {
        var host = Self.running(["ip", "web"])
        for count in 1...3 {
            host.lose("web", isTold: false)
            host.pass(.seconds(10))
            host.settle()
            #expect(host.takeHistory().contains("CHECK FAILED \(count) web"))
            #expect(host.runner.phase == .running)
        }
        host.lose("web", isTold: false)
        host.pass(.seconds(10))
        host.settle()
        #expect(
            host.takeHistory() == [
                "status ip", "status web", "FAILED TOO OFTEN web", "RELEASING", "stop web", "stop ip", "RELEASED",
            ])
        #expect(host.runner.phase == .failed)
    }

    @Test func failuresAreForgottenAfterTheWindow() {
        var host = Self.running(["ip"], policy: GroupRunner.Policy(failureLimit: 1, failureWindow: .seconds(15)))
        for _ in 1...4 {
            host.lose("ip", isTold: false)
            // The one before is older than the window by then.
            host.pass(.seconds(10))
            host.settle()
            host.pass(.seconds(10))
            host.settle()
            #expect(host.takeHistory().contains("CHECK FAILED 1 ip"))
        }
        #expect(host.runner.phase == .running)
    }

    @Test func aGroupThatFailedIsTriedAgainAfterTheWindow() {
        var host = GroupOnHost("ip")
        host.lies["start ip"] = .failed
        host.want(true)
        host.settle()
        _ = host.takeHistory()
        host.lies = [:]
        host.pass(.seconds(3600) - .nanoseconds(1))
        #expect(host.takeHistory().isEmpty)
        host.pass(.nanoseconds(1))
        host.settle()
        #expect(host.takeHistory() == ["FORGOTTEN", "ACQUIRING", "status ip", "start ip", "RUNNING"])
    }

    @Test func anUnwantedGroupIsReleasedAfterTheCheckUnderWay() {
        var host = Self.running(["ip"])
        host.pass(.seconds(10))
        host.want(false)
        #expect(host.takeHistory() == ["status ip"])
        host.answer(with: .said("stopped"))
        host.settle()
        #expect(host.runner.phase == .stopped)
        #expect(!host.overlapped)
    }

    /// A restart is not interrupted because the group is wanted: it has been all the time.
    @Test func aRestartSurvivesAStopThatFailsAtFirst() {
        var host = Self.running(["ip", "web"])
        host.lose("web", isTold: false)
        host.lies["stop web"] = .failed
        host.pass(.seconds(10))
        host.settle()
        _ = host.takeHistory()
        host.lies = [:]
        host.pass(.seconds(1))
        host.settle()
        #expect(host.takeHistory() == ["stop web", "status web", "start web", "RUNNING"])
    }

    // MARK: - Addresses

    @Test func neighbouringAddressesAreOneStepAndNotAskedFirst() {
        var host = GroupOnHost("10.1", "10.2", "web", "10.3")
        host.want(true)
        host.settle()
        #expect(
            host.takeHistory() == ["ACQUIRING", "start 10.1 10.2", "status web", "start web", "start 10.3", "RUNNING"])
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["RELEASING", "stop 10.3", "stop web", "stop 10.1 10.2", "RELEASED"])
    }

    @Test func anAddressTakenAwayIsPutBackAndNothingElseIsTouched() {
        var host = Self.running(["10.1", "10.2", "web"])
        for times in 1...5 {
            host.lose("10.2", isTold: true)
            host.settle()
            #expect(host.takeHistory() == ["REMOVED \(times) 10.2", "start 10.1 10.2"])
            #expect(host.runner.phase == .running)
        }
    }

    @Test func anAddressTakenAwayDuringACheckIsPutBackAfterIt() {
        var host = Self.running(["10.1", "web"])
        host.pass(.seconds(10))
        host.answer()
        host.lose("10.1", isTold: true)
        host.settle()
        #expect(
            host.takeHistory() == ["status 10.1", "status web", "REMOVED 1 10.1", "start 10.1"])
    }

    /// As when its interface is switched off for a moment.
    @Test func anAddressThatCannotBePutBackIsTriedEverySecond() {
        var host = Self.running(["10.1", "web"])
        host.lies["start 10.1"] = .failed
        host.lose("10.1", isTold: true)
        host.settle()
        #expect(host.takeHistory() == ["REMOVED 1 10.1", "start 10.1"])
        for _ in 1...5 {
            host.pass(.seconds(1) - .nanoseconds(1))
            #expect(host.takeHistory().isEmpty)
            host.pass(.nanoseconds(1))
            host.settle()
            #expect(host.takeHistory() == ["start 10.1"])
        }
        host.lies = [:]
        host.pass(.seconds(1))
        host.settle()
        #expect(host.takeHistory() == ["start 10.1"])
        host.pass(.seconds(1))
        host.settle()
        #expect(host.takeHistory().isEmpty)
        #expect(host.runner.phase == .running && host.running.contains("10.1"))
    }

    /// The peer may have it now: neither put back nor waited for, or the node would do nothing else.
    @Test func anAddressThatMayNotBePutBackIsNotWaitedForEither() {
        var host = Self.running(["10.1"])
        host.lies["start 10.1"] = .failed
        host.lose("10.1", isTold: true)
        host.settle()
        #expect(host.runner.deadline == host.now + .seconds(1))
        host.runner.want(true, mayRestore: false)
        #expect(host.runner.deadline == host.now + .seconds(10))
        host.pass(.seconds(5))
        #expect(host.takeHistory() == ["REMOVED 1 10.1", "start 10.1"])
        host.lies = [:]
        host.runner.want(true, mayRestore: true)
        host.pass(.zero)
        host.settle()
        #expect(host.takeHistory() == ["start 10.1"])
    }

    @Test func anAddressThatCannotBePutBackInTenTriesIsAFailure() {
        var host = Self.running(["10.1"])
        host.lies["start 10.1"] = .failed
        host.lose("10.1", isTold: true)
        host.settle()
        for _ in 1...8 {
            host.pass(.seconds(1))
            host.settle()
        }
        #expect(host.takeHistory() == ["REMOVED 1 10.1"] + [String](repeating: "start 10.1", count: 9))
        host.pass(.seconds(1))
        host.answer()
        #expect(host.takeHistory() == ["start 10.1", "CHECK FAILED 1 10.1", "stop 10.1"])
    }

    @Test(arguments: [ActionResult.said("stopped"), .missing])
    func anAddressThatACheckMissesIsPutBackAndNothingElseIsTouched(result: ActionResult) {
        var host = Self.running(["10.1", "web"])
        host.pass(.seconds(10))
        host.answer(with: result)
        host.settle()
        #expect(host.takeHistory() == ["status 10.1", "REMOVED 1 10.1", "start 10.1", "status web"])
    }

    @Test func somebodyWhoInsistsOnTakingItAwayWins() {
        var host = Self.running(["10.1"])
        for _ in 1...200 where host.runner.phase != .failed {
            host.lose("10.1", isTold: true)
            host.settle()
        }
        #expect(host.runner.phase == .failed)
        #expect(host.takeHistory().contains("FAILED TOO OFTEN 10.1"))
    }

    @Test func whatIsNotRunningCannotBeLost() {
        var host = GroupOnHost("10.1")
        host.lose("10.1", isTold: true)
        host.lose("unheard of", isTold: true)
        #expect(host.takeHistory().isEmpty)
        #expect(host.runner.phase == .stopped)
    }

    // MARK: - A stop that will not succeed

    private static func stopFailure(_ policy: StopFailurePolicy) -> GroupOnHost {
        var host = running(["ip", "web"], policy: GroupRunner.Policy(onStopFailure: policy))
        host.lies = ["stop web": .failed, "status web": .said("running")]
        host.want(false)
        while let due = host.runner.deadline ?? (host.pending == nil ? nil : host.now), due < host.now + .seconds(20) {
            host.settle()
            host.pass(.seconds(1))
        }
        return host
    }

    @Test(
        arguments: [
            (.stay, "STOP FAILED web", .stopFailed(index: 1)), (.reboot, "REBOOT web", .stopFailed(index: 1)),
            (.release, "STOP FAILURE IGNORED web", .stopped),
        ] as [(StopFailurePolicy, String, GroupRunner.Phase)])
    func thePolicyDecides(policy: StopFailurePolicy, word: String, phase: GroupRunner.Phase) {
        var host = Self.stopFailure(policy)
        #expect(host.takeHistory().contains(word))
        #expect(host.runner.phase == phase)
        #expect(host.running.contains("ip") == (policy != .release))
    }

    /// A group that was given up and will not stop is not started again by being wanted.
    @Test func aFailedGroupThatWillNotStopIsOnlyStopped() {
        var host = GroupOnHost("ip", "web")
        host.lies = ["start web": .failed, "stop web": .failed, "status web": .said("running")]
        host.want(true)
        host.lies["status web"] = .said("down")
        while host.pending?.verb != .stop { host.answer() }
        host.lies["status web"] = .said("running")
        for _ in 1...12 {
            host.settle()
            host.pass(.seconds(1))
        }
        #expect(host.runner.phase == .stopFailed(index: 1))
        _ = host.takeHistory()
        host.lies = [:]
        host.pass(.seconds(30))
        host.settle()
        #expect(host.takeHistory() == ["stop web", "stop ip", "RELEASED"])
        #expect(host.runner.phase == .failed)
    }

    // MARK: - A new line in haresources

    @Test func whatIsAddedAtTheEndIsStartedAndTheRestLeftAlone() {
        var host = Self.running(["ip", "disk"])
        host.redefine("ip", "disk", "web")
        host.settle()
        #expect(host.takeHistory() == ["status web", "start web", "RUNNING"])
    }

    @Test func addressesThatAreAddedComeUpBesideWhatRuns() {
        var host = Self.running(["1", "2", "disk"])
        host.redefine("1", "3", "2", "4", "disk", "web")
        host.settle()
        #expect(host.takeHistory() == ["start 3 4", "status web", "start web", "RUNNING"])
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["RELEASING", "stop web", "stop disk", "stop 1 3 2 4", "RELEASED"])
    }

    @Test func anAddressThatGoesTakesWhatMayDependOnItAlong() {
        var host = Self.running(["1", "2", "disk"])
        host.redefine("1", "3", "disk")
        host.settle()
        #expect(host.takeHistory() == ["stop disk", "stop 1 2", "start 1 3", "status disk", "start disk", "RUNNING"])
    }

    @Test func whatIsReleasedWhileAnAddressIsAddedIsReleasedWithIt() {
        var host = Self.running(["1", "disk"])
        host.redefine("1", "2", "disk")
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["start 2", "RELEASING", "stop disk", "stop 1 2", "RELEASED"])
    }

    @Test func whatDiffersIsStoppedAndWhatIsNewStarted() {
        var host = Self.running(["ip", "disk", "web"])
        host.redefine("ip", "mail", "web")
        host.settle()
        #expect(
            host.takeHistory() == [
                "stop web", "stop disk", "status mail", "start mail", "status web", "start web", "RUNNING",
            ])
        #expect(host.running == ["ip", "mail", "web"])
    }

    @Test func whatIsRemovedFromTheEndIsStopped() {
        var host = Self.running(["ip", "disk", "web"])
        host.redefine("ip")
        host.settle()
        #expect(host.takeHistory() == ["stop web", "stop disk", "RUNNING"])
        #expect(host.running == ["ip"])
    }

    @Test func aNewIntervalTouchesNothing() {
        var host = Self.running(["ip"])
        host.redefine("ip", monitor: .seconds(1))
        host.settle()
        #expect(host.takeHistory().isEmpty)
        #expect(host.runner.deadline == host.now + .seconds(1))
    }

    @Test(arguments: 0..<6)
    func aNewLineAtAnyMomentOfAcquiringLeavesNothingOfTheOldOne(answers: Int) {
        var host = GroupOnHost("ip", "disk", "web")
        host.want(true)
        for _ in 0..<answers { host.answer() }
        host.redefine("ip", "mail")
        host.settle()
        #expect(host.running == ["ip", "mail"])
        #expect(host.runner.phase == .running)
        #expect(!host.overlapped)
    }

    @Test(arguments: 0..<3)
    func aNewLineAtAnyMomentOfReleasingLeavesNothingOfTheOldOne(answers: Int) {
        var host = Self.running(["ip", "disk", "web"])
        host.want(false)
        for _ in 0..<answers { host.answer() }
        host.redefine("mail")
        host.want(true)
        host.settle()
        #expect(host.running == ["mail"])
    }

    // MARK: - Leftovers

    private static func unknown(_ words: String...) -> GroupOnHost {
        GroupOnHost(GroupRunner(group: GroupOnHost.group(words), looksFirst: true))
    }

    @Test func nothingLeftUpIsNothingToDo() {
        var host = Self.unknown("ip", "web")
        host.want(false)
        #expect(!host.runner.isReleased && !host.runner.isSettled)
        host.settle()
        #expect(host.takeHistory() == ["status web", "status ip"])
        #expect(host.runner.isReleased && host.runner.isSettled)
    }

    @Test func whatWasLeftUpIsStoppedInReverse() {
        var host = Self.unknown("ip", "disk", "web")
        host.running = ["ip", "disk"]
        host.want(false)
        host.settle()
        #expect(
            host.takeHistory() == [
                "status web", "status disk", "FOUND disk", "status ip", "FOUND ip", "stop web", "stop disk", "stop ip",
                "RELEASED",
            ])
        #expect(host.running.isEmpty)
    }

    @Test func aStatusThatHangsIsTakenForRunning() {
        var host = Self.unknown("ip")
        host.lies["status ip"] = .timedOut
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["status ip", "FOUND ip", "stop ip", "RELEASED"])
    }

    @Test func addressesThatAreThereInPartAreRemoved() {
        var host = Self.unknown("10.1", "10.2")
        host.lies["status 10.1 10.2"] = .notRun(reason: "10.2 is missing")
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["status 10.1 10.2", "FOUND 10.1 10.2", "stop 10.1 10.2", "RELEASED"])
    }

    @Test func aMissingScriptHasLeftNothing() {
        var host = Self.unknown("ip")
        host.lies["status ip"] = .missing
        host.want(false)
        host.settle()
        #expect(host.takeHistory() == ["status ip"])
        #expect(host.runner.isReleased)
    }
}
