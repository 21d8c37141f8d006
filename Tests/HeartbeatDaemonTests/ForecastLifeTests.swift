// What hbctl forecasts of a real pair, and what then happens to it: who stops and starts what in which order, and who serves at the end.
// Of times only what a script sleeps is compared.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct ForecastLife {
        private struct Plan {
            let exit: Int
            private let plan: [String: Any]

            init(_ words: [String], on node: LabNode, _ cluster: LifeCluster) throws {
                let places = ["--config-dir", node.configDirectory, "--state-dir", node.stateDirectory]
                let output = try cluster.laboratory.tool("hbctl", ["plan", "--json"] + words + places, on: node).output
                let value = try #require(
                    try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
                exit = try #require(value["exit"] as? Int, "\(output)")
                plan = (value["plans"] as? [[String: Any]])?.first ?? [:]
            }

            /// `cluster1 stop web`, as `LifeCluster.changes` says it.
            var changes: [String] {
                let verbs = ["stopped": "stop", "started": "start"]
                return (plan["lines"] as? [[String: Any]] ?? []).flatMap { line -> [String] in
                    guard let verb = verbs[line["kind"] as? String ?? ""], let node = line["node"] as? String else {
                        return []
                    }
                    return (line["words"] as? [String] ?? []).map { "\(node) \(verb) \($0)" }
                }
            }

            /// Who serves each group at the end.
            var owners: [String: [String]] {
                let groups = plan["groups"] as? [[String: Any]] ?? []
                return Dictionary(
                    uniqueKeysWithValues: groups.compactMap { group in
                        (group["group"] as? String).map { ($0, group["owners"] as? [String] ?? []) }
                    })
            }

            func away(_ key: String) -> Double? {
                (plan["groups"] as? [[String: Any]])?.first { $0["group"] as? String == key }?["away_s"] as? Double
            }
        }

        /// The pair has just moved something; for a moment nothing can be told.
        private static func plan(_ words: [String], on node: LabNode, _ cluster: LifeCluster) throws -> Plan {
            var plan: Plan?
            try cluster.wait(for: "a plan of \(words)") {
                let asked = try Plan(words, on: node, cluster)
                plan = asked
                return asked.exit != 3
            }
            return try #require(plan)
        }

        @Test func `what is forecast of an order and of a loss of power then happens`() throws {
            try LifeCluster.run { cluster in
                for node in cluster.laboratory.nodes {
                    try node.install("web", lines: "[ $verb != start ] || sleep 1")
                }
                try cluster.startBoth()
                // The start was learned at once, the stop is by this.
                #expect(try cluster.laboratory.tool("hb_standby", ["local", "--wait"], on: cluster.first).code == 0)
                try cluster.waitForHoldings("none", "all")
                #expect(try cluster.laboratory.tool("hb_takeover", ["local", "--wait"], on: cluster.first).code == 0)
                try cluster.waitForHoldings("local", "local")
                let learned = cluster.first.stateDirectory + "/learned"
                try cluster.wait(for: "what was learned") {
                    ["start", "stop"].allSatisfy { cluster.text(learned).contains("word=web\tverb=\($0)") }
                }
                let order = try Self.plan(["standby", "local"], on: cluster.first, cluster)
                #expect(order.exit == 0 && order.owners == ["web": ["cluster2"], "mail": ["cluster2"]])
                let away = try #require(order.away("web"))
                #expect(away >= 0.9, "the script sleeps a second")
                let before = cluster.changes.count
                #expect(try cluster.laboratory.tool("hb_standby", ["local", "--wait"], on: cluster.first).code == 0)
                try cluster.waitForHoldings("none", "all")
                #expect(Array(cluster.changes[before...]) == order.changes)

                let loss = try Self.plan(["power", "cluster2"], on: cluster.first, cluster)
                #expect(loss.owners == ["web": ["cluster1"], "mail": ["cluster1"]])
                #expect(loss.exit == 1, "mail has never run there")
                try cluster.laboratory.powerOff(cluster.second)
                try cluster.wait(for: "cluster1 to serve everything") {
                    cluster.running(on: cluster.first) == ["mail", "web"]
                }
                let nothing = try Self.plan(["power", "cluster1"], on: cluster.first, cluster)
                #expect(nothing.exit == 2 && nothing.owners == ["web": [], "mail": []])
            }
        }
    }
}
