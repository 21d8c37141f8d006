// A fact that repeats is counted, and nothing is lost by it: every happening is either a line or in a line's count.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct RepeatedFactsTests {
    private static let start = Instant(nanoseconds: 7_000_000_000)
    private static let beta = NodeName("beta")

    private static func at(_ seconds: Double) -> Instant { start + .seconds(seconds) }

    private static func link(_ isUp: Bool, medium: String = "eth0") -> Fact {
        let medium = MediumName(medium)
        return isUp ? .linkUp(node: beta, medium: medium) : .linkDead(node: beta, medium: medium)
    }

    private static let critical = Fact.bothHold(.all)

    @Test func firstOccurrencesPassUnchanged() {
        var facts = RepeatedFacts()
        for second in 0..<5 { #expect(facts.take(Self.link(false), at: Self.at(Double(second))) == [Self.link(false)]) }
        #expect(facts.nextDeadline == nil, "nothing is counted: no timer runs")
        #expect(facts.take(Self.link(false), at: Self.at(5)).isEmpty)
        #expect(facts.nextDeadline == Self.at(60))
    }

    @Test func factsAboutDifferentThingsAreDifferent() {
        var facts = RepeatedFacts(passing: 1)
        #expect(facts.take(Self.link(false), at: Self.at(0)).count == 1)
        #expect(facts.take(Self.link(false, medium: "eth1"), at: Self.at(1)).count == 1)
        #expect(facts.take(Self.link(true), at: Self.at(2)).count == 1)
        #expect(facts.take(Self.link(false), at: Self.at(3)).isEmpty)
    }

    @Test func factsThatDifferOnlyInTheirNumbersAreTheSame() {
        var facts = RepeatedFacts(passing: 1)
        for milliseconds in [510, 600, 777] {
            _ = facts.take(
                .lateHeartbeat(node: Self.beta, silence: .milliseconds(milliseconds)),
                at: Self.at(0))
        }
        #expect(
            facts.expire(at: Self.at(60)).map(\.text) == [
                "Late heartbeat: Node beta: interval 777 ms; 2 more times in the last 60 s"
            ])
    }

    @Test func aFlappingLinkCostsOneLineAMinuteForEachOfItsStates() {
        var facts = RepeatedFacts()
        var lines: [[Fact]] = [[], [], []]
        for second in 0..<180 {
            let told = facts.take(Self.link(second % 2 == 1), at: Self.at(Double(second)))
            lines[second / 60] += told
        }
        #expect(lines[0].count == 10)
        #expect(
            lines[1].map(\.text) == [
                "Link beta:eth0 dead.; 25 more times in the last 60 s",
                "Link beta:eth0 up.; 25 more times in the last 60 s",
            ], "the last line is how it is now")
        #expect(lines[1].map(\.fields.last) == [Fact.Field(.repeated, 25), Fact.Field(.repeated, 25)])
        #expect(lines[2].count == 2)
        #expect(facts.expire(at: Self.at(240)).count == 2)
        #expect(facts.take(Self.link(false), at: Self.at(400)) == [Self.link(false)], "a calm minute ends it")
        #expect(facts.nextDeadline == nil)
    }

    @Test func whatWasCountedIsToldBeforeSomethingElseHappensToTheObject() {
        var facts = RepeatedFacts(passing: 1)
        for _ in 0..<3 { _ = facts.take(Self.link(false), at: Self.at(0)) }
        let told = facts.take(Self.link(true), at: Self.at(9.2))
        #expect(
            told.map(\.text) == ["Link beta:eth0 dead.; 2 more times in the last 10 s", "Link beta:eth0 up."])
        _ = facts.take(Self.link(false), at: Self.at(10))
        #expect(
            facts.flush(at: Self.at(11)).map(\.text) == ["Link beta:eth0 dead.; 1 more time in the last 2 s"])
        #expect(facts.flush(at: Self.at(12)).isEmpty)
    }

    @Test func aCriticalFactHasALineInEveryWindow() {
        var facts = RepeatedFacts(passing: 2)
        var lines: [Fact] = []
        for second in 0..<300 { lines += facts.take(Self.critical, at: Self.at(Double(second))) }
        let own = lines.filter { $0 == Self.critical }
        #expect(own.count == 2 + 4, "two in the first minute, one in each of the others")
        #expect(lines.count == own.count + 4, "and one line with the count for each minute that is over")
    }

    @Test func expiringEarlyChangesNothing() {
        var facts = RepeatedFacts(passing: 1)
        for _ in 0..<3 { _ = facts.take(Self.link(false), at: Self.at(0)) }
        let before = facts
        #expect(facts.expire(at: Self.at(59.9)).isEmpty)
        #expect(facts == before)
    }

    @Test func objectsWithoutEndAreForgottenButNotLost() {
        var facts = RepeatedFacts(passing: 1)
        var told = 0
        let happened = RepeatedFacts.mostFacts * 3
        for number in 0..<happened {
            for _ in 0..<2 { told += facts.take(Self.link(false, medium: "m\(number)"), at: Self.at(1)).count }
        }
        // Each object has its first line, and those forgotten the line about the second.
        #expect(told == happened + happened - RepeatedFacts.mostFacts)
        #expect(facts.flush(at: Self.at(2)).count == RepeatedFacts.mostFacts)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func everyHappeningIsALineOrInACount(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var facts = RepeatedFacts(passing: Int.random(in: 1...4, using: &random), window: .seconds(10))
        let kinds = [Self.link(true), Self.link(false), Self.link(false, medium: "eth1"), Self.critical]
        var happened: [String: Int] = [:]
        var told: [String: Int] = [:]
        func count(_ lines: [Fact]) {
            for line in lines {
                let repeated = line.fields.last { $0.name == .repeated }
                told[line.event, default: 0] += repeated.flatMap { Int($0.value) } ?? 1
            }
        }
        var now = Self.start
        for _ in 0..<400 {
            now = now + .milliseconds(Int.random(in: 0...2000, using: &random))
            if let due = facts.nextDeadline, due <= now {
                count(facts.expire(at: due))
                #expect(facts.nextDeadline.map { $0 > due } ?? true, "the deadline has been served")
            }
            let fact = kinds.randomElement(using: &random) ?? kinds[0]
            happened[fact.event, default: 0] += 1
            count(facts.take(fact, at: now))
        }
        count(facts.flush(at: now))
        #expect(told == happened)
        #expect(facts.nextDeadline == nil)
    }

    @Test func identifiersOfMessagesAreLasting() {
        // Fixed for ever: catalogs and filters know them.
        let all = Set(FactEvent.allCases.map { Fact.messageID(of: $0.rawValue) })
        #expect(all.count == FactEvent.allCases.count)
        #expect(all.allSatisfy { $0.utf8.count == 32 })
        #expect(Fact.messageID(of: "link-dead") == "b9e3155bd01ed507ac90aef601c4675a")
    }
}
