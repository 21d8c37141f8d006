// Two nodes with two lines each, on real interfaces: classes move within the node first, groups between the nodes when that is better.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Lines {
        private static let lines = ["dsl1", "dsl2"]

        /// The providers' end of all four lines, in a namespace of its own.
        private struct Providers {
            let namespace: NetworkNamespace

            init(of cluster: LifeCluster) throws {
                namespace = try NetworkNamespace.make(cluster.laboratory.run("isp"))
                for node in cluster.laboratory.nodes {
                    for (number, line) in Lines.lines.enumerated() {
                        let network = "10.8\(node.number).\(number)"
                        try namespace.configure([
                            "link add \(port(node.number, number)) type veth peer name \(line) netns \(node.namespace.name)",
                            "link set \(port(node.number, number)) up",
                        ])
                        try node.namespace.configure(["link set \(line) up", "address add \(network).2/24 dev \(line)"])
                    }
                }
            }

            private func port(_ node: Int, _ line: Int) -> String { "n\(node)l\(line)" }

            func set(_ line: Int, of node: Int, works: Bool) throws {
                try namespace.configure(["link set \(port(node, line)) \(works ? "up" : "down")"])
            }
        }

        private func settings(_ health: String) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives = [
                "auto_failback off", "line_health \(health)", "class all 10.9.0.0/16 prefer dsl1 dsl2",
            ]
            settings.directivesOfNode = (0...1).map { node in
                Self.lines.enumerated().map { "line \($1) \($1) via=10.8\(node).\($0).1 rise=200ms" }
            }
            return settings
        }

        /// The line that the class is on, as the daemon says it and as the kernel has it.
        private func way(_ node: LabNode, in cluster: LifeCluster) throws -> [String] {
            let report = try cluster.laboratory.tool("cl_status", ["lines"], on: node).output
            let told = report.split(separator: "\n").first { $0.hasPrefix("class") }?.split(separator: "\t")
            let rules = try node.run(["ip", "rule", "show"]).output.split(separator: "\n")
            let table = rules.first { $0.contains("from 10.9.0.0/16 ") }?.split(separator: " ").last {
                $0.hasPrefix("10")
            }
            return [told.map { String($0[2]) } ?? "-", table.map { "dsl\($0.suffix(1))" } ?? "-"]
        }

        @Test(
            "In each of the 16 states of their lines both classes and groups are where they are best off",
            arguments: ["last", "each"])
        func states(health: String) throws {
            try LifeCluster.run(settings(health)) { cluster in
                let providers = try Providers(of: cluster)
                defer { providers.namespace.remove() }
                try cluster.startBoth()
                var isDead = [[false, false], [false, false]]
                var holdings = ["local", "local"]
                var ways = ["dsl1", "dsl1"]
                for number in 1...16 {
                    let bit = min(number.trailingZeroBitCount, 3)
                    isDead[bit / 2][bit % 2].toggle()
                    try providers.set(bit % 2, of: bit / 2, works: !isDead[bit / 2][bit % 2])
                    let losses = isDead.map { lines in
                        health == "each" ? lines.count(where: \.self) : lines.allSatisfy(\.self) ? 1 : 0
                    }
                    if losses[0] != losses[1] { holdings = losses[0] < losses[1] ? ["all", "none"] : ["none", "all"] }
                    for node in 0...1 {
                        ways[node] = isDead[node].firstIndex(of: false).map { Self.lines[$0] } ?? ways[node]
                        try cluster.wait(for: "\(isDead): node \(node) to use \(ways[node])") {
                            try way(cluster.laboratory.nodes[node], in: cluster) == [ways[node], ways[node]]
                        }
                    }
                    try cluster.waitForHoldings(holdings[0], holdings[1])
                }
            }
        }

        @Test func `a daemon that stops takes its rules and routes along, and one that is killed leaves them in force`()
            throws
        {
            try LifeCluster.run(settings("last")) { cluster in
                let providers = try Providers(of: cluster)
                defer { providers.namespace.remove() }
                try cluster.startBoth()
                let node = cluster.first
                try cluster.wait(for: "the class to be on its line") { try way(node, in: cluster) == ["dsl1", "dsl1"] }
                let rules = try node.run(["ip", "rule", "show"]).output
                try cluster.signal("KILL", node)
                try cluster.wait(for: "the daemon to be gone") { try !cluster.isRunning(node) }
                #expect(try node.run(["ip", "rule", "show"]).output == rules)
                try cluster.start(node)
                try cluster.wait(for: "the class to be told of again") {
                    try way(node, in: cluster) == ["dsl1", "dsl1"]
                }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                #expect(try !node.run(["ip", "rule", "show"]).output.contains("lookup 101"))
            }
        }
    }
}
