// A real pair, and an address that somebody brings up on the node that does not serve.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct LeftoverAuditLife {
        @Test func `an address that somebody brings up beside the node that serves is removed`() throws {
            var settings = LifeCluster.Settings()
            settings.groups = ["cluster1 192.168.77.100/24/eth0", "cluster2 192.168.77.101/24/eth0"]
            settings.pretends = false
            try LifeCluster.run(settings) { cluster in
                func hasAddress(_ node: LabNode, _ number: Int) throws -> Bool {
                    try node.run(["ip", "address", "show", "dev", "eth0"]).output.contains("192.168.77.\(number)/")
                }
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "both to serve") {
                    try hasAddress(cluster.first, 100) && hasAddress(cluster.second, 101)
                }
                let words = ["ip", "address", "add", "192.168.77.100/24", "dev", "eth0"]
                #expect(try cluster.second.run(words).code == 0)
                try cluster.wait(for: "its end") { try !hasAddress(cluster.second, 100) }
                let text = "192.168.77.100/24/eth0 is up although this node does not hold its group"
                #expect(cluster.says(text, on: cluster.second))
                #expect(try hasAddress(cluster.first, 100) && hasAddress(cluster.second, 101))
                #expect(!cluster.log(of: cluster.first).contains("is up although"))
            }
        }
    }
}
