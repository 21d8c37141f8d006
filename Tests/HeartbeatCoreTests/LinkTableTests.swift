// Links come up when heard, go dead after deadtime, and each change is told once.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct LinkTableTests {
    private static let start = Instant(nanoseconds: 3_000_000_000)
    private static let alpha = NodeName("alpha")
    private static let beta = NodeName("beta")
    private static let eth0 = MediumName("eth0")
    private static let serial = MediumName("/dev/ttyS0")

    private static func table(media: [MediumName] = [eth0, serial]) -> LinkTable {
        LinkTable(local: alpha, nodes: [alpha, beta], media: media, initdead: .seconds(30), now: start)
    }

    private static func change(_ node: NodeName, _ medium: MediumName, isUp: Bool) -> LinkTable.Change {
        LinkTable.Change(node: node, medium: medium, isUp: isUp)
    }

    private static func hear(
        _ table: inout LinkTable, _ node: NodeName, _ medium: MediumName, at seconds: Int
    ) -> LinkTable.Change? {
        table.heard(node, over: medium, deadtime: .seconds(10), now: start + .seconds(seconds))
    }

    @Test func aLinkComesUpOnce() {
        var table = Self.table()
        #expect(Self.hear(&table, Self.beta, Self.eth0, at: 1) == Self.change(Self.beta, Self.eth0, isUp: true))
        #expect(Self.hear(&table, Self.beta, Self.eth0, at: 2) == nil)
        #expect(
            table.links(of: Self.beta) == [
                ClusterSnapshot.Link(medium: Self.eth0, isUp: true),
                ClusterSnapshot.Link(medium: Self.serial, isUp: false),
            ])
    }

    @Test func aSilentLinkIsDeadAfterDeadtimeOnceAndComesBack() {
        var table = Self.table()
        _ = Self.hear(&table, Self.beta, Self.eth0, at: 1)
        _ = Self.hear(&table, Self.beta, Self.serial, at: 1)
        _ = Self.hear(&table, Self.beta, Self.eth0, at: 5)
        #expect(table.deadline == Self.start + .seconds(11))
        #expect(table.expire(now: Self.start + .seconds(11) - .nanoseconds(1)).isEmpty)
        #expect(table.expire(now: Self.start + .seconds(11)) == [Self.change(Self.beta, Self.serial, isUp: false)])
        #expect(table.expire(now: Self.start + .seconds(11)).isEmpty)
        #expect(table.deadline == Self.start + .seconds(15))
        #expect(Self.hear(&table, Self.beta, Self.serial, at: 12) == Self.change(Self.beta, Self.serial, isUp: true))
    }

    @Test func aLinkNeverHeardIsToldAtInitdeadUnlessItIsOurOwn() {
        var table = Self.table()
        #expect(table.deadline == Self.start + .seconds(30))
        #expect(table.expire(now: Self.start + .seconds(30) - .nanoseconds(1)).isEmpty)
        #expect(
            table.expire(now: Self.start + .seconds(30)) == [
                Self.change(Self.beta, Self.eth0, isUp: false), Self.change(Self.beta, Self.serial, isUp: false),
            ])
        #expect(table.expire(now: Self.start + .seconds(999)).isEmpty)
        #expect(table.deadline == nil)
    }

    @Test func ourOwnLinkIsWatchedOnceItLoopedBack() {
        var table = Self.table()
        #expect(Self.hear(&table, Self.alpha, Self.eth0, at: 1) == Self.change(Self.alpha, Self.eth0, isUp: true))
        #expect(table.expire(now: Self.start + .seconds(11)) == [Self.change(Self.alpha, Self.eth0, isUp: false)])
    }

    @Test func aNodeOrMediumNobodyConfiguredIsNoLink() {
        var table = Self.table()
        let before = table
        #expect(Self.hear(&table, NodeName("gamma"), Self.eth0, at: 1) == nil)
        #expect(Self.hear(&table, Self.beta, MediumName("eth9"), at: 1) == nil)
        #expect(table == before)
        #expect(table.links(of: NodeName("gamma")).isEmpty)
    }

    @Test func twoMediaOfOneNameAreOneLink() {
        let table = Self.table(media: [Self.eth0, Self.eth0])
        #expect(table.links(of: Self.beta) == [ClusterSnapshot.Link(medium: Self.eth0, isUp: false)])
    }

    @Test func afterAStallNoUpLinkIsJudgedBeforeTheGraceIsOver() {
        var table = Self.table()
        _ = Self.hear(&table, Self.beta, Self.eth0, at: 1)
        table.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(25))
        #expect(table.expire(now: Self.start + .seconds(26)).isEmpty)
        #expect(table.expire(now: Self.start + .seconds(27)) == [Self.change(Self.beta, Self.eth0, isUp: false)])
        // The other was never up; it keeps its initdead.
        #expect(table.deadline == Self.start + .seconds(30))
    }

    @Test func aStallNeverShortensALink() {
        var table = Self.table(media: [Self.eth0])
        _ = Self.hear(&table, Self.beta, Self.eth0, at: 20)
        table.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(21))
        #expect(table.deadline == Self.start + .seconds(30))
    }
}
