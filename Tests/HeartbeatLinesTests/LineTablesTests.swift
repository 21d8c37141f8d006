// What the kernel is to have, and how it gets there.

import HeartbeatFormats
import HeartbeatModel
import Testing

@testable import HeartbeatLines

@Suite struct LineTablesTests {
    private let facts = ["dsl1": Gateway.facts("dsl1"), "dsl2": Gateway.facts("dsl2")]

    private func tables(_ chosen: [String: String], facts: [String: LineFacts]? = nil) -> LineTables {
        LineTables(Gateway.standard, facts: facts ?? self.facts, chosen: chosen)
    }

    @Test("Rules and routes are these, in this order")
    func rules() {
        let tables = tables(["servers": "dsl1", "workstations": "dsl2"])
        #expect(
            tables.rules.map { "\($0)" } == [
                "1000: lookup 254 suppress_prefixlength 0", "1010: from 198.51.100.2 lookup 101",
                "1011: from 203.0.113.2 lookup 102", "1030: oif ppp0 lookup 101", "1031: oif eth2 lookup 102",
                "1132: from 10.0.0.10 lookup 101", "1396: from 10.0.0.0/24 lookup 102",
            ])
        #expect(
            tables.routes.map { "\($0)" } == [
                "unreachable default table 101 metric 4294967295", "default dev 7 table 101 src 198.51.100.2",
                "unreachable default table 102 metric 4294967295",
                "default via 203.0.113.1 dev 3 table 102 src 203.0.113.2 onlink",
            ])
    }

    @Test("A server is told apart from its network, whatever stands first in the file")
    func ranks() {
        var configuration = Gateway.standard
        configuration.classes.reverse()
        let chosen = ["servers": "dsl1", "workstations": "dsl2"]
        #expect(LineTables(configuration, facts: facts, chosen: chosen) == tables(chosen))
    }

    @Test("While a line has no way, what belongs to it goes nowhere, and not by another line")
    func nowhere() {
        let tables = tables(["servers": "dsl1", "workstations": "dsl2"], facts: ["dsl2": Gateway.facts("dsl2")])
        #expect(tables.routes.filter { $0.table == 101 }.map(\.way) == [.unreachable])
        #expect(tables.rules.contains { $0.table == 101 && $0.priority >= 1100 })
    }

    @Test("What this host sends has its class; a mark leads to its line; a destination is told apart")
    func others() {
        var configuration = Gateway.standard
        configuration.lines[0].mark = 1
        configuration.classes = [
            TrafficClass(name: "local", sources: [], lines: ["dsl2", "dsl1"]),
            TrafficClass(
                name: "vpn", sources: [network("10.0.0.0", 24)], destinations: [network("10.31.0.0", 24)],
                lines: ["dsl1"]),
        ]
        let tables = LineTables(configuration, facts: facts, chosen: ["local": "dsl2", "vpn": "dsl1"])
        let texts = tables.rules.map { "\($0)" }
        #expect(texts.contains("2932: iif lo lookup 102"))
        #expect(texts.contains("1050: fwmark 1 lookup 101"))
        #expect(texts.contains("1372: from 10.0.0.0/24 to 10.31.0.0/24 lookup 101"))
        #expect(
            LineTables.choices(in: tables.rules, of: configuration) == ["local": "dsl2", "vpn": "dsl1"])
    }

    @Test("Only the difference is changed: a switch of one class is one rule that comes and one that goes")
    func difference() {
        let before = tables(["servers": "dsl1", "workstations": "dsl2"])
        let after = tables(["servers": "dsl2", "workstations": "dsl2"])
        #expect(after.changes(from: after).isEmpty)
        let changes = after.changes(from: before)
        #expect(changes.count == 2)
        #expect(changes.map(\.isRemoval) == [false, true])
    }

    @Test("A route that changes is replaced, never missing")
    func replaced() {
        let chosen = ["servers": "dsl1", "workstations": "dsl2"]
        var moved = facts
        moved["dsl1"] = Gateway.facts("dsl1", index: 9, host: 77)
        let changes = tables(chosen, facts: moved).changes(from: tables(chosen))
        #expect(changes.contains { if case .replaceRoute = $0 { true } else { false } })
        #expect(!changes.contains { if case .removeRoute = $0 { true } else { false } })
    }

    @Test("Applying the changes gives what is wanted, whatever was there", arguments: 0..<50)
    func applying(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func some() -> LineTables {
            var chosen: [String: String] = [:]
            for name in ["servers", "workstations"] {
                chosen[name] = ["dsl1", "dsl2", nil].randomElement(using: &random)!
            }
            var known: [String: LineFacts] = [:]
            for name in ["dsl1", "dsl2"] where Bool.random(using: &random) {
                known[name] = Gateway.facts(name, index: .random(in: 3...5, using: &random))
            }
            return tables(chosen, facts: known)
        }
        let (before, after) = (some(), some())
        var (rules, routes) = (Set(before.rules), before.routes)
        for change in after.changes(from: before) {
            switch change {
            case .addRule(let rule): #expect(rules.insert(rule).inserted)
            case .removeRule(let rule): #expect(rules.remove(rule) != nil)
            case .addRoute(let route):
                #expect(!routes.contains { $0.place == route.place })
                routes.append(route)
            case .replaceRoute(let route):
                #expect(routes.contains { $0.place == route.place })
                routes.removeAll { $0.place == route.place }
                routes.append(route)
            case .removeRoute(let route): routes.removeAll { $0 == route }
            }
        }
        #expect(rules == Set(after.rules))
        #expect(Set(routes) == Set(after.routes))
    }
}
