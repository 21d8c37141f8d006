// What a pair must stand for years: a serial line as its only medium, with every packet of the network thrown away, and a
// hundred handovers, after which each node still has its own address and the service address its label.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct LongService {
        @Test func `a pair forms over the serial line alone, moves its groups, and notices a death`() throws {
            try LifeCluster.run { cluster in
                var settings = cluster.settings
                settings.media = ["baud 115200"]
                settings.directivesOfNode = cluster.laboratory.nodes.map { ["serial \($0.serialDevice)"] }
                try cluster.configure(settings)
                for node in cluster.laboratory.nodes {
                    try cluster.boot(node)
                    try FailureState.shell("nft add table inet shut", on: node)
                    for chain in ["input", "output", "forward"] {
                        let rule = "'{ type filter hook \(chain) priority 0; policy drop; }'"
                        try FailureState.shell("nft add chain inet shut \(chain) \(rule)", on: node)
                    }
                }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.waitForHoldings("local", "local")
                for (node, other) in [(cluster.first, "cluster2"), (cluster.second, "cluster1")] {
                    let links = try cluster.laboratory.tool("cl_status", ["listhblinks", other], on: node)
                    #expect(links.output == "\t\(node.serialDevice)\n")
                }
                #expect(cluster.laboratory.serialBytes > 0)
                // Until the line has carried that the other node has started its groups, the wish is refused.
                try cluster.wait(for: "cluster1 to give everything away") {
                    try cluster.laboratory.tool("hb_standby", ["all", "--wait"], on: cluster.first).code == 0
                }
                try cluster.waitForHoldings("none", "all")
                try cluster.laboratory.powerOff(cluster.second)
                try cluster.wait(for: "cluster1 to hold all") {
                    try cluster.status(["rscstatus"], on: cluster.first) == "all"
                        && cluster.running(on: cluster.first) == ["mail", "web"]
                }
                #expect(cluster.says("node cluster2: is dead", on: cluster.first))
            }
        }

        /// As many as the document asks for: they take a few seconds.
        private static let handovers = 100

        @Test func `after a hundred handovers both nodes have their own address, and the service address its label`()
            throws
        {
            let address = "192.168.77.100"
            var settings = LifeCluster.Settings()
            settings.directives = ["auto_failback off"]
            settings.groups = ["cluster1 \(address)/24"]
            settings.pretends = false
            try LifeCluster.run(settings) { cluster in
                let nodes = cluster.laboratory.nodes
                for node in nodes { try cluster.boot(node) }
                for node in nodes { try cluster.start(node) }
                try cluster.wait(for: "both nodes to be ready") {
                    try nodes.allSatisfy { try cluster.status(["rscstatus"], on: $0) == "local" }
                }
                let client = cluster.laboratory.client
                let own = try nodes.map { try ClientProbe($0.lanAddress, from: client, every: .milliseconds(20)) }
                defer { for probe in own { probe.close() } }
                for number in 0..<Self.handovers {
                    let giver = nodes[number % 2]
                    let result = try cluster.laboratory.tool("hb_standby", ["all", "--wait"], on: giver)
                    guard result.code == 0 else { throw LifeFailure("handover \(number): \(result)") }
                }
                func addresses(_ node: LabNode) throws -> [String] {
                    let lines = try node.run(["ip", "-o", "-4", "address", "show", "dev", "eth0"]).output
                    return lines.split(separator: "\n").compactMap { line in
                        let words = line.split(separator: "\\")[0].split(separator: " ")
                        return words.count > 3 ? "\(words[3]) \(words[words.count - 1])" : nil
                    }
                }
                #expect(
                    try addresses(cluster.first) == ["\(cluster.first.lanAddress)/24 eth0", "\(address)/24 eth0:0"])
                #expect(try addresses(cluster.second) == ["\(cluster.second.lanAddress)/24 eth0"])
                for (node, probe) in zip(nodes, own) {
                    try cluster.wait(for: "\(node.name) to answer at its own address") {
                        probe.isServed(by: node.hardwareAddress, for: .milliseconds(200))
                    }
                }
            }
        }
    }
}
