// A real pair whose media are cut while the LAN is whole: nothing is taken from a node that lives, operators are obeyed, a node that
// begins asks first, and a node that has really died is replaced as ever.

import HeartbeatLab
import Testing

@testable import HeartbeatDaemon

extension LifeTests {
    @Suite(.serialized) struct VetoLife {
        private static let address = "192.168.77.100"
        private static let cut = "No medium of ha.cf brings a word of cluster"

        private static func settings(_ directives: [String] = []) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth1"]
            settings.times = ["keepalive 200ms", "deadtime 2", "initdead 6"]
            settings.directives = ["auto_failback off", "link eth1 heartbeat"] + directives
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            return settings
        }

        private func startBoth(_ cluster: LifeCluster) throws {
            try cluster.startServing(Self.address)
            try cluster.wait(for: "the nodes to know where the other one is") {
                cluster.laboratory.nodes.allSatisfy {
                    cluster.text($0.stateDirectory + "/peer_addresses").contains("192.168.77.")
                }
            }
        }

        private func owners(_ cluster: LifeCluster) throws -> [String] {
            try cluster.laboratory.nodes.filter { try cluster.has(Self.address, $0) }.map(\.name)
        }

        private func cutMedia(_ cluster: LifeCluster) throws {
            try cluster.laboratory.plug(.cross(1), false)
            for node in cluster.laboratory.nodes { #expect(cluster.says(Self.cut, on: node)) }
        }

        @Test func `with all media cut and the LAN whole nothing is taken, and what operators ask for is done`() throws
        {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cutMedia(cluster)
                #expect(try owners(cluster) == ["cluster1"])
                #expect(try cluster.laboratory.tool("hb_standby", ["--wait"], on: cluster.first).code == 0)
                #expect(try owners(cluster) == ["cluster2"])
                try cluster.laboratory.plug(.cross(1), true)
                for node in cluster.laboratory.nodes {
                    #expect(cluster.says("A medium of ha.cf brings the words of", on: node))
                }
                for node in cluster.laboratory.nodes { #expect(!cluster.log(of: node).contains("is dead\n")) }
                #expect(try owners(cluster) == ["cluster2"])
            }
        }

        @Test func `a node that begins while the media are cut asks, and takes nothing`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cutMedia(cluster)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.second).code == 0)
                try cluster.start(cluster.second)
                #expect(cluster.says("remote resource transition completed.", on: cluster.second))
                try cluster.wait(for: "cluster2 to be active") {
                    try cluster.status(["nodestatus", "cluster2"], on: cluster.first) == "active"
                }
                #expect(try owners(cluster) == ["cluster1"])
            }
        }

        @Test func `a node that dies while the media are cut is replaced`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cutMedia(cluster)
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
            }
        }

        /// Its daemon cannot be heard, and ARP still shows that its kernel has the address.
        @Test(.enabled(if: canHoldLease), .enabled(if: canFilter, "a switch that loses messages needs nftables"))
        func `nothing is taken from a node whose kernel serves, although a firewall drops what it says`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cluster.laboratory.lose([.heartbeatsBetween(.lan)])
                try cluster.laboratory.plug(.cross(1), false)
                #expect(cluster.says("but its machine answers for \(Self.address) on eth0", on: cluster.second))
                #expect(cluster.says("cluster2: is dead", on: cluster.first), "it has nothing that could answer for it")
                #expect(try owners(cluster) == ["cluster1"])
                #expect(!cluster.log(of: cluster.second).contains("is dead\n"))
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
            }
        }

        @Test func `without the veto both serve`() throws {
            try LifeCluster.run(Self.settings(["veto off", "quick_death off"])) { cluster in
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "cluster1 to serve") { try cluster.has(Self.address, cluster.first) }
                try cluster.laboratory.plug(.cross(1), false)
                try cluster.wait(for: "both to serve") { try owners(cluster) == ["cluster1", "cluster2"] }
            }
        }

        @Test func `a node without any carrier takes nothing from a silent one before it can ask`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cluster.laboratory.plug(.lan(1), false)
                try cluster.laboratory.plug(.cross(1), false)
                #expect(cluster.says("nobody can be asked whether it lives", on: cluster.second))
                #expect(try owners(cluster) == ["cluster1"])
                #expect(!cluster.log(of: cluster.second).contains("is dead\n"))
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.laboratory.plug(.lan(1), true)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
            }
        }
    }
}
