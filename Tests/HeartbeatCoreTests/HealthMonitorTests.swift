// When an interface or a path counts as lost, when it counts again, and what several of them come to.

import HeartbeatModel
import HeartbeatMonitors
import Testing

@testable import HeartbeatCore

@Suite("Interfaces and paths") struct HealthMonitorTests {
    private static func at(_ milliseconds: Int) -> Instant { Instant.zero + .milliseconds(milliseconds) }

    /// A carrier that was there at first.
    private func link(debounce: Int = 100, up: Int = 5000, role: InterfaceRole = .downlink) -> InterfaceMonitor {
        var monitor = InterfaceMonitor(
            InterfaceRule(
                interface: "eth0", role: role, debounce: .milliseconds(debounce), recovery: .milliseconds(up)))
        #expect(monitor.observe(true, at: Self.at(0)) == nil)
        return monitor
    }

    @Test func aCarrierGoneForLessThanTheDebounceTimeIsNeverLost() {
        var link = link()
        #expect(link.observe(false, at: Self.at(1000)) == nil)
        #expect(link.isInDoubt && !link.isLost)
        #expect(link.deadline == Self.at(1100))
        #expect(link.observe(true, at: Self.at(1099)) == nil)
        #expect(link.deadline == nil && !link.isInDoubt)
    }

    @Test func withoutDebounceItIsLostAtOnce() {
        var link = link(debounce: 0)
        #expect(link.observe(false, at: Self.at(1000)) == .lost)
        #expect(link.isSurelyLost)
    }

    @Test func whatNeverWasThereIsLostAtTheFirstLook() {
        var link = InterfaceMonitor(InterfaceRule(interface: "eth0"))
        #expect(!link.isInDoubt)
        #expect(link.observe(false, at: Self.at(0)) == .lost)
    }

    @Test func backMeansBackForItsTime() {
        var link = link()
        _ = link.observe(false, at: Self.at(1000))
        #expect(link.expire(at: Self.at(1100)) == .lost)
        #expect(link.observe(true, at: Self.at(2000)) == .onTrial(.seconds(5)))
        // Nobody would be given away to for its sake, but neither does it make its node the worse one.
        #expect(link.isInDoubt && !link.isSurelyLost)
        #expect(link.observe(false, at: Self.at(6999)) == nil)
        #expect(link.isSurelyLost && link.deadline == nil)
        #expect(link.observe(true, at: Self.at(8000)) == .onTrial(.seconds(5)))
        #expect(link.expire(at: Self.at(12_999)) == nil)
        #expect(link.expire(at: Self.at(13_000)) == .recovered)
        #expect(!link.isInDoubt)
    }

    @Test func everyRelapseDoublesTheTimeUpToALimitAndPeaceForgivesIt() {
        var link = link(debounce: 0, up: 1000)
        var now = 1000
        var trials: [Duration] = []
        for _ in 0..<9 {
            #expect(link.observe(false, at: Self.at(now)) == .lost)
            guard case .onTrial(let patience) = link.observe(true, at: Self.at(now + 10)) else { return }
            trials.append(patience)
            now += 10 + Int(patience.milliseconds)
            #expect(link.expire(at: Self.at(now)) == .recovered)
            now += 1
        }
        #expect(trials.map { $0.milliseconds / 1000 } == [1, 2, 4, 8, 16, 32, 64, 64, 64])
        now += 64_000 * 12
        #expect(link.observe(false, at: Self.at(now)) == .lost)
        #expect(link.observe(true, at: Self.at(now + 1)) == .onTrial(.seconds(1)))
    }

    private func path(fall: Int = 3, rise: Int = 5) -> PathMonitor {
        var probe = PathProbe(name: "isp", kind: .icmp(host: "192.0.2.1"))
        probe.fall = fall
        probe.rise = rise
        return PathMonitor(probe)
    }

