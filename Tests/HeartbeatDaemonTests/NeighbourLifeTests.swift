// A real pair beside a gateway that is asked whether it knows who serves, and that may be deaf to announcements: what both
// nodes' logs say of it, from the first start to the takeover.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    static let canFilter = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nft")

    @Suite(.serialized, .enabled(if: canFilter, "a gateway that is deaf needs nftables")) struct NeighbourLife {
        private static let address = "192.168.77.100"
        /// The client of the laboratory, to which both nodes have their default route.
        private static let gateway = "192.168.77.9"
        private static let knows = "Neighbour \(gateway) knows that this node has \(address)"

        private static var settings: LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives = ["auto_failback off"]
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            return settings
        }

        private func startBoth(_ cluster: LifeCluster, routesOverEachOther: Bool = false) throws {
            for node in cluster.laboratory.nodes {
                try cluster.boot(node)
                let other = "192.168.77.\(2 - node.number)"
                try FailureState.shell("ip route add default via \(Self.gateway)", on: node)
                if routesOverEachOther { try FailureState.shell("ip route add 10.90.0.0/16 via \(other)", on: node) }
            }
            for node in cluster.laboratory.nodes { try cluster.start(node) }
            #expect(cluster.says("remote resource transition completed.", on: cluster.second))
        }

        private func gateway(_ words: [String], in cluster: LifeCluster) throws {
            _ = try Command.succeed(cluster.laboratory.client.inside + words)
        }

        private func timeline(of node: LabNode, in cluster: LifeCluster) -> String {
            let lines = cluster.log(of: node).split(separator: "\n").filter {
                $0.contains("Timeline of \(Self.address)")
            }
            return lines.last.map(String.init) ?? ""
        }

        @Test func `a gateway that knows who serves says so, and the timeline has when`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                try startBoth(cluster)
                #expect(cluster.says(Self.knows, on: cluster.first))
                try cluster.wait(for: "the timeline") { !timeline(of: cluster.first, in: cluster).isEmpty }
                // On a machine that is busy it may take longer than the line waits.
                let line = timeline(of: cluster.first, in: cluster)
                print("a group and its gateway: \(line)")
                #expect(line.contains("announced ") && line.contains("running "))
                #expect(!cluster.log(of: cluster.first).contains("does not send here"))
                #expect(!cluster.log(of: cluster.second).contains(Self.knows))
            }
        }

        @Test func `the other node is not asked, although a route leads to it and only its broadcasts tell who it is`()
            throws
        {
            try LifeCluster.run(Self.settings) { cluster in
                try startBoth(cluster, routesOverEachOther: true)
                _ = try cluster.laboratory.tool("hb_standby", ["all"], on: cluster.first)
                // One that had been asked, too, would be named beside the gateway: it lives, and answers.
                #expect(cluster.says(Self.knows, on: cluster.second))
            }
        }

        @Test func `a gateway that is deaf to announcements is told again until it agrees`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                try startBoth(cluster)
                #expect(cluster.says(Self.knows, on: cluster.first))
                let stale = [
                    "ip", "neighbour", "replace", Self.address, "lladdr", "\(cluster.first.hardwareAddress)", "dev",
                    "eth0", "nud",
                ]
                let deaf =
                    "add table arp deaf; add chain arp deaf in { type filter hook input priority 0; }; "
                    + "add rule arp deaf in arp saddr ip \(Self.address) drop"
                try gateway(["nft", deaf], in: cluster)
                try gateway(stale + ["permanent"], in: cluster)
                try cluster.laboratory.powerOff(cluster.first)
                let complaint =
                    "Neighbour \(Self.gateway) on eth0 does not send here what is for \(Self.address)"
                #expect(cluster.says(complaint, on: cluster.second))
                #expect(!cluster.log(of: cluster.second).contains(Self.knows))
                #expect(!timeline(of: cluster.second, in: cluster).contains("neighbours agree"))
                try gateway(["nft", "delete table arp deaf"], in: cluster)
                try gateway(stale + ["reachable"], in: cluster)
                #expect(cluster.says(Self.knows, on: cluster.second))
                #expect(cluster.log(of: cluster.second).components(separatedBy: complaint).count == 2, "once")
            }
        }
    }
}
