// What operators and old scripts can ask of a running pair: hb_standby and hb_takeover in all their words, and messages
// written into the FIFO. Each test walks one pair from state to state.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Operators {
        /// An order and what both nodes hold when it has been carried out.
        private struct Order {
            var tool: String
            var words: [String]
            /// 0 or 1: the node it is given on.
            var node: Int
            /// The set the tool says that it moves.
            var set: String
            var holdings: (String, String)

            init(_ tool: String, _ words: [String], on node: Int, _ set: String, _ holdings: (String, String)) {
                (self.tool, self.words, self.node, self.set, self.holdings) = (tool, words, node, set, holdings)
            }

            var sentence: String { (tool == "hb_standby" ? "Going standby" : "Taking over") + " [\(set)].\n" }
        }

        /// Every word of both tools, each order beginning where the one before has ended.
        private static let orders = [
            Order("hb_standby", [], on: 0, "all", ("none", "all")),
            Order("hb_takeover", ["local"], on: 0, "local", ("local", "local")),
            Order("hb_standby", ["local"], on: 0, "local", ("none", "all")),
            Order("hb_standby", ["failback"], on: 1, "foreign", ("local", "local")),
            Order("hb_takeover", [], on: 1, "all", ("none", "all")),
            Order("hb_standby", ["foreign"], on: 1, "foreign", ("local", "local")),
            Order("hb_takeover", ["foreign"], on: 0, "foreign", ("all", "none")),
            Order("hb_standby", ["all"], on: 0, "all", ("none", "all")),
            Order("hb_takeover", ["all"], on: 0, "all", ("all", "none")),
            Order("hb_standby", ["all"], on: 0, "all", ("none", "all")),
            Order("hb_takeover", ["failback"], on: 0, "all", ("all", "none")),
            Order("hb_standby", ["failback"], on: 0, "foreign", ("local", "local")),
        ]

        @Test func `every word of hb_standby and hb_takeover moves what it says and nothing else`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                for order in Self.orders {
                    let before = cluster.laboratory.nodes.map { Set(cluster.running(on: $0)) }
                    let count = cluster.changes.count
                    let node = cluster.laboratory.nodes[order.node]
                    let result = try cluster.laboratory.tool(order.tool, order.words, on: node)
                    #expect(result.code == 0 && result.output == order.sentence, "\(order) \(result)")
                    try cluster.waitForHoldings(order.holdings.0, order.holdings.1)
                    // Each group that moved was stopped once and started once; no other was touched.
                    let after = cluster.laboratory.nodes.map { Set(cluster.running(on: $0)) }
                    let moved = zip(before, after).map { $1.subtracting($0).count }.reduce(0, +)
                    #expect(cluster.changes.count - count == 2 * moved, "\(order): \(cluster.changes)")
                }
            }
        }

        @Test func `an order that makes no sense or cannot be given is refused`() throws {
            try LifeCluster.run { cluster in
                try cluster.boot(cluster.first)
                for tool in ["hb_standby", "hb_takeover"] {
                    let unheard = try cluster.laboratory.tool(tool, ["all"], on: cluster.first)
                    #expect(unheard.code == 1 && unheard.output.contains("heartbeat is not running"), "\(unheard)")
                }
                try cluster.start(cluster.first)
                for tool in ["hb_standby", "hb_takeover"] {
                    let early = try cluster.laboratory.tool(tool, ["all"], on: cluster.first)
                    #expect(early.code == 1 && early.output.contains("not yet"), "\(early)")
                    let bad = try cluster.laboratory.tool(tool, ["web"], on: cluster.first)
                    #expect(bad.code == 1 && bad.output.contains("wrong resources(web)."), "\(bad)")
                }
                try cluster.boot(cluster.second)
                try cluster.start(cluster.second)
                try cluster.waitForHoldings("local", "local")
            }
        }

        @Test func `old scripts give the same orders through the FIFO`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                try Self.write("t=ask_resources\nrsc_hold=all\ninfo=me\n", into: cluster.first)
                try cluster.waitForHoldings("none", "all")
                // hb_takeover of the original: its own node only passes it on, the other one acts.
                try Self.write("t=hb_takeover\nrsc_hold=local\n", into: cluster.first)
                try cluster.waitForHoldings("local", "local")
                let changes = cluster.changes
                try Self.write("t=ask_resources\nrsc_hold=everything\ninfo=me\n", into: cluster.first)
                try Self.write("nonsense\n", into: cluster.first)
                try Self.write("t=ask_resources\nrsc_hold=local\ninfo=me\n", into: cluster.first)
                try cluster.waitForHoldings("none", "all")
                #expect(cluster.changes == changes + ["cluster1 stop web", "cluster2 start web"])
            }
        }

        /// As the original's ha_clustermsg does it.
        private static func write(_ fields: String, into node: LabNode) throws {
            let script = "printf '%s' \"$1\" >>'\(node.stateDirectory)/fifo'"
            let result = try node.run(["sh", "-c", script, "sh", ">>>\n" + fields + "<<<\n"])
            guard result.code == 0 else { throw LifeFailure("fifo: \(result.output)") }
        }
    }
}
