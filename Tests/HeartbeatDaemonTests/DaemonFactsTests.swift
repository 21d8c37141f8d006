// What the shell adds to what the core tells: the last warnings and which are over, since when things are as they are, and how late
// the loop is.

import HeartbeatCore
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct DaemonFactsTests {
    private static let start = Instant.zero + .seconds(1000)
    private static let (peer, eth0) = (NodeName("gw-b"), MediumName("eth0"))
    private static let group = ResourceGroup(
        preferredNode: peer, resources: [Resource(word: "web", scriptName: "web", arguments: [])], line: 1)

    // MARK: - Troubles

    private static func troubles(_ facts: [(Fact, Int)], at seconds: Int) -> [NodeFacts.Trouble] {
        var troubles = RecentTroubles()
        for (fact, second) in facts { troubles.note(fact, at: start + .seconds(second)) }
        return troubles.facts(at: start + .seconds(seconds))
    }

    @Test func aWarningIsKeptOnceWithItsCountAndItsTimes() throws {
        let dead = Fact.linkDead(node: Self.peer, medium: Self.eth0)
        let told = Self.troubles(
            [(dead, 1), (.communicationUp, 2), (dead, 5), (.nodeDead(node: Self.peer), 6)], at: 10)
        #expect(told.map(\.code) == ["node-dead", "link-dead"], "the newest first, and nothing that is no trouble")
        let link = try #require(told.last)
        #expect(link.count == 2 && link.age == .seconds(5) && link.first == .seconds(9) && link.healed == nil)
        #expect(link.level == .warning && link.text == dead.text)
        #expect(link.objects == [.init(kind: "peer", name: "gw-b"), .init(kind: "medium", name: "eth0")])
    }

    struct Cure: CustomTestStringConvertible, Sendable {
        var trouble: Fact
        var end: Fact
        var testDescription: String { "\(trouble.event) by \(end.event)" }
    }

    static let cures = [
        Cure(
            trouble: .linkDead(node: peer, medium: eth0), end: .linkUp(node: peer, medium: eth0)),
        Cure(trouble: .nodeDead(node: peer), end: .statusUpdate(node: peer, status: .up)),
        Cure(
            trouble: Fact(.startFailed(.timedOut), of: group.steps[0], in: group, failureLimit: 3),
            end: Fact(.running, of: group)),
        Cure(
            trouble: Fact(.stopFailed, of: group.steps[0], in: group, failureLimit: 3), end: Fact(.released, of: group)),
        Cure(trouble: .bothHold(.all), end: .conflictEnded(.local)),
        Cure(trouble: .mediaCut(node: peer, over: ["eth1"]), end: .mediaMended(node: peer)),
        Cure(
            trouble: .differentFile("/etc/a", here: .hash(1), there: .missing, node: peer),
            end: .sameFile("/etc/a", node: peer)),
        Cure(trouble: .leaseDark(late: .seconds(1), .notSent), end: .leaseHeld(.seconds(2))),
        Cure(
            trouble: Fact(ShellEvent.mediumFailed, "x", [Fact.Field(.medium, eth0)]),
            end: Fact(ShellEvent.mediumRecovered, "y", [Fact.Field(.medium, eth0)])),
    ]

    @Test(arguments: cures)
    func whatEndsATroubleHealsIt(cure: Cure) throws {
        let told = try #require(Self.troubles([(cure.trouble, 1), (cure.end, 4)], at: 10).first)
        #expect(told.healed == .seconds(6))
        let again = try #require(Self.troubles([(cure.trouble, 1), (cure.end, 4), (cure.trouble, 8)], at: 10).first)
        #expect(again.healed == nil && again.count == 1 && again.first == .seconds(2), "it begins anew")
    }

    @Test func whatIsAboutSomethingElseHealsNothing() {
        let others: [(Fact, Int)] = [
            (.linkDead(node: Self.peer, medium: Self.eth0), 1), (.nodeDead(node: Self.peer), 1),
            (.linkUp(node: Self.peer, medium: MediumName("eth1")), 2),
            (.statusUpdate(node: Self.peer, status: .dead), 2),
            (.statusUpdate(node: NodeName("ping"), status: .ping), 2),
        ]
        #expect(Self.troubles(others, at: 3).allSatisfy { $0.healed == nil })
    }

    @Test func thereAreNeverMoreThanAFewAndWhatIsOverGoesFirst() {
        var all: [(Fact, Int)] = [
            (.linkDead(node: Self.peer, medium: Self.eth0), 0), (.linkUp(node: Self.peer, medium: Self.eth0), 1),
        ]
        all += (2..<60).map { (.nodeDead(node: NodeName("n\($0)")), $0) }
        let told = Self.troubles(all, at: 60)
        #expect(told.count == RecentTroubles.most && told.first?.objects.first?.name == "n59")
        #expect(!told.contains { $0.code == "link-dead" })
    }

    // MARK: - Since when

    private static func snapshot(isUp: Bool, _ state: ClusterSnapshot.Group.State) -> ClusterSnapshot {
        ClusterSnapshot(
            localNode: NodeName("gw-a"),
            nodes: [
                .init(
                    name: peer, status: isUp ? .active : .dead, isPingNode: false,
                    links: [.init(medium: eth0, isUp: isUp)])
            ], hold: .local, isInTransition: false,
            groups: [.init(key: "web", preferredNode: peer, state: state)],
            watched: [.init(name: "eth1", kind: .uplink, state: isUp ? .good : .lost)])
    }

    @Test func everythingHasAnAgeThatBeginsAnewWhenItChanges() {
        var changes = SnapshotChanges()
        changes.note(Self.snapshot(isUp: true, .running), at: Self.start)
        changes.note(Self.snapshot(isUp: true, .running), at: Self.start + .seconds(5))
        changes.note(Self.snapshot(isUp: false, .running), at: Self.start + .seconds(7))
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.nodes = [.init(name: Self.peer, status: .dead), .init(name: NodeName("other"), status: .active)]
        facts.links = [.init(node: Self.peer, medium: Self.eth0, state: .dead)]
        facts.watched = [.init(name: "eth1", kind: .uplink, state: .lost)]
        facts.groups = [.init(key: "web", preferred: Self.peer, state: .running)]
        changes.date(&facts, at: Self.start + .seconds(10))
        #expect(facts.nodes.map(\.since) == [.seconds(3), nil])
        #expect(facts.links.map(\.since) == [.seconds(3)] && facts.watched.map(\.since) == [.seconds(3)])
        #expect(facts.groups.map(\.since) == [.seconds(10)])
    }

    // MARK: - Lateness

    @Test func latenessIsToldWithinAQuarter() throws {
        var lateness = LoopLateness()
        #expect(lateness.fact == nil)
        for turn in 1...1000 {
            lateness.note(.microseconds(turn), at: Self.start + .milliseconds(turn * 100))
        }
        let fact = try #require(lateness.fact)
        #expect(fact.most == .milliseconds(1) && fact.recentMost == .milliseconds(1))
        #expect(fact.median >= .microseconds(500) && fact.median <= .microseconds(626))
        #expect(fact.high >= .microseconds(990) && fact.high <= .milliseconds(1))
    }

    @Test func whatWasLongAgoCountsForTheMostAlone() throws {
        var lateness = LoopLateness()
        lateness.note(.seconds(3), at: Self.start)
        lateness.note(.microseconds(100), at: Self.start + .seconds(301))
        #expect(lateness.fact?.recentMost == .seconds(3))
        lateness.note(.microseconds(100), at: Self.start + .seconds(602))
        #expect(lateness.fact?.recentMost == .microseconds(100) && lateness.fact?.most == .seconds(3))
    }

    @Test func everyTurnIsCountedByItsSizeForEver() {
        var lateness = LoopLateness()
        for turn in 0..<3 { lateness.note(.microseconds(10), at: Self.start + .seconds(turn * 1000)) }
        lateness.note(.microseconds(15), at: Self.start + .seconds(3000))
        #expect(lateness.all.counts.prefix(3) == [3, 1, 0] && lateness.all.count == 4)
        #expect(lateness.all.sum == 45_000)
    }

    @Test func absurdLatenessesAreCounted() throws {
        var lateness = LoopLateness()
        for value in [Duration.zero, .nanoseconds(1), .nanoseconds(-5), .seconds(1 << 40)] {
            lateness.note(value, at: Self.start)
        }
        let fact = try #require(lateness.fact)
        #expect(fact.most == .seconds(1 << 40) && fact.median <= .nanoseconds(4))
    }
}
