// A real pair whose daemons have guardians: what a daemon leaves that is killed or stopped is taken away without anybody's help,
// with the lease and without; and a guardian lives as long as its daemon, and no longer.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct GuardianLife {
        private static let address = "192.168.77.100"

        private static func settings(_ directives: [String] = []) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives = ["auto_failback off"] + directives
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            settings.hasGuardian = true
            return settings
        }

        /// The processes of that name inside the node.
        private func guardians(_ node: LabNode) throws -> [String] {
            try node.run(["pgrep", "-x", "hb_guardian"]).output.split(separator: "\n").map(String.init)
        }

        private func startBoth(_ cluster: LifeCluster) throws {
            try cluster.startServing(Self.address)
            try cluster.wait(for: "the guardians") {
                try cluster.laboratory.nodes.allSatisfy { try guardians($0).count == 1 }
            }
        }

        @Test(arguments: [[], ["lease off"]])
        func `what a killed daemon has left is taken away at once`(directives: [String]) throws {
            try LifeCluster.run(Self.settings(directives)) { cluster in
                try startBoth(cluster)
                // One of the same network that hangs on it, and stays.
                let other = "192.168.77.101/24"
                #expect(try cluster.first.run(["ip", "address", "add", other, "dev", "eth0"]).code == 0)
                try cluster.signal("KILL", cluster.first)
                try cluster.wait(for: "nobody's help") { try !cluster.has(Self.address, cluster.first) }
                #expect(try cluster.first.run(["ip", "address", "show", "dev", "eth0"]).output.contains(other))
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                try cluster.wait(for: "its guardian to end") { try guardians(cluster.first).isEmpty }
                try cluster.start(cluster.first)
                #expect(cluster.says("A guardian has acted before this daemon was started", on: cluster.first))
            }
        }

        @Test(arguments: [[], ["lease off"]])
        func `a stopped daemon finds its addresses gone, and one node serves`(directives: [String]) throws {
            try LifeCluster.run(Self.settings(directives)) { cluster in
                try startBoth(cluster)
                try cluster.signal("STOP", cluster.first)
                try cluster.wait(for: "nobody's help") { try !cluster.has(Self.address, cluster.first) }
                #expect(try cluster.isRunning(cluster.first))
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                try cluster.signal("CONT", cluster.first)
                #expect(cluster.says("its guardian has removed the service addresses", on: cluster.first))
                try cluster.wait(for: "one owner and two guardians") {
                    let owners = try cluster.laboratory.nodes.filter { try cluster.has(Self.address, $0) }
                    return try owners.count == 1 && guardians(cluster.first).count == 1
                }
            }
        }

        @Test func `a daemon that was stopped for less than deadtime puts its addresses back`() throws {
            var settings = Self.settings()
            settings.times = ["keepalive 100ms", "deadtime 20", "lease 500ms", "initdead 20"]
            try LifeCluster.run(settings) { cluster in
                try startBoth(cluster)
                try cluster.signal("STOP", cluster.first)
                try cluster.wait(for: "nobody's help") { try !cluster.has(Self.address, cluster.first) }
                try cluster.signal("CONT", cluster.first)
                try cluster.wait(for: "its address") { try cluster.has(Self.address, cluster.first) }
                #expect(try !cluster.has(Self.address, cluster.second))
            }
        }

        @Test func `a guardian that is killed is followed by another, and a clean stop leaves none`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                let old = try guardians(cluster.first)
                _ = try cluster.first.run(["kill", "-KILL"] + old)
                #expect(cluster.says("has ended (signal 9); another one is started", on: cluster.first))
                try cluster.wait(for: "another one") {
                    let new = try guardians(cluster.first)
                    return new.count == 1 && new != old
                }
                #expect(try cluster.has(Self.address, cluster.first))
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                try cluster.wait(for: "no guardian") { try guardians(cluster.first).isEmpty }
                try cluster.wait(for: "cluster2 to serve") { try cluster.has(Self.address, cluster.second) }
                #expect(!cluster.log(of: cluster.first).contains("A guardian has acted"))
            }
        }

        @Test func `without systemd the scripts of a killed daemon are stopped, too`() throws {
            var settings = LifeCluster.Settings.lonely
            settings.hasGuardian = true
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.wait(for: "the guardian") { try guardians(node).count == 1 }
                try cluster.signal("KILL", node)
                try cluster.wait(for: "nobody's help") { cluster.running(on: node).isEmpty }
                try cluster.start(node)
                try cluster.wait(for: "all groups again") { cluster.running(on: node) == ["mail", "web"] }
                // Whoever is quicker waits until that is done.
                try cluster.wait(for: "the guardian") { try guardians(node).count == 1 }
                try cluster.signal("KILL", node)
                try cluster.start(node)
                try cluster.wait(for: "all groups once more") { cluster.running(on: node) == ["mail", "web"] }
            }
        }
    }
}
