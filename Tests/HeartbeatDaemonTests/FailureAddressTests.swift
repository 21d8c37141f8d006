// Addresses of haresources that are there before heartbeat starts: one that the machine has by itself stops the start and stays,
// one that a killed daemon has left is ours to take down. Rows of docs/failure-modes.md, on real daemons.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureAddresses {
        private static let address = "192.168.77.100"

        private static var settings: LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.pretends = false
            settings.times = ["keepalive 100ms", "deadtime 500ms", "initdead 500ms"]
            settings.groups = ["cluster1 \(address)/24/eth0"]
            return settings
        }

        private static func isUp(_ node: LabNode) throws -> Bool {
            try node.run(["ip", "-o", "address", "show", "to", address]).output.contains(address)
        }

        @Test func `an address that the machine has by itself stops the start and is not touched`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try FailureState.shell("ip address add \(Self.address)/24 dev eth0", on: node)
                let words = [
                    "haresources:1", "eth0 of this node has this address already, and no heartbeat has brought it up",
                ]
                try FailureState.expectRefusal(cluster, words, code: 6)
                #expect(try cluster.laboratory.heartbeat(["-t"], on: node).code == 6)
                let release = try cluster.laboratory.heartbeat(["--release-leftovers"], on: node)
                #expect(release.code == 0 && release.output.contains("stays: eth0 has it"), "\(release.output)")
                #expect(try Self.isUp(node))
                try FailureState.shell("ip address del \(Self.address)/24 dev eth0", on: node)
                try cluster.start(node)
                try cluster.wait(for: "the address") { try Self.isUp(node) }
            }
        }

        @Test func `an address that a killed daemon or hb_address has left is known as ours`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let words = ["IPaddr2", "\(Self.address)/255.255.255.0/eth0/", "start"]
                let byHand = try node.run(["\(cluster.laboratory.programs)/hb_address"] + words)
                #expect(try byHand.code == 0 && Self.isUp(node), "\(byHand.output)")
                #expect(try cluster.laboratory.heartbeat(["-t"], on: node).code == 0)
                try cluster.start(node)
                try cluster.wait(for: "the group") { try cluster.status(["groups"], on: node).hasSuffix("\trunning") }
                try cluster.signal("KILL", node)
                try cluster.wait(for: "its end") { try !cluster.isRunning(node) }
                let release = try cluster.laboratory.heartbeat(["--release-leftovers"], on: node)
                #expect(try release.code == 0 && !Self.isUp(node), "\(release.output)")
            }
        }
    }
}
