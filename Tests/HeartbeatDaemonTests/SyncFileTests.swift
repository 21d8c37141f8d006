// Files of `sync` lines between two real daemons: an edit on one node is named on both until it is put right, and with
// `sync_mismatch hold` a node that returns does not get its groups before.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct SyncFiles {
        /// Each node has a file of its own at this path.
        private static let file = "/run/shared.conf"

        private static func settings(_ directives: [String]) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.directives = ["auto_failback on", "sync \(file)"] + directives
            return settings
        }

        private static func write(_ text: String, on node: LabNode) throws {
            try FailureState.shell("echo '\(text)' >\(file)", on: node)
        }

        /// Boots both, with the same file, and starts both.
        private static func start(_ cluster: LifeCluster) throws {
            for node in cluster.laboratory.nodes {
                try cluster.boot(node)
                try write("one", on: node)
            }
            for node in cluster.laboratory.nodes { try cluster.start(node) }
            try cluster.waitForHoldings("local", "local")
            try waitForState("same", on: cluster.laboratory.nodes, cluster)
        }

        private static func waitForState(_ state: String, on nodes: [LabNode], _ cluster: LifeCluster) throws {
            for node in nodes {
                try cluster.wait(for: "cl_status files to say \(state)") {
                    try cluster.status(["files"], on: node).hasPrefix("\(file)\t\(state)\t")
                }
            }
        }

        @Test func `a file that is edited on one node is named on both until it is put right`() throws {
            try LifeCluster.run(Self.settings([])) { cluster in
                try Self.start(cluster)
                let nodes = cluster.laboratory.nodes
                #expect(try cluster.laboratory.tool("cl_status", ["files"], on: cluster.first).code == 0)
                try Self.write("two", on: cluster.first)
                try Self.waitForState("different", on: nodes, cluster)
                // As `echo one | sha256sum` and `echo two | sha256sum` print them first.
                let (one, two) = ("2c8b08da", "27dd8ed4")
                #expect(
                    cluster.says(
                        "\(Self.file) is not the same on both nodes: \(two) here, \(one) on cluster2", on: cluster.first
                    ))
                #expect(
                    cluster.says(
                        "\(Self.file) is not the same on both nodes: \(one) here, \(two) on cluster1",
                        on: cluster.second))
                let listed = try cluster.laboratory.tool("cl_status", ["files"], on: cluster.second)
                #expect(listed.code == 1 && listed.output == "\(Self.file)\tdifferent\t\(one)\t\(two)\n", "\(listed)")
                let order = try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first)
                #expect(order.code == 0 && order.output.contains("warning: \(Self.file) is not the same"), "\(order)")
                try cluster.waitForHoldings("none", "all")
                try Self.write("two", on: cluster.second)
                try Self.waitForState("same", on: nodes, cluster)
                for node in nodes { #expect(cluster.says("\(Self.file) is the same on this node and on", on: node)) }
            }
        }

        @Test func `a file that is listed again is compared again`() throws {
            try LifeCluster.run(Self.settings([])) { cluster in
                try Self.start(cluster)
                let nodes = cluster.laboratory.nodes
                try cluster.configure(LifeCluster.Settings())
                for node in nodes { #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0) }
                for node in nodes {
                    try cluster.wait(for: "an empty list") { try cluster.status(["files"], on: node) == "" }
                }
                try cluster.configure(Self.settings([]))
                for node in nodes { #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0) }
                try Self.waitForState("same", on: nodes, cluster)
            }
        }

        @Test func `with hold a node that returns gets its groups when the file is the same`() throws {
            try LifeCluster.run(Self.settings(["sync_mismatch hold"])) { cluster in
                try Self.start(cluster)
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "the takeover") { try cluster.status(["rscstatus"], on: cluster.second) == "all" }
                try cluster.boot(cluster.first)
                try Self.write("two", on: cluster.first)
                try cluster.start(cluster.first)
                try cluster.wait(for: "the wait to be told") {
                    cluster.log(of: cluster.second).contains(
                        "the resources of node cluster1 do not return to it before")
                }
                // Nothing but the file is left to wait for.
                try Interruption.pause(.seconds(1))
                #expect(try cluster.status(["rscstatus"], on: cluster.first) == "none")
                #expect(try cluster.status(["rscstatus"], on: cluster.second) == "all")
                try Self.write("one", on: cluster.first)
                try cluster.waitForHoldings("local", "local")
                // Whoever is dead is not waited for.
                try Self.write("three", on: cluster.first)
                try Self.waitForState("different", on: [cluster.second], cluster)
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "the takeover") { try cluster.status(["rscstatus"], on: cluster.second) == "all" }
            }
        }

        @Test func `a file that cannot be compared costs nothing else`() throws {
            var settings = Self.settings(["sync_mismatch hold"])
            settings.directivesOfNode = [["sync /run/only.conf"], []]
            try LifeCluster.run(settings) { cluster in
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                try FailureState.shell("truncate -s 1048577 \(Self.file)", on: cluster.first)
                try Self.write("one", on: cluster.second)
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.waitForHoldings("local", "local")
                #expect(
                    cluster.says(
                        "\(Self.file), which a \"sync\" line of ha.cf names, has more than 1 MiB", on: cluster.first))
                #expect(
                    cluster.says(
                        "/run/only.conf, which a \"sync\" line of ha.cf names, does not exist", on: cluster.first))
                #expect(
                    cluster.says(
                        "/run/only.conf is in a \"sync\" line of node cluster1 and in none of node cluster2",
                        on: cluster.first))
                #expect(
                    cluster.says(
                        "/run/only.conf is in a \"sync\" line of node cluster1 and in none of node cluster2",
                        on: cluster.second))
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "the takeover") { try cluster.status(["rscstatus"], on: cluster.second) == "all" }
                try cluster.boot(cluster.first)
                try FailureState.shell("truncate -s 1048577 \(Self.file)", on: cluster.first)
                try cluster.start(cluster.first)
                try cluster.waitForHoldings("local", "local")
            }
        }
    }
}
