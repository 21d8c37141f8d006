// hbctl giving orders to a real pair, on both of its nodes: what it calls done is so, and what it has ordered outlives what it should.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct OrdersOfHbctl {
        private static func hbctl(_ words: [String], on node: LabNode, _ cluster: LifeCluster) throws -> Command {
            try cluster.laboratory.tool("hbctl", words + ["--yes", "--timeout", "60"], on: node)
        }

        private static func problems(on node: LabNode, _ cluster: LifeCluster) throws -> String {
            try cluster.laboratory.tool("hbctl", ["status", "--json"], on: node).output
        }

        @Test func `standby, takeover and failback end when both nodes serve what was ordered`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let given = try Self.hbctl(["standby"], on: cluster.first, cluster)
                #expect(given.code == 0 && given.output.contains("done, as both nodes tell"), "\(given)")
                #expect(cluster.running(on: cluster.first).isEmpty)
                #expect(cluster.running(on: cluster.second) == ["mail", "web"])
                let taken = try Self.hbctl(["takeover"], on: cluster.first, cluster)
                #expect(taken.code == 0, "\(taken)")
                #expect(cluster.running(on: cluster.first) == ["mail", "web"])
                let home = try Self.hbctl(["failback"], on: cluster.second, cluster)
                #expect(home.code == 0, "\(home)")
                #expect(
                    cluster.running(on: cluster.first) == ["web"] && cluster.running(on: cluster.second) == ["mail"])
                let again = try Self.hbctl(["failback"], on: cluster.first, cluster)
                #expect(again.code == 0 && again.output.contains("everything is as it should be"), "\(again)")
            }
        }

        @Test func `one group moves alone, and returns when the other node ends or gives its set`() throws {
            var settings = LifeCluster.Settings()
            settings.directives = ["auto_failback off"]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                #expect(try Self.hbctl(["standby"], on: cluster.second, cluster).code == 0)
                #expect(cluster.running(on: cluster.first) == ["mail", "web"])
                let moved = try Self.hbctl(["move", "web"], on: cluster.first, cluster)
                #expect(moved.code == 0 && moved.output.contains("web  cluster1 -> cluster2"), "\(moved)")
                #expect(
                    cluster.running(on: cluster.first) == ["mail"] && cluster.running(on: cluster.second) == ["web"])
                for node in cluster.laboratory.nodes {
                    let problems = try Self.problems(on: node, cluster)
                    #expect(!problems.contains("failed"), "\(problems)")
                }
                try cluster.signal("TERM", cluster.second)
                try cluster.wait(for: "cluster1 to serve everything") {
                    cluster.running(on: cluster.first) == ["mail", "web"]
                }
                try cluster.wait(for: "cluster2 to have ended") { try !cluster.isRunning(cluster.second) }
                try cluster.start(cluster.second)
                try cluster.waitForHoldings("all", "none")
                #expect(try Self.hbctl(["move", "mail"], on: cluster.first, cluster).code == 0)
                #expect(cluster.running(on: cluster.second) == ["mail"])
                let home = try Self.hbctl(["move", "mail"], on: cluster.second, cluster)
                #expect(home.code == 0, "\(home)")
                #expect(cluster.running(on: cluster.first) == ["mail", "web"])
                // The node that has given it away asks for it.
                #expect(try Self.hbctl(["move", "mail"], on: cluster.first, cluster).code == 0)
                #expect(cluster.running(on: cluster.second) == ["mail"])
                let back = try Self.hbctl(["move", "mail"], on: cluster.first, cluster)
                #expect(back.code == 0 && back.output.contains("mail  cluster2 -> cluster1"), "\(back)")
                #expect(cluster.running(on: cluster.first) == ["mail", "web"])
            }
        }

        @Test func `a node in maintenance serves nothing, over a boot, and gets its group back when it is over`() throws
        {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let on = try Self.hbctl(["maintenance", "on", "--reason", "new disks"], on: cluster.first, cluster)
                #expect(on.code == 0 && on.output.contains("(new disks); 1 group moves"), "\(on)")
                #expect(cluster.running(on: cluster.second) == ["mail", "web"])
                #expect(try Self.problems(on: cluster.first, cluster).contains("is in maintenance for"))
                #expect(try Self.problems(on: cluster.second, cluster).contains("cluster1 is in maintenance for"))
                #expect(try Self.problems(on: cluster.second, cluster).contains("new disks"), "the other one knows why")
                #expect(cluster.says("This node is in maintenance (new disks)", on: cluster.first))
                // It cannot be given to, and does not take.
                let refused = try cluster.laboratory.tool("hb_takeover", ["all"], on: cluster.first)
                #expect(refused.code == 1 && refused.output.contains("this node is in maintenance"), "\(refused)")
                let standby = try Self.hbctl(["standby"], on: cluster.second, cluster)
                #expect(
                    standby.code == 1 && standby.output.contains("refused: node cluster1 is in maintenance"),
                    "\(standby)")
                // A restart changes nothing of it.
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                try cluster.wait(for: "cluster1 to be back") {
                    try cluster.status(["nodestatus", "cluster1"], on: cluster.second) == "active"
                }
                try cluster.waitForHoldings("none", "all")
                let off = try Self.hbctl(["maintenance", "off"], on: cluster.first, cluster)
                #expect(off.code == 0 && off.output.contains("returns by itself"), "\(off)")
                try cluster.waitForHoldings("local", "local")
            }
        }

        @Test func `a node in maintenance serves when it is the last one`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                #expect(try Self.hbctl(["maintenance", "on"], on: cluster.first, cluster).code == 0)
                try cluster.laboratory.powerOff(cluster.second)
                try cluster.wait(for: "cluster1 to serve everything") {
                    cluster.running(on: cluster.first) == ["mail", "web"]
                }
                let off = try Self.hbctl(["maintenance", "off"], on: cluster.first, cluster)
                #expect(off.code == 2 && off.output.contains("cluster2 is not there to tell"), "\(off)")
            }
        }

        @Test func `maintenance ends by itself when its time has come, also while no daemon runs`() throws {
            try LifeCluster.run { cluster in
                let now = Int(Date().timeIntervalSince1970)
                let places = cluster.laboratory.nodes.map { $0.stateDirectory + "/maintenance" }
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for (place, until) in zip(places, [now + 8, now - 5]) {
                    try "maintenance\treason=kernel\tsince=1\tuntil=\(until)\n".write(
                        toFile: place, atomically: false, encoding: .utf8)
                }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                #expect(cluster.says("This node is in maintenance (kernel)", on: cluster.first))
                #expect(cluster.says("This node is in service again", on: cluster.first))
                try cluster.waitForHoldings("local", "local")
                #expect(!cluster.log(of: cluster.second).contains("in maintenance"))
                try cluster.wait(for: "both files to be empty") { places.allSatisfy { cluster.text($0).isEmpty } }
            }
        }

        @Test func `an order of maintenance that the disk cannot keep is refused, and changes nothing`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                // What is a directory cannot be replaced by a file.
                let place = cluster.first.stateDirectory + "/maintenance"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
                let result = try Self.hbctl(["maintenance", "on"], on: cluster.first, cluster)
                #expect(result.code == 1 && result.output.contains("; nothing was changed"), "\(result)")
                #expect(cluster.says("nothing was changed", on: cluster.first))
                #expect(cluster.running(on: cluster.first) == ["web"])
                #expect(try !Self.problems(on: cluster.first, cluster).contains("in maintenance"))
            }
        }

        @Test func `failback_delay holds a group back, is shown, and holds back no order`() throws {
            var settings = LifeCluster.Settings()
            settings.directives = ["auto_failback on", "failback_delay 3600"]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve everything") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                #expect(
                    cluster.says("it has been well for long enough (failback_delay), in 3", on: cluster.second))
                #expect(try Self.problems(on: cluster.second, cluster).contains("is to be well for long enough first"))
                #expect(cluster.running(on: cluster.second) == ["mail", "web"])
                let home = try Self.hbctl(["failback"], on: cluster.second, cluster)
                #expect(home.code == 0, "\(home)")
                #expect(cluster.running(on: cluster.first) == ["web"])
            }
        }

        @Test func `a short failback_delay ends by itself, and is adopted without a restart`() throws {
            var settings = LifeCluster.Settings()
            settings.directives = ["auto_failback on", "failback_delay 3600"]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve everything") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                #expect(cluster.says("(failback_delay)", on: cluster.second))
                settings.directives = ["auto_failback on", "failback_delay 1"]
                try cluster.configure(settings)
                #expect(try cluster.laboratory.heartbeat(["-r"], on: cluster.second).code == 0)
                try cluster.waitForHoldings("local", "local")
            }
        }
    }
}
