// Who serves by the table, which of two tables is the newer one, and what the host in service does to its own.

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct StatusTableTests {
    private static let names = ["gwa", "gwb", "gwc"]

    /// S4-1, all of it: every host, whoever serves, or nobody.
    @Test(arguments: names, names)
    func `decide: lower is a backup, equal serves, higher takes over`(own: String, master: String) throws {
        let table = GatewayRig.table(of: master)
        let host = try #require(table.host(NodeName(own)))
        let verdict: GatewayVerdict = own == master ? .service : own < master ? .handover : .backup
        #expect(table.verdict(for: host.rank) == verdict)
        let closed = GatewayRig.table(of: master, isServed: false)
        #expect(closed.verdict(for: host.rank) == (own == "gwa" ? .handover : .backup))
        #expect(StatusTable(initial: table.hosts).verdict(for: host.rank) == (own == "gwa" ? .handover : .backup))
    }

    @Test func `decide: who is in no table is judged by its priority`() {
        let table = GatewayRig.table(of: "gwb")
        #expect(table.verdict(for: GatewayRank(25, "gwx")) == .handover)
        #expect(table.verdict(for: GatewayRank(15, "gwx")) == .backup)
        #expect(table.verdict(for: GatewayRank(20, "gwx")) == .backup, "the smaller name is the better one")
        #expect(StatusTable(initial: []).verdict(for: GatewayRank(1, "gwx")) == .handover)
    }

    @Test
    func `the newer table is that of the later term, of the better author, of its later life, of the later version`() {
        let initial = StatusTable(initial: GatewayRig.hosts)
        let tables = [
            initial, GatewayRig.table(of: "gwb", term: 1), GatewayRig.table(of: "gwb", term: 1, version: 2),
            GatewayRig.table(of: "gwa", term: 1), GatewayRig.table(of: "gwa", term: 1, version: 1),
            GatewayRig.table(of: "gwa", term: 1, life: 2),
            GatewayRig.table(of: "gwc", term: 2),
        ]
        for (number, one) in tables.enumerated() {
            for (other, two) in tables.enumerated() { #expect(one.isNewer(than: two) == (number > other)) }
        }
    }

    @Test func `hosts join by their priority, and leave`() {
        var table = GatewayRig.table(of: "gwa")
        let version = table.version
        var hasRoom = table.insert(GatewayRig.host("gwx", 25, 9))
        #expect(hasRoom)
        #expect(table.hosts.map(\.name.text) == ["gwa", "gwx", "gwb", "gwc"])
        #expect(table.version == version + 1)
        #expect(table.rank(of: "gwx") == 0 && table.rank(of: "gwc") == 2 && table.rank(of: "nobody") == 3)
        hasRoom = table.insert(GatewayRig.host("gwx", 25, 9))
        #expect(hasRoom && table.version == version + 1, "nothing was new")
        table.remove("gwb")
        #expect(table.hosts.map(\.name.text) == ["gwa", "gwx", "gwc"] && table.version == version + 2)
    }

    @Test func `a host that counts less moves in the table, and the order stays total`() throws {
        var table = GatewayRig.table(of: "gwa")
        let hasRoom = table.insert(GatewayRig.host("gwb", 10, 3))
        #expect(
            hasRoom && table.hosts.map(\.name.text) == ["gwa", "gwb", "gwc"], "of two that count alike the name decides"
        )
        table.insert(GatewayRig.host("gwa", 1, 2))
        #expect(table.hosts.map(\.name.text) == ["gwb", "gwc", "gwa"] && table.version == 2)
        let author = try #require(table.author)
        let received = StatusTable(
            term: 1, generation: Generation(1), version: 2, author: author, isServed: true, hosts: table.hosts)
        #expect(received == table)
    }

    @Test func `decide: a host knows itself better than its table does`() {
        let table = GatewayRig.table(of: "gwb", isServed: false)
        #expect(table.verdict(for: GatewayRank(15, "gwa")) == .backup)
        #expect(table.verdict(for: GatewayRank(20, "gwa")) == .handover)
        #expect(table.verdict(for: GatewayRank(25, "gwb")) == .backup)
        #expect(table.verdict(for: GatewayRank(35, "gwb")) == .handover)
    }

    @Test func `there is room for sixteen`() {
        var table = GatewayRig.table(of: "gwa")
        for number in 3..<16 { table.insert(GatewayRig.host("h\(number)", UInt16(100 + number), 100)) }
        let full = table
        let hasRoom = table.insert(GatewayRig.host("late", 1000, 9))
        #expect(!hasRoom && table == full && table.hosts.count == StatusTable.mostHosts)
    }

    @Test func `a table that nobody can have written is none`() {
        let hosts = GatewayRig.hosts
        let make = { (term: UInt64, hosts: [GatewayHost]) in
            StatusTable(
                term: term, generation: Generation(1), version: 1, author: GatewayRank(30, "gwa"), isServed: true,
                hosts: hosts)
        }
        #expect(make(1, hosts) != nil)
        #expect(make(StatusTable.mostTerm + 1, hosts) == nil)
        #expect(make(1, hosts.reversed()) == nil)
        #expect(make(1, [hosts[0], hosts[0]]) == nil)
        #expect(make(1, [hosts[0], GatewayRig.host("gwa", 5, 9)]) == nil)
        #expect(make(1, (0..<17).map { GatewayRig.host("h\($0)", UInt16(100 - $0), 1) }) == nil)
    }
}