    @Test func fallAndRiseAreCountedExactly() {
        var path = path()
        #expect(!path.isProven && !path.isLost)
        #expect(path.take(.answered, at: .zero) == nil)
        #expect(path.isProven)
        #expect(path.take(.failed("no answer"), at: .zero) == .missed(reason: "no answer", count: 1))
        #expect(path.take(.failed("no answer"), at: .zero) == .missed(reason: "no answer", count: 2))
        #expect(path.take(.answered, at: .zero) == nil)
        #expect(path.take(.failed("a"), at: .zero) == .missed(reason: "a", count: 1))
        #expect(path.take(.failed("b"), at: .zero) == .missed(reason: "b", count: 2))
        #expect(path.take(.failed("c"), at: .zero) == .lost(reason: "c"))
        #expect(path.take(.failed("d"), at: .zero) == .stillLost(reason: "d", count: 4))
        for _ in 0..<4 { #expect(path.take(.answered, at: .zero) == nil) }
        #expect(path.take(.failed("e"), at: .zero) == .relapsed(reason: "e", answers: 4))
        #expect(path.take(.failed("f"), at: .zero) == .stillLost(reason: "f", count: 2))
        for _ in 0..<4 { #expect(path.take(.answered, at: .zero) == nil) }
        #expect(path.isLost)
        #expect(path.take(.answered, at: .zero) == .recovered)
        #expect(path.isProven)
    }

    /// Ten minutes without an answer but for one, half-way: every question is in the log, and the log is not full of them.
    @Test func everyUnansweredQuestionIsALineOrInACount() {
        var monitor = HealthMonitor()
        var probe = PathProbe(name: "isp", kind: .icmp(host: "192.0.2.1"))
        probe.rise = 5
        monitor.ask([probe], [])
        var repeated = RepeatedFacts()
        var lines: [Fact] = []
        for second in 0..<600 {
            let answer: PathAnswer = second == 300 ? .answered : .failed("no answer")
            for fact in monitor.take(answer, of: "isp", at: Self.at(second * 1000)).facts {
                lines += repeated.take(fact, at: Self.at(second * 1000))
            }
        }
        for second in 600..<605 {
            for fact in monitor.take(.answered, of: "isp", at: Self.at(second * 1000)).facts {
                lines += repeated.take(fact, at: Self.at(second * 1000))
            }
        }
        let texts = lines.map(\.text)
        func happened(_ event: FactEvent) -> Int {
            lines.filter { $0.event == event.rawValue }.reduce(0) { sum, line in
                sum + (line.fields.last { $0.name == .repeated }.flatMap { Int($0.value) } ?? 1)
            }
        }
        #expect(happened(.pathMissed) == 2 && happened(.pathLost) == 1 && happened(.pathRelapsed) == 1)
        #expect(happened(.pathStillLost) == 600 - 2 - 1 - 1 - 1)
        #expect(texts.count < 25, "\(texts)")
        #expect(texts[2] == "Path isp is lost: 3 questions in a row without an answer (no answer)")
        #expect(texts[3] == "Path isp is still lost: no answer (unanswered in a row: 4)")
        #expect(texts[8].hasSuffix("; 55 more times in the last 60 s"), "\(texts[8])")
        #expect(
            texts.contains("Path isp stays lost: no answer, after 1 of 5 answers in a row; the count begins again"))
        // What was counted before is told before it.
        #expect(texts.last == "Path isp is good again: 5 answers in a row")
        #expect(texts.dropLast().last?.contains("(unanswered in a row: 299); ") == true, "\(texts)")
    }

    @Test func whatCannotBeAskedIsNeitherGoodNorLost() {
        var path = path(fall: 1, rise: 2)
        #expect(path.take(.unknown("no interface eth9"), at: .zero) == .unknown(reason: "no interface eth9"))
        #expect(path.take(.unknown("no interface eth9"), at: .zero) == nil)
        #expect(!path.isProven && !path.isLost)
        #expect(path.take(.answered, at: .zero) == .known)
        #expect(path.take(.failed("x"), at: .zero) == .lost(reason: "x"))
        #expect(path.take(.answered, at: .zero) == nil)
        // It does not recover by not being asked, and what it had shown before counts no more.
        #expect(path.take(.unknown("y"), at: .zero) == .unknown(reason: "y"))
        #expect(path.isLost)
        #expect(path.take(.answered, at: .zero) == nil)
        #expect(path.take(.answered, at: .zero) == .recovered)
    }

    /// The article's supervisor (MAXFAIL=5, HYSTERE=180) as it was meant: against a plain count of the last answers.
    @Test(arguments: 0..<50) func aPathIsWhatItsLastAnswersSay(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var path = path(fall: 6, rise: 18)
        var history: [Bool] = []
        var isLost = false
        var changes = 0
        for _ in 0..<2000 {
            // Long stretches of the same, with exceptions.
            let answer =
                Double.random(in: 0..<1, using: &random) < 0.97 ? history.last ?? true : Bool.random(using: &random)
            history.append(answer)
            let change = path.take(answer ? .answered : .failed("x"), at: .zero)
            let run = history.reversed().prefix { $0 == answer }.count
            let wanted = isLost ? !(answer && run >= 18) : !answer && run >= 6
            if wanted != isLost { changes += 1 }
            #expect((change == .recovered) == (isLost && !wanted))
            #expect((change == .lost(reason: "x")) == (!isLost && wanted))
            isLost = wanted
            #expect(path.isLost == isLost)
        }
        #expect(changes > 3)
    }

    private func monitor(needed: Int, action: PathAction = .health) -> HealthMonitor {
        var monitor = HealthMonitor()
        let probes = ["a", "b", "c"].map { name in
            var probe = PathProbe(name: name, kind: .icmp(host: name))
            probe.fall = 1
            probe.rise = 1
            return probe
        }
        monitor.ask(probes, [PathProbeGroup(name: "isp", needed: needed, members: ["a", "b", "c"], action: action)])
        for name in ["a", "b", "c"] { _ = monitor.take(.answered, of: name, at: .zero) }
        return monitor
    }

    @Test func aGroupIsGoodWhileEnoughOfItIs() {
        var monitor = monitor(needed: 2, action: .standby)
        #expect(monitor.health == .sound)
        #expect(monitor.take(.failed("x"), of: "a", at: .zero).facts.count == 1)
        #expect(monitor.health == .sound)
        let second = monitor.take(.failed("x"), of: "b", at: .zero)
        #expect(second.facts.count == 2)
        #expect(second.contains(.remember(lostPaths: ["a", "b"])))
        #expect(monitor.health == NodeHealth(lost: 1, unproven: 1, wantsReturn: true))
        #expect(monitor.lostNames == ["isp"])
        #expect(monitor.lostPaths == ["a", "b"])
        #expect(monitor.take(.unknown("y"), of: "c", at: .zero).count == 1)
        #expect(monitor.take(.answered, of: "b", at: .zero).facts.count == 2)
        // Two are not lost, but only one of them is known to be good.
        #expect(monitor.health == NodeHealth(lost: 0, unproven: 1))
    }

    @Test func heartbeatLinksNeverCount() {
        var monitor = HealthMonitor()
        monitor.watch([InterfaceRule(interface: "eth1", role: .heartbeat, debounce: .zero)])
        #expect(monitor.observe("eth1", isUp: false, at: .zero).facts.count == 1)
        #expect(monitor.health == .sound)
    }

    @Test func whatStaysWatchedKeepsItsState() {
        var monitor = HealthMonitor()
        monitor.watch([InterfaceRule(interface: "eth0"), InterfaceRule(interface: "eth1")])
        _ = monitor.observe("eth0", isUp: false, at: .zero)
        _ = monitor.observe("eth1", isUp: false, at: .zero)
        #expect(monitor.health.lost == 2)
        monitor.watch([InterfaceRule(interface: "eth0", role: .uplink)])
        #expect(monitor.health.lost == 1)
        #expect(monitor.lostNames == ["eth0"])
    }

    @Test func theNextDaemonKnowsWhatWasLost() {
        var monitor = monitor(needed: 1)
        monitor.recall(lost: ["a", "gone"])
        #expect(monitor.lostPaths == ["a"])
    }

    /// Nothing moves for the sake of what may have come back while no daemon asked.
    @Test func whatIsRememberedIsNotSurelyLost() {
        var monitor = HealthMonitor()
        monitor.ask([PathProbe(name: "a", kind: .icmp(host: "192.0.2.1"))], [])
        monitor.recall(lost: ["a"])
        #expect(monitor.health == NodeHealth(lost: 0, unproven: 1, wantsReturn: monitor.health.wantsReturn))
        _ = monitor.take(.failed("no answer"), of: "a", at: .zero)
        #expect(monitor.health.lost == 1)
    }

    @Test func atMostOneOfTwoNodesIsWorse() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<1000 {
            let healths = (0..<2).map { _ in
                NodeHealth(lost: .random(in: 0...3, using: &random), unproven: .random(in: 0...4, using: &random))
            }
            #expect(!(healths[0].isWorse(than: healths[1]) && healths[1].isWorse(than: healths[0])))
        }
    }
}
