// `lan` in a real pair: the way to the other node moves between the LAN and the cross cable, and a reload or the end of the
// daemon takes its routes away.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Lans {
        private static func routes(_ cluster: LifeCluster, _ node: LabNode) throws -> String {
            try node.run(["ip", "route", "show", "proto", "70"]).output
        }

        @Test func `with a lan line the other node stays reachable under its address on a dead LAN`() throws {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth1"]
            settings.directives.append("lan eth0 eth1 interval=250ms")
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                for node in cluster.laboratory.nodes {
                    try cluster.wait(for: "the other node's LANs") {
                        cluster.log(of: node).contains("info: host 192.168.7")
                    }
                }
                try cluster.laboratory.plug(.lan(cluster.first.number), false)
                let (one, other) = (cluster.first, cluster.second)
                for (node, peer) in [(one, other), (other, one)] {
                    let expected = "\(peer.lanAddress) via \(peer.crossAddress) dev eth1 src \(node.lanAddress)"
                    try cluster.wait(for: "the way to \(peer.name) to move") {
                        try Self.routes(cluster, node).contains(expected)
                    }
                    let told = "addresses of host \(peer.lanAddress) on eth0 are reached over eth1"
                    try cluster.wait(for: "\(node.name) to say so") { cluster.log(of: node).contains(told) }
                }
                // Both nodes have one state, whatever the LANs do.
                #expect(try cluster.status(["rscstatus"], on: one) == "local")
                // Another line begins anew; without one the routes go.
                let haCf = try one.run(["cat", one.configDirectory + "/ha.cf"]).output
                try one.configure("ha.cf", haCf.replacing("lan eth0 eth1 interval=250ms", with: ""))
                #expect(try cluster.laboratory.heartbeat(["-r"], on: one).code == 0)
                try cluster.wait(for: "the routes to go") { try Self.routes(cluster, one) == "" }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: other).code == 0)
                #expect(try Self.routes(cluster, other) == "")
            }
        }
    }
}
