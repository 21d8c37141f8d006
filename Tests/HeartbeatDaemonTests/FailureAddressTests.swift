// Addresses of haresources that are there before heartbeat starts: one that the machine has by itself stops the start and
// stays, one that a killed daemon has left is ours to take down. Rows of docs/failure-modes.md, on real daemons.

import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureAddresses {
        private static let address = "192.168.77.100"

        private static var settings: LifeCluster.Settings {
            var settings = LifeCluster.Settings.lonely
            settings.pretends = false
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

        @Test func `an address of no network is a mistake of a check, and a start only warns`() throws {
            var settings = Self.settings
            settings.groups = ["cluster1 116.1.1.1/28 192.168.77.100/24"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let words = "haresources:1: \"116.1.1.1/28\": 116.1.1.1 belongs to no network of this node ("
                let test = try cluster.laboratory.heartbeat(["-t"], on: node)
                #expect(test.code == 6 && test.output.contains(words), "\(test.output)")
                #expect(test.output.contains("192.168.77.0/24 on eth0"), "\(test.output)")
                #expect(test.output.contains("name the interface: 116.1.1.1/28/eth0"), "\(test.output)")
                let start = try cluster.laboratory.heartbeat(on: node)
                #expect(start.code == 0 && !start.output.contains(words), "\(start.output)")
                #expect(start.output.contains("warning: \"116.1.1.1/28\" could not come up on this node now"))
                #expect(try cluster.isRunning(node))
                // With a network for it nothing is left to say.
                try FailureState.shell("ip address add 116.1.1.14/28 dev eth1", on: node)
                #expect(try cluster.laboratory.heartbeat(["-t"], on: node).code == 0)
            }
        }

        @Test
        func `an address that a third host on the LAN has is told with its station, that of the other node is not`()
            throws
        {
            var settings = Self.settings
            settings.media = ["ucast eth0 192.168.77.1", "ucast eth0 192.168.77.2"]
            try LifeCluster.run(settings) { cluster in
                let (node, client) = (cluster.first, cluster.laboratory.client)
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                func told(_ words: [String]) throws -> String {
                    let told = try cluster.laboratory.heartbeat(words, on: node)
                    #expect(told.code == 0, "\(told.output)")
                    return told.output
                }
                #expect(try !told(["-t"]).contains("answers for this address"))
                try FailureState.shell("ip address add \(Self.address)/24 dev eth0", on: cluster.second)
                #expect(try !told(["-t"]).contains("answers for this address"), "the other node serves")
                try FailureState.shell("ip address del \(Self.address)/24 dev eth0", on: cluster.second)
                try client.configure(["address add \(Self.address)/24 dev eth0"])
                let test = try told(["-t"])
                #expect(test.contains("answers for this address on eth0; and is not the other node ("), "\(test)")
                #expect(try told([]).contains("answers for this address on eth0"), "a start tells it, too")
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                // Where nothing tells whose station it is, only a check says what it sees.
                settings.media = ["bcast eth0"]
                try cluster.configure(settings)
                #expect(try told(["-t"]).contains("that is right if it is the other node"))
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
