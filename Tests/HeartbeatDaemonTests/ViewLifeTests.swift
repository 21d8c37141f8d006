// Two real daemons tell each other how they hear each other: where one direction of one medium is cut, both name it, and the other
// direction, the other medium and the service are untouched.

import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

extension LifeTests {
    @Suite(.serialized, .enabled(if: canFilter, "one direction is cut by nftables")) struct ViewLife {
        private func tell(_ node: LabNode) throws -> NodeFacts {
            let client = ControlClient(runDirectory: node.runDirectory)
            let reply = try client.ask(.question(.facts(format: 1, isFresh: true), inProse: false))
            guard let facts = NodeFacts(text: reply.lines) else { throw LifeFailure("no facts: \(reply)") }
            return facts
        }

        /// Whether a node is heard over both media, as the other one tells.
        private func heard(_ facts: NodeFacts) -> [Bool] {
            (facts.peer?.view?.told.media ?? []).map { $0.age.map { $0 < .seconds(2) } ?? false }
        }

        private func links(_ facts: NodeFacts) -> [NodeFacts.Link.State] { facts.links.map(\.state) }

        @Test func `one direction of one medium that is cut is named by both nodes`() throws {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                for node in cluster.laboratory.nodes {
                    try cluster.wait(for: "both directions of both media") {
                        let facts = try tell(node)
                        return heard(facts) == [true, true] && links(facts) == [.up, .up]
                    }
                }
                let told = try tell(cluster.second)
                #expect(told.peer?.view?.told.version == Version.own && told.nodes.first?.version == Version.own)
                #expect(told.peer?.view?.told.marks == told.marks && told.marks != nil)
                #expect(told.peer?.view?.told.media.map(\.name.text) == ["eth0", "eth1"])
                #expect(told.peer?.view.map { $0.age < .seconds(5) } == true)
                // cluster2 hears nothing of cluster1 over eth1 any more, which hears everything.
                try FailureState.shell("nft add table inet cut", on: cluster.second)
                let chain = "nft add chain inet cut in '{ type filter hook input priority 0; }'"
                try FailureState.shell(chain, on: cluster.second)
                try FailureState.shell("nft add rule inet cut in iifname eth1 udp dport 694 drop", on: cluster.second)
                try cluster.wait(for: "cluster2 to find out") { try links(tell(cluster.second)) == [.up, .dead] }
                try cluster.wait(for: "cluster1 to be told") {
                    let facts = try tell(cluster.first)
                    return heard(facts) == [true, false] && links(facts) == [.up, .up]
                }
                #expect(heard(try tell(cluster.second)) == [true, true])
                let lost = try tell(cluster.second).links.map { $0.beats?.lost ?? 0 }
                #expect(lost.count == 2 && lost.last.map { $0 >= 10 } == true, "\(lost)")
                try FailureState.shell("nft delete table inet cut", on: cluster.second)
                try cluster.wait(for: "cluster1 to be heard again") { try heard(tell(cluster.first)) == [true, true] }
                #expect(
                    cluster.running(on: cluster.first) == ["web"] && cluster.running(on: cluster.second) == ["mail"])
            }
        }
    }
}
