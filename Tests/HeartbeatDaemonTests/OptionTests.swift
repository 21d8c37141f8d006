// The options that change how a daemon runs or how long a command waits, on real daemons: -M, -k with a time limit, --wait,
// and what every tool does about a daemon that stands still.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Options {
        @Test func `a node started with -M is a member that runs nothing, and says so`() throws {
            var settings = LifeCluster.Settings()
            settings.times = ["keepalive 100ms", "deadtime 1", "initdead 1"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let start = try cluster.laboratory.heartbeat(["-M"], on: node)
                #expect(start.code == 0, "\(start.output)")
                try cluster.wait(for: "the node to settle") {
                    try cluster.status(["nodestatus", "cluster1"], on: node) == "active"
                        && cluster.status(["rscstatus"], on: node) != "transition"
                }
                let status = try cluster.laboratory.heartbeat(["-s"], on: node)
                #expect(status.code == 0 && status.output.hasSuffix("started with -M and runs no resource groups.\n"))
                #expect(try cluster.status(["hbparameter", "-p", "manage_resources"], on: node) == "no")
                #expect(try cluster.status(["groups"], on: node) == "")
                #expect(cluster.says("Started with -M", on: node))
                try cluster.boot(cluster.second)
                try cluster.start(cluster.second)
                try cluster.wait(for: "both to settle") {
                    try cluster.status(["nodestatus", "cluster1"], on: cluster.second) == "active"
                        && cluster.status(["rscstatus"], on: node) == "local"
                        && cluster.status(["rscstatus"], on: cluster.second) == "local"
                        && cluster.running(on: cluster.second) == ["mail"]
                }
                // What is at home on a member that runs nothing runs where it is taken.
                let takeover = try cluster.laboratory.tool("hb_takeover", ["foreign", "--wait"], on: cluster.second)
                #expect(takeover.code == 0, "\(takeover)")
                #expect(cluster.running(on: cluster.second) == ["mail", "web"])
                // Reading the files again does not bring the groups back.
                #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                #expect(!cluster.laboratory.scripts().records.contains { $0.node == "cluster1" })
            }
        }

        @Test func `-k with a time limit says what it waits for and leaves the daemon to its work`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                let barrier = node.runDirectory + "/barrier"
                try cluster.boot(node)
                try node.install(
                    "web", lines: "if [ $verb = stop ]; then while [ -e '\(barrier)' ]; do sleep 0.1; done; fi")
                #expect(try node.run(["touch", barrier]).code == 0)
                try cluster.start(node)
                try cluster.wait(for: "both groups") { cluster.running(on: node) == ["mail", "web"] }
                let stop = try cluster.laboratory.heartbeat(["-k", "--timeout", "1"], on: node)
                #expect(stop.code == 1, "\(stop.output)")
                #expect(
                    stop.output.contains("has not stopped within 1 s") && stop.output.contains("web is being stopped"),
                    "\(stop.output)")
                #expect(try cluster.isRunning(node))
                #expect(try node.run(["rm", barrier]).code == 0)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                #expect(try !cluster.isRunning(node) && cluster.running(on: node).isEmpty)
            }
        }

        @Test func `with --wait an order returns when the groups have moved`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                for (tool, words, holdings) in Self.moves {
                    let move = try cluster.laboratory.tool(tool, words + ["--wait"], on: cluster.first)
                    #expect(move.code == 0, "\(tool) \(words): \(move.output)")
                    // Nobody waits here: what the command has promised is already so.
                    #expect(try cluster.status(["rscstatus"], on: cluster.first) == holdings)
                    let own = try cluster.laboratory.tool("cl_status", ["groups"], on: cluster.first)
                    #expect(own.code == 0 && own.output.contains("acquiring") == false, "\(own.output)")
                    #expect(cluster.running(on: cluster.first).count + cluster.running(on: cluster.second).count == 2)
                }
                // An order that cannot be given is not waited for.
                try cluster.laboratory.powerOff(cluster.second)
                try cluster.wait(for: "the death of cluster2") {
                    try cluster.status(["nodestatus", "cluster2"], on: cluster.first) == "dead"
                }
                let refused = try cluster.laboratory.tool("hb_standby", ["--wait"], on: cluster.first)
                #expect(refused.code == 1 && refused.output.contains("is not active"), "\(refused)")
            }
        }

        private static let moves = [
            ("hb_standby", ["all"], "none"), ("hb_takeover", ["local"], "local"), ("hb_takeover", ["foreign"], "all"),
            ("hb_standby", ["failback"], "local"),
        ]

        @Test func `a move that fails is told by --wait, and one that takes long is not waited for for ever`() throws {
            try LifeCluster.run { cluster in
                let barrier = cluster.first.runDirectory + "/barrier"
                try cluster.startBoth()
                try cluster.first.install(
                    "web", lines: "if [ $verb = stop ]; then while [ -e '\(barrier)' ]; do sleep 0.1; done; fi")
                #expect(try cluster.first.run(["touch", barrier]).code == 0)
                let late = try cluster.laboratory.tool(
                    "hb_standby", ["local", "--wait", "--timeout", "1"], on: cluster.first)
                #expect(late.code == 12 && late.output.contains("hb_standby: not over after 1 s"), "\(late)")
                #expect(try cluster.first.run(["rm", barrier]).code == 0)
                try cluster.waitForHoldings("none", "all")
                // Now the service does not start any more where it shall go.
                try cluster.first.install("web", lines: "[ $verb != start ] || exit 1")
                let failed = try cluster.laboratory.tool("hb_takeover", ["local", "--wait"], on: cluster.first)
                #expect(failed.code == 1 && failed.output.contains("hb_takeover: "), "\(failed)")
            }
        }

        @Test func `a daemon that stands still keeps nobody waiting`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.signal("STOP", node)
                let status = try cluster.laboratory.heartbeat(["-s"], on: node)
                #expect(status.code == 0 && status.output.contains("did not answer within 2 s"), "\(status.output)")
                let question = try cluster.laboratory.tool("cl_status", ["rscstatus"], on: node)
                #expect(question.code == 12 && question.output.contains("did not answer within 5 s"), "\(question)")
                let order = try cluster.laboratory.tool("hb_standby", [], on: node)
                #expect(order.code == 12 && order.output.contains("hb_standby: heartbeat did not answer"), "\(order)")
                let stop = try cluster.laboratory.heartbeat(["-k", "--timeout", "1"], on: node)
                #expect(stop.code == 1 && stop.output.contains("it does not answer"), "\(stop.output)")
                try cluster.signal("CONT", node)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
            }
        }
    }
}
