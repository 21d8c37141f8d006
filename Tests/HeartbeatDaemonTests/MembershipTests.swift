// Every kind of network medium between two real daemons, ping nodes, and what the three kinds of auto_failback make of
// a node that returns.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Membership {
        private static let media = [
            ["mcast eth0 239.0.0.42 694 1 0"],
            ["ucast6 eth0 fd00:77::1", "ucast6 eth0 fd00:77::2"],
            ["mcast6 eth0 ff05::77 694 5 0"],
            ["udpport 7694", "ucast eth0 192.168.77.1", "ucast eth0 192.168.77.2"],
            ["ping 192.168.77.9", "bcast eth1"],
            ["ping_group outside 192.168.77.8 192.168.77.9", "bcast eth0", "bcast eth1"],
        ]

        @Test func `nodes find each other over every kind of medium`() throws {
            try LifeCluster.run { cluster in
                for media in Self.media {
                    var settings = LifeCluster.Settings()
                    settings.media = media
                    try cluster.configure(settings)
                    for (number, node) in cluster.laboratory.nodes.enumerated() {
                        try cluster.boot(node)
                        let words = ["-6", "address", "replace", "fd00:77::\(number + 1)/64", "dev", "eth0", "nodad"]
                        let result = try node.run(["ip"] + words)
                        try #require(result.code == 0, "\(result.output)")
                    }
                    for node in cluster.laboratory.nodes { try cluster.start(node) }
                    try cluster.wait(for: "both to be active over \(media)") {
                        try zip(cluster.laboratory.nodes, ["cluster2", "cluster1"]).allSatisfy { node, peer in
                            try cluster.status(["nodestatus", peer], on: node) == "active"
                                && cluster.status(["rscstatus"], on: node) == "local"
                        }
                    }
                    try expectPingNodes(of: media, cluster)
                    for node in cluster.laboratory.nodes { try cluster.laboratory.powerOff(node) }
                }
            }
        }

        private func expectPingNodes(of media: [String], _ cluster: LifeCluster) throws {
            for line in media where line.hasPrefix("ping") {
                let name = line.split(separator: " ")[1]
                for node in cluster.laboratory.nodes {
                    try cluster.wait(for: "\(node.name) to hear \(name)") {
                        try cluster.status(["nodestatus", String(name)], on: node) == "ping"
                    }
                    #expect(try cluster.status(["nodetype", String(name)], on: node) == "ping")
                }
            }
        }

        @Test(arguments: [
            (["auto_failback on"], ("local", "local")), (["auto_failback off"], ("none", "all")),
            (["auto_failback legacy"], ("local", "local")), ([], ("local", "local")),
        ])
        func `a node that returns gets its groups back unless auto_failback is off`(
            directives: [String], holdings: (String, String)
        ) throws {
            var settings = LifeCluster.Settings()
            settings.directives = directives
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "the takeover") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                let count = cluster.changes.count
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                let back = ["cluster2 stop web", "cluster1 start web"]
                if holdings.0 == "none" {
                    try cluster.wait(for: "the node to be a member again") {
                        try cluster.status(["rscstatus"], on: cluster.first) == "none"
                            && cluster.log(of: cluster.second).contains("remote resource transition completed.")
                    }
                    try Interruption.pause(.seconds(1))
                    #expect(cluster.changes.count == count, "\(cluster.changes)")
                    #expect(try cluster.status(["rscstatus"], on: cluster.second) == "all")
                } else {
                    try cluster.wait(for: "the failback") { cluster.changes.count == count + 2 }
                    #expect(cluster.changes.suffix(2) == back[...])
                    try cluster.wait(for: "the nodes to agree") {
                        try cluster.laboratory.nodes.allSatisfy { try cluster.status(["rscstatus"], on: $0) == "local" }
                    }
                }
            }
        }
    }
}
