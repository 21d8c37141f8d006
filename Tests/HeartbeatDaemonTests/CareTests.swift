// What a running node does without being asked, or when its files change under it: real daemons, pretended services.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Care {
        /// Takes a pretended service away, as a crash of it would.
        private static func kill(_ service: String, on node: LabNode) throws {
            let path = URL(fileURLWithPath: node.runDirectory).deletingLastPathComponent().path + "/services/" + service
            try FileManager.default.removeItem(atPath: path)
        }

        private static func settings(_ directives: String...) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.directives += directives
            settings.groups = ["cluster1 db web", "cluster2 mail"]
            return settings
        }

        // MARK: - Checks

        @Test func `a service that dies is restarted with what stands right of it`() throws {
            try LifeCluster.run(Self.settings("monitor 1")) { cluster in
                try cluster.startBoth()
                let before = cluster.changes.count
                try Self.kill("db", on: cluster.first)
                try cluster.wait(for: "the restart") {
                    cluster.changes.dropFirst(before)
                        == ["cluster1 stop web", "cluster1 stop db", "cluster1 start db", "cluster1 start web"]
                }
                #expect(cluster.says("db of resource group db does not run any more", on: cluster.first))
                try cluster.waitForHoldings("local", "local")
            }
        }

        @Test func `a service that dies too often moves to the other node`() throws {
            try LifeCluster.run(Self.settings("monitor 1 db", "failure_limit 0")) { cluster in
                try cluster.startBoth()
                try Self.kill("db", on: cluster.first)
                try cluster.wait(for: "the other node") {
                    cluster.running(on: cluster.second) == ["db", "mail", "web"]
                }
                #expect(cluster.running(on: cluster.first) == [])
                #expect(cluster.says("db failed too often", on: cluster.first))
            }
        }

        @Test func `nobody looks unless told to`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.startBoth()
                let calls = cluster.laboratory.scripts().records.count
                try Self.kill("db", on: cluster.first)
                // As long as a check would have taken, and then some.
                #expect(try cluster.laboratory.tool("hb_standby", ["foreign"], on: cluster.second).code == 0)
                try cluster.waitForHoldings("local", "local")
                #expect(
                    cluster.laboratory.scripts().records.dropFirst(calls).allSatisfy { $0.script != "db" })
            }
        }

        // MARK: - A stop that will not succeed

        private static let stubborn = "[ $verb != stop ] || exit 1"

        @Test func `a node whose service will not stop stays and shouts`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.first.install("web", lines: Self.stubborn)
                try cluster.startBoth()
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first).code == 0)
                try cluster.wait(for: "the shout") {
                    cluster.log(of: cluster.first).contains("Resource STOP failure of web")
                }
                try cluster.wait(for: "the group to run on here") {
                    try cluster.laboratory.tool("cl_status", ["groups"], on: cluster.first).output.contains(
                        "db\tcluster1\trunning")
                        && cluster.log(of: cluster.first).contains("it will not stop here, so it stays")
                }
                #expect(cluster.running(on: cluster.second) == ["mail"])
            }
        }

        @Test func `a group that will not stop holds up no other`() throws {
            var settings = Self.settings("shutdown_timeout 4")
            settings.groups = ["cluster1 db web", "cluster1 proxy", "cluster2 mail"]
            try LifeCluster.run(settings) { cluster in
                try cluster.first.install("proxy", lines: Self.stubborn)
                try cluster.startBoth()
                let before = cluster.changes.count
                let stop = try cluster.laboratory.heartbeat(["-k"], on: cluster.first)
                #expect(
                    stop.code == 1 && stop.output.contains("without having stopped everything: proxy"), "\(stop.output)"
                )
                let changes = cluster.changes.dropFirst(before)
                let moved = try #require(changes.lastIndex(of: "cluster2 start web"), "\(changes)")
                let tried = try #require(changes.lastIndex(of: "cluster1 stop proxy"), "\(changes)")
                #expect(moved < tried, "the service waited for what would not stop: \(changes)")
                #expect(!changes.contains("cluster2 start proxy"), "it was still up on a node that said so")
                #expect(cluster.says("Heartbeat ends although resource group proxy", on: cluster.first))
                try cluster.wait(for: "the other node to take over what was left") {
                    cluster.running(on: cluster.second) == ["db", "mail", "proxy", "web"]
                }
                #expect(cluster.says("and had not stopped resource group proxy", on: cluster.second))
            }
        }

        @Test func `a group whose script only one node has runs there`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                let script = cluster.first.configDirectory + "/resource.d/web"
                try FileManager.default.moveItem(atPath: script, toPath: script + ".away")
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "the other node to run it") {
                    cluster.running(on: cluster.second) == ["db", "mail", "web"]
                }
                #expect(cluster.running(on: cluster.first) == [])
                #expect(try cluster.laboratory.tool("hb_takeover", ["all", "--wait"], on: cluster.second).code == 0)
                try FileManager.default.moveItem(atPath: script + ".away", toPath: script)
                #expect(try cluster.laboratory.tool("hb_takeover", ["local", "--wait"], on: cluster.first).code == 0)
                try cluster.waitForHoldings("local", "local")
                for node in cluster.laboratory.nodes {
                    #expect(!cluster.log(of: node).contains("Both machines own"))
                }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
            }
        }

        @Test func `with on_stop_failure release the other node gets it all the same`() throws {
            try LifeCluster.run(Self.settings("on_stop_failure release")) { cluster in
                try cluster.first.install("web", lines: Self.stubborn)
                try cluster.startBoth()
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first).code == 0)
                try cluster.wait(for: "the other node") {
                    try cluster.status(["rscstatus"], on: cluster.second) == "all"
                }
                #expect(cluster.says("handed over although it may still run here", on: cluster.first))
            }
        }

        /// In its PID namespace a reboot ends the node and nothing else.
        @Test func `with on_stop_failure reboot the machine goes down and the other node takes over`() throws {
            try LifeCluster.run(Self.settings("on_stop_failure reboot")) { cluster in
                try cluster.first.install("web", lines: Self.stubborn)
                try cluster.startBoth()
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first).code == 0)
                try cluster.wait(for: "the takeover") { try cluster.status(["rscstatus"], on: cluster.second) == "all" }
                #expect(cluster.says("rebooting, so that the other node may take over", on: cluster.first))
                #expect(cluster.says("node cluster1: is dead", on: cluster.second))
            }
        }

        // MARK: - Reload

        private static func reload(_ settings: LifeCluster.Settings, _ cluster: LifeCluster) throws {
            try cluster.configure(settings)
            for node in cluster.laboratory.nodes {
                let length = cluster.log(of: node).utf8.count
                #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0)
                try cluster.wait(for: "the files to be read") {
                    cluster.log(of: node).dropFirst(length).contains("The configuration was read again")
                }
            }
        }

        @Test func `a resource, a group and a medium are added without touching what runs`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.startBoth()
                let before = cluster.changes.count
                var settings = Self.settings()
                settings.groups = ["cluster1 db web proxy", "cluster2 mail", "cluster2 news"]
                settings.media = ["bcast eth0", "bcast eth1"]
                try Self.reload(settings, cluster)
                try cluster.waitForHoldings("local", "local")
                #expect(Set(cluster.changes.dropFirst(before)) == ["cluster1 start proxy", "cluster2 start news"])
                try cluster.wait(for: "the new link") {
                    try cluster.status(["hblinkstatus", "cluster2", "eth1"], on: cluster.first) == "up"
                }
                for node in cluster.laboratory.nodes { #expect(!cluster.log(of: node).contains("is dead")) }
            }
        }

        @Test func `a group that only one node knows is not started before the other knows it too`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.startBoth()
                let node = cluster.first
                try node.install("news")
                try node.configure("haresources", "cluster1 db web\ncluster2 mail\ncluster1 news\n")
                #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0)
                try cluster.wait(for: "the message") {
                    cluster.log(of: node).contains("node cluster2 has other lines in haresources for news")
                }
                #expect(cluster.running(on: node) == ["db", "web"])
                let refused = try cluster.laboratory.tool("hb_standby", ["local"], on: node)
                #expect(refused.code != 0 && refused.output.contains("haresources"), "\(refused.output)")
                try cluster.second.install("news")
                try cluster.second.configure("haresources", "cluster1 db web\ncluster2 mail\ncluster1 news\n")
                #expect(try cluster.laboratory.heartbeat(["-r"], on: cluster.second).code == 0)
                try cluster.wait(for: "the new group") { cluster.running(on: node) == ["db", "news", "web"] }
            }
        }

        @Test func `a line that each node has under its own name runs on one of them, and both complain`() throws {
            var settings = Self.settings()
            settings.groups = ["cluster1 db web"]
            try LifeCluster.run(settings) { cluster in
                try cluster.second.configure("haresources", "cluster2 db web\n")
                try cluster.startBoth()
                for (node, other) in [(cluster.first, "cluster2"), (cluster.second, "cluster1")] {
                    try cluster.wait(for: "the complaint") {
                        cluster.log(of: node).contains("node \(other) has in haresources under its own name")
                    }
                }
                try cluster.wait(for: "the one that serves") { cluster.running(on: cluster.first) == ["db", "web"] }
                #expect(cluster.running(on: cluster.second).isEmpty)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                try cluster.wait(for: "the other one") { cluster.running(on: cluster.second) == ["db", "web"] }
            }
        }

        @Test func `a misspelt script costs its group until the line is mended, and nothing else`() throws {
            var misspelt = Self.settings()
            misspelt.groups = ["cluster1 db wbe", "cluster2 mail"]
            try LifeCluster.run(misspelt) { cluster in
                for node in cluster.laboratory.nodes {
                    try FileManager.default.removeItem(atPath: node.configDirectory + "/resource.d/wbe")
                    try cluster.boot(node)
                    try cluster.start(node)
                }
                try cluster.wait(for: "both to have tried") {
                    cluster.laboratory.nodes.allSatisfy {
                        cluster.log(of: $0).contains("group db, start could not be run")
                    }
                }
                try cluster.wait(for: "the rest") {
                    cluster.running(on: cluster.first) == [] && cluster.running(on: cluster.second) == ["mail"]
                }
                try Self.reload(Self.settings(), cluster)
                try cluster.wait(for: "the service") { cluster.running(on: cluster.first) == ["db", "web"] }
                #expect(cluster.running(on: cluster.second) == ["mail"])
            }
        }

        @Test func `other nodes are not taken up`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.startBoth()
                var text = cluster.text(cluster.first.configDirectory + "/ha.cf")
                text = text.replacingOccurrences(of: "node cluster1 cluster2", with: "node cluster1 cluster3")
                try cluster.first.configure("ha.cf", text)
                try cluster.first.configure("haresources", "cluster1 db web\n")
                #expect(try cluster.laboratory.heartbeat(["-r"], on: cluster.first).code == 0)
                try cluster.wait(for: "the refusal") {
                    cluster.log(of: cluster.first).contains("needs a restart of both nodes")
                }
                try cluster.waitForHoldings("local", "local")
            }
        }
    }
}
