// A cable is pulled out of a real node: what its daemon has recorded names the cable as the cause, the replay of it moves the group again,
// and the record has no key in it.

import Foundation
import HeartbeatControl
import HeartbeatHost
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

extension LifeTests {
    @Suite(.serialized) struct WhyLife {
        private static var settings: LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives += ["link eth0 debounce=0 up=1"]
            settings.groups = ["cluster1 web", "cluster2 mail"]
            return settings
        }

        /// What the daemon has last told of itself is what a record begins with.
        private static func isAtRest(_ node: LabNode) -> Bool {
            let own = ControlClient.ownDirectory(runDirectory: node.runDirectory)
            let facts = LastStatus(in: PrivateDirectory(own), and: PrivateDirectory(node.stateDirectory)).read()
            return facts?.phase == .stable && facts?.peer?.isStable == true
                && facts?.groups.allSatisfy { [.running, .stopped].contains($0.state) } == true
        }

        private static func why(_ node: LabNode, _ cluster: LifeCluster) throws -> [String: Any] {
            let result = try cluster.laboratory.tool(
                "hbctl", ["why", "--json", "--state-dir", node.stateDirectory], on: node)
            let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return try #require(result.code == 0 ? value : nil, "\(result)")
        }

        private static func causes(_ value: [String: Any]) -> [String] {
            let story = value["story"] as? [[String: Any]] ?? []
            return story.filter { $0["is_cause"] as? Bool == true }.compactMap { $0["event"] as? String }
        }

        @Test func `a cable that is pulled out is named as the cause, and the record plays as it was`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                let node = cluster.first
                try cluster.startBoth()
                try cluster.wait(for: "both nodes to be at rest") { cluster.laboratory.nodes.allSatisfy(Self.isAtRest) }
                try cluster.laboratory.plug(.lan(0), false)
                try cluster.waitForHoldings("none", "all")
                let files = RecordFiles(in: PrivateDirectory(node.stateDirectory))
                try cluster.wait(for: "the record") {
                    try Self.causes(Self.why(node, cluster)) == ["lose eth0@cluster1"]
                }
                let value = try Self.why(node, cluster)
                let replay = value["replay"] as? [String: Any] ?? [:]
                #expect(replay["state"] as? String == "same", "\(replay)")
                let found = replay["causes"] as? [[String: Any]] ?? []
                #expect(
                    found.contains { $0["name"] as? String == "lose eth0@cluster1" && $0["stays"] as? Bool == true },
                    "\(replay)")
                let chain = try #require(files.chains.last)
                let text = cluster.text(files.path(chain))
                #expect(text.contains("ha-cf\ttext=keepalive") && !text.contains("sha1"), "a record has no keys")
                let saved = "\(node.configDirectory)/saved.hbr"
                let save = try cluster.laboratory.tool(
                    "hbctl", ["record", "save", "\(chain)", "--output", saved, "--state-dir", node.stateDirectory],
                    on: node)
                #expect(save.code == 0, "\(save)")
                let hbsim = try Command.run(
                    ["\(cluster.laboratory.programs)/hbsim", "--replay", saved],
                    limit: .seconds(60))
                #expect(hbsim.code == 0 && hbsim.output.contains("web ends on cluster2, as it did"), "\(hbsim)")
            }
        }

        @Test func `an order is the cause on the node that was given it`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                try cluster.wait(for: "both nodes to be at rest") { cluster.laboratory.nodes.allSatisfy(Self.isAtRest) }
                #expect(try cluster.laboratory.tool("hb_standby", [], on: cluster.first).code == 0)
                try cluster.waitForHoldings("none", "all")
                try cluster.wait(for: "the record") {
                    try Self.causes(Self.why(cluster.first, cluster)) == ["standby all@cluster1"]
                }
            }
        }
    }
}
