// A `probe` line decides as the article's supervisor script does, at the same question and, as docs/what-moves-the-service.md
// has it, within two seconds of it; and where it deliberately does not, that page says so.

import Foundation
import HeartbeatModel
import HeartbeatMonitors
import Testing

@testable import HeartbeatCore

@Suite("The supervisor script") struct SupervisorTests {
    private static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/what-moves-the-service.md"), encoding: .utf8)
        return try #require(page.components(separatedBy: "## The supervisor script").last)
    }

    /// The line that the page has in place of the script. That it is read as the page says is tested beside the reader.
    private static func line() throws -> PathProbe {
        let words = try #require(try page().components(separatedBy: "```\n").dropFirst().first).split(separator: " ")
        func number(_ option: String) throws -> Int {
            let word = try #require(words.first { $0.hasPrefix("\(option)=") }, "\(option)")
            return try #require(Int(word.dropFirst(option.count + 1).filter(\.isNumber)), "\(option)")
        }
        var probe = PathProbe(name: "far", kind: .udpEcho(host: "198.51.100.7", port: 7))
        probe.interval = .seconds(Double(try number("interval")))
        probe.timeout = .seconds(Double(try number("timeout")))
        probe.fall = try number("fall")
        probe.rise = try number("rise")
        probe.action = .standby
        return probe
    }

    /// What a node makes of the answers to one probe, at which question: the facts that it is lost, and good again.
    private static func decisions(_ probe: PathProbe, _ questions: [Question]) -> [Supervisor.Call] {
        var monitor = HealthMonitor()
        monitor.ask([probe], [])
        return questions.indices.flatMap { index -> [Supervisor.Call] in
            let answer: PathAnswer = questions[index].isAnswered ? .answered : .failed("no answer")
            return monitor.take(answer, of: probe.name, at: .zero).facts.compactMap { fact in
                let action: Supervisor.Action? =
                    switch FactEvent(rawValue: fact.event) {
                    case .pathLost: .start
                    case .pathRecovered: .stop
                    default: nil
                    }
                return action.map { Supervisor.Call(action: $0, question: index, time: questions[index].known) }
            }
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    // MARK: - The times of the page

    private static let outage = Outages(times: [100_000..<400_000])
    private static let blip = Outages(times: [100_000..<400_000, 500_000..<501_000])

    @Test func theListingTakesTwelveSecondsAndThreeMinutes() {
        let calls = Supervisor(Self.outage, until: 1_000_000).calls
        #expect(calls.map(\.action) == [.start, .stop])
        #expect(calls.map(\.time) == [111_800, 588_800])
        // One lost question while it recovers: all of HYSTERE again, and no second START.
        let later = Supervisor(Self.blip, until: 1_000_000).calls
        #expect(later.map(\.action) == [.start, .stop])
        #expect(later.map(\.time) == [111_800, 690_550])
    }

    @Test func thePageHasTheTimesOfBoth() throws {
        let probe = try Self.line()
        let rows = try Self.page().split(separator: "\n").map(String.init)
        for (outages, words) in [(Self.outage, ["dies", "is back"]), (Self.blip, ["dies", "one second"])] {
            let script = Supervisor(outages, until: 1_000_000).calls
            let ours = Self.decisions(probe, ProbeOnDesk(probe: probe).questions(outages, until: 1_000_000))
            #expect(script.map(\.action) == ours.map(\.action))
            for (index, word) in words.enumerated() {
                let row = try #require(rows.first { $0.hasPrefix("| the path") && $0.contains(word) }, "\(word)")
                #expect(row.contains("| \(Self.seconds(script[index].time)) | \(Self.seconds(ours[index].time)) |"))
            }
        }
    }

    @Test func fiveLostQuestionsAndOneAnswerAreNothing() {
        let outages = Outages(times: [10_000..<19_900, 21_000..<31_000])
        let supervisor = Supervisor(outages, until: 60_000)
        #expect(supervisor.questions.count { !$0.isAnswered } == 10)
        #expect(supervisor.calls == [])
    }

    // MARK: - The same decisions

    /// Outages and rests of all lengths, single lost questions among them.
    private static func anyOutages(_ random: inout SplitMix64) -> Outages {
        var time = 0
        let times = (0..<24).map { _ in
            time += Int.random(in: 500...(Bool.random(using: &random) ? 20_000 : 260_000), using: &random)
            let begin = time
            time += Int.random(in: 500...(Bool.random(using: &random) ? 14_000 : 120_000), using: &random)
            return begin..<time
        }
        return Outages(times: times, roundTrip: .random(in: 1...900, using: &random))
    }

    @Test(arguments: 0..<100) func fallSixAndRise180DecideAtTheSameQuestion(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let supervisor = Supervisor(Self.anyOutages(&random), until: 4_000_000)
        var probe = PathProbe(name: "far", kind: .udpEcho(host: "198.51.100.7", port: 7))
        probe.fall = Supervisor.mostFailures + 1
        probe.rise = Supervisor.hysteresis
        #expect(Self.decisions(probe, supervisor.questions) == supervisor.calls)
        #expect(supervisor.calls.count >= 2)
    }

    /// Outages that both must see, and of which it is clear whether they are long enough; the same of the rests between them.
    private static func clearOutages(_ random: inout SplitMix64) -> Outages {
        var time = 0
        let times = (0..<24).map { _ in
            let rests = [5000...170_000, 195_000...400_000]
            time += Int.random(in: rests[Int.random(in: 0...1, using: &random)], using: &random)
            let begin = time
            let lengths = [2100...9000, 14_000...300_000]
            time += Int.random(in: lengths[Int.random(in: 0...1, using: &random)], using: &random)
            return begin..<time
        }
        return Outages(times: times)
    }

    @Test(arguments: 0..<100) func theLineOfThePageActsWithinTwoSecondsOfTheScript(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let outages = Self.clearOutages(&random)
        let probe = try Self.line()
        let desk = ProbeOnDesk(probe: probe, offset: .random(in: 0..<1000, using: &random))
        let end = (outages.times.last?.upperBound ?? 0) + 200_000
        let script = Supervisor(outages, until: end).calls
        let ours = Self.decisions(probe, desk.questions(outages, until: end))
        #expect(script.map(\.action) == ours.map(\.action))
        for (theirs, ours) in zip(script, ours) { #expect(abs(theirs.time - ours.time) <= 2050) }
        #expect(script.last?.action == .stop && script.count >= 2)
    }

    // MARK: - Where they differ, each a row of the page

    private static func row(_ words: String) throws {
        let rows = try page().split(separator: "\n")
        #expect(rows.contains { $0.hasPrefix("|") && $0.contains(words) }, "\(words)")
    }

    @Test func aScriptThatIsRestartedOutOfServiceNeverComesBack() throws {
        try Self.row("forgets everything when it is restarted")
        let restarted = Supervisor(Self.outage, until: 1_000_000, restart: 450_000)
        #expect(restarted.calls.map(\.action) == [.start])
        // A daemon that finds the path among those that were lost brings the groups back after `rise` answers.
        let probe = try Self.line()
        var monitor = HealthMonitor()
        monitor.ask([probe], [])
        monitor.recall(lost: [probe.name])
        #expect(monitor.health.wantsReturn)
        let answers = (0..<probe.rise).map { _ in monitor.take(.answered, of: probe.name, at: .zero).facts.map(\.event)
        }
        #expect(answers.flatMap(\.self) == [FactEvent.pathRecovered.rawValue])
        #expect(answers.last?.isEmpty == false)
    }

    @Test func aSlowAnswerMakesTheScriptsThreeMinutesLonger() throws {
        try Self.row("longer with a slow line")
        let slow = Outages(times: [100_000..<400_000], roundTrip: 900)
        let script = Supervisor(slow, until: 1_000_000).calls
        #expect(script.last.map { $0.time - 400_000 > 340_000 } == true)
        let probe = try Self.line()
        let ours = Self.decisions(probe, ProbeOnDesk(probe: probe).questions(slow, until: 1_000_000))
        #expect(ours.last.map { $0.time - 400_000 < 190_000 } == true)
    }

    @Test func whatCannotBeAskedIsNoFailureHere() throws {
        try Self.row("could not ask")
        let probe = try Self.line()
        var monitor = HealthMonitor()
        monitor.ask([probe], [])
        for _ in 0..<100 { _ = monitor.take(.unknown("no such name"), of: probe.name, at: .zero) }
        #expect(monitor.health == NodeHealth(lost: 0, unproven: 1))
        // The script counts every exit status but zero.
        let outages = Outages(times: [0..<100_000])
        #expect(Supervisor(outages, until: 100_000).calls.map(\.action) == [.start])
    }

    @Test func aPathThatIsDeadForBothMovesNothingHere() throws {
        try Self.row("asked from one node only")
        let probe = try Self.line()
        var nodes = [HealthMonitor(), HealthMonitor()]
        for index in nodes.indices {
            nodes[index].ask([probe], [])
            for _ in 0..<probe.fall { _ = nodes[index].take(.failed("no answer"), of: probe.name, at: .zero) }
            #expect(nodes[index].health.lost == 1)
        }
        #expect(!nodes[0].health.isWorse(than: nodes[1].health) && !nodes[1].health.isWorse(than: nodes[0].health))
        // The peer of the script's node was never asked.
        #expect(Supervisor(Self.outage, until: 150_000).calls.map(\.action) == [.start])
    }

    @Test func aPathThatWasNotAskedYetIsNotTakenForGood() throws {
        try Self.row("begins with \"no error\"")
        let monitor = PathMonitor(try Self.line())
        #expect(!monitor.isLost && !monitor.isProven)
    }

    @Test func anOutageBetweenTwoQuestionsIsSeenByNeither() throws {
        let page = try Self.page()
        #expect(page.contains("falls between two questions"))
        let probe = try Self.line()
        func sees(_ outage: Range<Int>) -> (script: Bool, line: Bool) {
            let outages = Outages(times: [outage])
            let script = Supervisor(outages, until: 200_000).questions.contains { !$0.isAnswered }
            return (script, ProbeOnDesk(probe: probe).questions(outages, until: 200_000).contains { !$0.isAnswered })
        }
        #expect(sees(100_100..<100_700) == (false, false))
        #expect(sees(100_700..<101_300) == (true, false), "the same gap, a little later")
        #expect(sees(101_700..<102_300) == (true, true))
    }
}
