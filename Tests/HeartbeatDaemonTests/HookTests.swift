// What an owner has put into rc.d, on a pair of real daemons: for which events it is run, and what it is told.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Hooks {
        private static let types = ["status", "stonith", "shutdone", "hb_takeover", "greeting", "ask_resources"]

        /// Writes a line for each event: the word it is called with, then what the message says.
        private static func install(_ type: String, on node: LabNode) throws {
            let text = """
                #!/bin/sh
                echo "$1 src=$HA_src st=$HA_st to=$HA_to own=$HA_OSTATUS node=$HA_CURHOST" >>"$HA_DIR/events"
                [ "$HA_to" != nobody ] || exit 3
                """
            try Files.write(text, to: "\(node.configDirectory)/rc.d/\(type)", mode: 0o755)
        }

        private static func events(of node: LabNode) -> [String] {
            Files.read("\(node.configDirectory)/events").split(separator: "\n").map(String.init)
        }

        private static func write(_ fields: String, into node: LabNode) throws {
            let script = "printf '%s' \"$1\" >>'\(node.stateDirectory)/fifo'"
            let result = try node.run(["sh", "-c", script, "sh", ">>>\n" + fields + "<<<\n"])
            guard result.code == 0 else { throw LifeFailure("fifo: \(result.output)") }
        }

        @Test func `a script in rc.d is run for each event it is named like`() throws {
            try LifeCluster.run { cluster in
                for node in cluster.laboratory.nodes {
                    try Files.makeDirectory("\(node.configDirectory)/rc.d")
                    for type in Self.types { try Self.install(type, on: node) }
                }
                try cluster.startBoth()
                try cluster.wait(for: "the peer's status") {
                    Self.events(of: cluster.first)
                        .contains("status src=cluster2 st=active to= own=active node=cluster1")
                }
                // What a script writes into the FIFO arrives on both nodes.
                try Self.write("t=greeting\nto=all\n", into: cluster.first)
                try Self.write("t=greeting\nto=nobody\n", into: cluster.first)
                for node in cluster.laboratory.nodes {
                    try cluster.wait(for: "the greetings on \(node.name)") {
                        Self.events(of: node).filter { $0.hasPrefix("greeting ") } == [
                            "greeting src=cluster1 st= to=all own=active node=\(node.name)",
                            "greeting src=cluster1 st= to=nobody own=active node=\(node.name)",
                        ]
                    }
                }
                try cluster.wait(for: "the complaint") {
                    cluster.log(of: cluster.first).contains("rc.d/greeting exited with 3")
                }
                #expect(try cluster.laboratory.tool("hb_takeover", ["all"], on: cluster.first).code == 0)
                try cluster.waitForHoldings("all", "none")
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.second).code == 0)
                try cluster.wait(for: "the peer's death") {
                    Self.events(of: cluster.first).last == "stonith src=cluster1 st= to= own=active node=cluster1"
                }
                // Told when the peer said so, and not again when it had been silent for its deadtime.
                let events = Self.events(of: cluster.first)
                let deaths = events.filter { $0 == "status src=cluster2 st=dead to= own=active node=cluster1" }
                #expect(deaths.count == 1, "\(events)")
                // What the daemon answers itself must not be answered twice.
                #expect(!events.contains { $0.hasPrefix("ask_resources ") || $0.hasPrefix("shutdone ") }, "\(events)")
                #expect(cluster.says("rc.d/ask_resources is not run", on: cluster.first))
            }
        }

        @Test func `harc is called where there is one`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try Files.makeDirectory("\(node.configDirectory)/rc.d")
                try Self.install("status", on: node)
                try Files.write(
                    "#!/bin/sh\necho \"harc $*\" >>\"$HA_DIR/events\"\nexec \"$HA_RCDIR/$1\" \"$1\"\n",
                    to: "\(node.configDirectory)/harc", mode: 0o755)
                try cluster.startBoth()
                try cluster.wait(for: "both calls") {
                    let events = Self.events(of: node)
                    return events.first == "harc status" && events.count >= 2
                        && events[1].hasPrefix("status src=cluster2 ")
                }
            }
        }
    }
}
