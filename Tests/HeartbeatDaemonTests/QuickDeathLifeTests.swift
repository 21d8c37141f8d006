// A real pair whose kernels are asked: a node without power is found dead long before its deadtime, one whose daemon alone stands
// still is not. The times are such that only the one or the other can have happened.

import Foundation
import HeartbeatLab
import Testing

@testable import HeartbeatDaemon

extension LifeTests {
    @Suite(.serialized, .enabled(if: canHoldLease)) struct QuickDeathLife {
        private static let address = "192.168.77.100"
        private static let reference = "reference 192.168.77.9"
        /// Nobody waits for so long here.
        private static let deadtime = "deadtime 100"

        private static func settings(_ directives: [String], deadtime: String = Self.deadtime) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.times = ["keepalive 200ms", deadtime, "initdead 100"].filter { !$0.isEmpty }
            settings.directives = ["auto_failback off", reference] + directives
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            return settings
        }

        @Test func `a node without power is dead when its lease is over`() throws {
            try LifeCluster.run(Self.settings(["quick_death on", "lease 450ms"])) { cluster in
                try cluster.startServing(Self.address)
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(cluster.says("and its lease is over: its deadtime is not waited for", on: cluster.second))
            }
        }

        @Test func `a cable that goes with the node's power tells at once`() throws {
            try LifeCluster.run(Self.settings(["quick_death carrier", "lease 90", "link eth1 heartbeat cable"])) {
                cluster in
                try cluster.startServing(Self.address)
                try cluster.laboratory.plug(.cross(1), false)
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(cluster.says("the cable on eth1 has lost its carrier", on: cluster.second))
            }
        }

        @Test func `a cable that is pulled out moves nothing`() throws {
            try LifeCluster.run(Self.settings(["quick_death on", "link eth1 heartbeat cable"])) { cluster in
                try cluster.startServing(Self.address)
                try cluster.laboratory.plug(.cross(1), false)
                #expect(cluster.says("Interface eth1 is lost", on: cluster.second))
                #expect(try cluster.has(Self.address, cluster.first) && !cluster.has(Self.address, cluster.second))
                #expect(!cluster.log(of: cluster.second).contains("is dead\n"))
                #expect(!cluster.log(of: cluster.second).contains("No keepalive of"))
            }
        }

        @Test func `a daemon that stands still on a living machine has its deadtime`() throws {
            try LifeCluster.run(Self.settings(["quick_death on"], deadtime: "deadtime 4")) { cluster in
                try cluster.startServing(Self.address)
                try cluster.signal("STOP", cluster.first)
                #expect(cluster.says("No keepalive of cluster1 arrives, but its kernel answers on", on: cluster.second))
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(!cluster.log(of: cluster.second).contains("its deadtime is not waited for"))
                try cluster.signal("CONT", cluster.first)
            }
        }

        @Test func `the kernels are asked over IPv6, too`() throws {
            var settings = Self.settings(["reference fd00:77::9", "quick_death on", "lease 450ms"])
            settings.directives.removeAll { $0 == Self.reference }
            settings.media = (1...2).flatMap { ["ucast6 eth0 fd00:77::\($0)", "ucast6 eth1 fd00:78::\($0)"] }
            try LifeCluster.run(settings) { cluster in
                for (number, node) in cluster.laboratory.nodes.enumerated() {
                    try cluster.boot(node)
                    try useIPv6Alone(node, number + 1)
                }
                try cluster.laboratory.client.configure(["address add fd00:77::9/64 dev eth0 nodad"])
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "cluster1 to serve") { try cluster.has(Self.address, cluster.first) }
                #expect(cluster.says("remote resource transition completed.", on: cluster.second))
                try cluster.signal("STOP", cluster.first)
                #expect(cluster.says("No keepalive of cluster1 arrives, but its kernel answers on", on: cluster.second))
                try cluster.signal("CONT", cluster.first)
                try cluster.wait(for: "cluster1 to serve again") { try cluster.has(Self.address, cluster.first) }
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(cluster.says("and its lease is over: its deadtime is not waited for", on: cluster.second))
            }
        }

        private func useIPv6Alone(_ node: LabNode, _ number: Int) throws {
            for (network, interface) in [(77, "eth0"), (78, "eth1")] {
                for words in [["flush"], ["add", "fd00:\(network)::\(number)/64", "nodad"]] {
                    let result = try node.run(["ip", "address"] + words + ["dev", interface])
                    try #require(result.code == 0, "\(result.output)")
                }
            }
        }

        @Test func `without a reference that answers silence proves nothing`() throws {
            var settings = Self.settings(["quick_death on"], deadtime: "deadtime 4")
            settings.directives.removeAll { $0.hasPrefix("reference") }
            try LifeCluster.run(settings) { cluster in
                try cluster.startServing(Self.address)
                _ = try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(cluster.says("but nobody else has answered either", on: cluster.second))
                #expect(!cluster.log(of: cluster.second).contains("its deadtime is not waited for"))
            }
        }
    }
}
