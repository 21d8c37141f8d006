// A real pair whose kernels hold the lease: a daemon that is killed or stopped leaves a node that answers for nothing by the
// time the other one serves, although its addresses are still up. The client asks one node alone, by its hardware address.

import Foundation
import HeartbeatCheck
import HeartbeatLab
import Testing

@testable import HeartbeatDaemon

extension LifeTests {
    static let canHoldLease: Bool = {
        do {
            try LeaseCheck.probe()
            return true
        } catch {
            print("SKIPPED: \(error); no pair is tried with the lease")
            return false
        }
    }()

    @Suite(.serialized, .enabled(if: canHoldLease)) struct LeaseLife {
        private static let address = "192.168.77.100"

        private static func settings(_ directives: [String] = []) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives = ["auto_failback off"] + directives
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            return settings
        }

        /// Whether the node's kernel answers the client for the service address.
        private func answers(_ node: LabNode, in cluster: LifeCluster) throws -> Bool {
            let client = cluster.laboratory.client.inside
            let pinned = [
                "ip", "neighbour", "replace", Self.address, "lladdr", "\(node.hardwareAddress)", "nud", "permanent",
                "dev",
                "eth0",
            ]
            _ = try Command.succeed(client + pinned)
            defer { _ = Command.attempt(client + ["ip", "neighbour", "del", Self.address, "dev", "eth0"]) }
            return try Command.run(client + ["ping", "-c", "1", "-W", "1", Self.address]).code == 0
        }

        private func startBoth(_ cluster: LifeCluster) throws {
            for node in cluster.laboratory.nodes { try cluster.boot(node) }
            for node in cluster.laboratory.nodes { try cluster.start(node) }
            try cluster.wait(for: "cluster1 to answer") { try answers(cluster.first, in: cluster) }
            #expect(cluster.says("remote resource transition completed.", on: cluster.second))
        }

        @Test func `a daemon that is killed leaves a node that answers for nothing`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cluster.signal("KILL", cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try answers(cluster.second, in: cluster) }
                #expect(try cluster.has(Self.address, cluster.first), "nobody has taken it away")
                #expect(try !answers(cluster.first, in: cluster))
                try cluster.start(cluster.first)
                try cluster.wait(for: "the next daemon to clear up") { try !cluster.has(Self.address, cluster.first) }
                #expect(try answers(cluster.second, in: cluster))
            }
        }

        @Test func `a daemon that is stopped answers for nothing, and asks before it does again`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                try cluster.signal("STOP", cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try answers(cluster.second, in: cluster) }
                #expect(try cluster.has(Self.address, cluster.first) && !answers(cluster.first, in: cluster))
                try cluster.signal("CONT", cluster.first)
                #expect(cluster.says("This node's lease ended", on: cluster.first))
                try cluster.wait(for: "one owner") {
                    let owners = try [
                        cluster.has(Self.address, cluster.first), cluster.has(Self.address, cluster.second),
                    ]
                    return owners.count(where: \.self) == 1
                }
                let owner = try cluster.has(Self.address, cluster.first) ? cluster.first : cluster.second
                try cluster.wait(for: "the owner to answer") { try answers(owner, in: cluster) }
                #expect(!cluster.log(of: cluster.first).contains("No buffer space"), "the dark is no full queue")
            }
        }

        @Test func `the filters come with the daemon, come back when they are taken off, and go with it`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                func isGuarded(_ node: LabNode) throws -> Bool {
                    try node.run(["tc", "filter", "show", "dev", "eth0", "ingress"]).output.contains("heartbeat-lease")
                }
                try startBoth(cluster)
                #expect(try isGuarded(cluster.first) && isGuarded(cluster.second))
                _ = try cluster.first.run(["tc", "qdisc", "del", "dev", "eth0", "clsact"])
                #expect(cluster.says("Somebody had taken the lease's filters off eth0", on: cluster.first))
                #expect(try isGuarded(cluster.first))
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                #expect(try !isGuarded(cluster.first) && isGuarded(cluster.second))
                try cluster.wait(for: "cluster2 to serve") { try answers(cluster.second, in: cluster) }
            }
        }

        @Test func `a node of which no keepalive leaves answers for nothing`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try startBoth(cluster)
                for name in ["eth0", "eth1"] { _ = try cluster.first.run(["ip", "link", "set", name, "down"]) }
                #expect(cluster.says("no medium took its keepalives", on: cluster.first))
            }
        }

        @Test
        func `where the kernel cannot, a check says so, and a lease that is required keeps the daemon from starting`()
            throws
        {
            try LifeCluster.run(Self.settings(["lease required"])) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                // Root without the capabilities that load programs into the kernel.
                let weak = ["setpriv", "--bounding-set", "-bpf,-sys_admin"]
                let check = try node.run(weak + cluster.laboratory.daemonWords(["-t"], on: node))
                #expect(
                    check.code == 0 && check.output.contains("of the lease") && check.output.contains("answer until"))
                let start = try node.run(weak + cluster.laboratory.daemonWords(["-f"], on: node))
                #expect(start.code == 1 && start.output.contains("of the lease"), "\(start.output)")
                #expect(try !cluster.has(Self.address, node))
            }
        }

        @Test func `without a lease a killed daemon's node goes on answering, as it always did`() throws {
            try LifeCluster.run(Self.settings(["lease off"])) { cluster in
                try startBoth(cluster)
                try cluster.signal("KILL", cluster.first)
                try cluster.wait(for: "cluster2 to serve") { try answers(cluster.second, in: cluster) }
                #expect(try answers(cluster.first, in: cluster))
            }
        }
    }
}
