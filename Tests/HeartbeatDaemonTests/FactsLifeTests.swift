// What both daemons of a real pair tell is the truth, whoever runs what; and what a daemon leaves that was killed, or that ended in
// order, says so.

import HeartbeatControl
import HeartbeatHost
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

extension LifeTests {
    @Suite(.serialized) struct FactsLife {
        /// Groups by the script that is their only resource.
        private static let scripts = ["web", "mail"]

        private func facts(_ node: LabNode) throws -> NodeFacts {
            let client = ControlClient(runDirectory: node.runDirectory)
            let reply = try client.ask(.question(.facts(format: 1), inProse: false))
            guard let facts = NodeFacts(text: reply.lines) else { throw LifeFailure("no facts: \(reply)") }
            return facts
        }

        /// Each group runs where both nodes say, and nowhere else.
        private func bothSayTheTruth(_ cluster: LifeCluster) throws -> Bool {
            let told = try cluster.laboratory.nodes.map(facts)
            return Self.scripts.allSatisfy { script in
                let runs = cluster.laboratory.nodes.map { cluster.running(on: $0).contains(script) }
                let groups = told.compactMap { $0.groups.first { $0.key == script } }
                guard groups.count == 2, runs.count(where: \.self) == 1 else { return false }
                return zip(groups, runs).allSatisfy { group, runsHere in
                    group.state == (runsHere ? .running : .stopped)
                        && group.onPeer == (runsHere ? .stopped : .running)
                }
            }
        }

        @Test func `both nodes tell who runs each group, before and after it has moved`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                try cluster.wait(for: "both to say who runs what") { try bothSayTheTruth(cluster) }
                let first = try facts(cluster.first)
                #expect(first.node.text == "cluster1" && first.product == Version.own && first.phase == .stable)
                #expect(first.pid.map { "\($0)" } == (try cluster.pid(of: cluster.first)))
                #expect(
                    first.nodes.map(\.status) == [.active, .active] && first.nodes.map(\.speaks) == [.ours, .ours])
                #expect(first.media.map(\.state) == [.open] && first.media.first?.sent ?? 0 > 0)
                let link = try #require(first.links.first)
                #expect(link.state == .up && link.lastHeard.map { $0 < .seconds(2) } == true && link.since != nil)
                #expect(first.groups.map(\.resources) == [["web"], ["mail"]])
                #expect(first.groups.first?.timeline?.contains(", running ") == true)
                #expect(first.peer?.hold == .foreign && first.flags.isEmpty && first.lateness != nil)
                #expect(try cluster.laboratory.tool("hb_standby", [], on: cluster.first).code == 0)
                try cluster.waitForHoldings("none", "all")
                try cluster.wait(for: "both to say who runs what") { try bothSayTheTruth(cluster) }
                try cluster.wait(for: "the movement to be counted") {
                    let takeover = NodeFacts.Counter(.takeovers, ["web", "offer"], value: 1)
                    return try facts(cluster.second).counters.contains(takeover)
                }
                let counted = try facts(cluster.second).counters
                #expect(counted.first { $0.labels == ["start", "done"] }.map { $0.value >= 2 } == true, "\(counted)")
                let told = try facts(cluster.second)
                for name in NodeFacts.Histogram.Name.allCases {
                    let some = told.histograms.filter { $0.name == name.rawValue }
                    #expect(some.contains { $0.durations.count > 0 }, "\(name): \(some)")
                }
                #expect(told.groups.allSatisfy { $0.running?.contains(false) == false }, "\(told.groups)")
            }
        }

        @Test func `a daemon of another format is told what is spoken here`() throws {
            try LifeCluster.run(.lonely) { cluster in
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                let client = ControlClient(runDirectory: cluster.first.runDirectory)
                let reply = try client.ask(.question(.facts(format: 2), inProse: false))
                #expect(reply == ControlReply(exitCode: 13, errors: ["ERROR: facts 2 is not spoken here; 1 is"]))
            }
        }

        @Test func `a killed daemon leaves when it was last alive and what it knew`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let own = ControlClient.ownDirectory(runDirectory: cluster.first.runDirectory)
                let status = LastStatus(in: PrivateDirectory(own), and: PrivateDirectory(cluster.first.stateDirectory))
                try cluster.wait(for: "the last status") { status.read()?.phase == .stable }
                let pid = try cluster.pid(of: cluster.first)
                let before = Instant.sinceBoot
                try cluster.wait(for: "a beat") { LifePage.read(in: own)?.beat.map { $0 > before } == true }
                try cluster.signal("KILL", cluster.first)
                let killed = Instant.sinceBoot
                let life = try #require(LifePage.read(in: own))
                #expect("\(life.pid)" == pid && life.state == .runs)
                #expect(life.beat.map { $0 <= killed } == true)
                let last = try #require(status.read())
                #expect(last.node.text == "cluster1" && "\(last.pid ?? 0)" == pid)
                #expect(last.groups.map(\.state) == [.running, .stopped])
                try cluster.wait(for: "cluster2 to run everything") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                let told = try facts(cluster.second)
                #expect(told.nodes.first?.standing == .dead && told.groups.map(\.onPeer) == [.unknown, .unknown])
                let trouble = told.troubles.first { $0.code == "node-dead" }
                #expect(trouble?.objects == [.init(kind: "peer", name: "cluster1")] && trouble?.healed == nil)
            }
        }

        @Test func `a last status that cannot be written costs nothing else`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                // Directories in their places stand for whatever cannot be replaced.
                let own = node.runDirectory + "/swift-heartbeat"
                for file in [own + "/life", own + "/last_status", node.stateDirectory + "/last_status"] {
                    try FailureState.shell("mkdir -p '\(file)/x'", on: node)
                }
                try cluster.start(node)
                for words in [
                    "nobody can tell since when", "when this daemon is gone an older",
                    "after a boot of this machine an older",
                ] {
                    #expect(cluster.says(words, on: node), "\(words)")
                }
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                #expect(try facts(node).troubles.contains { $0.code == "status-not-kept" })
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
            }
        }

        @Test func `an orderly end is known as one`() throws {
            try LifeCluster.run(.lonely) { cluster in
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                try cluster.wait(for: "web and mail") { cluster.running(on: cluster.first) == ["mail", "web"] }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                let own = ControlClient.ownDirectory(runDirectory: cluster.first.runDirectory)
                #expect(LifePage.read(in: own)?.state == .ended)
                let last = LastStatus(in: PrivateDirectory(own), and: PrivateDirectory(cluster.first.stateDirectory))
                    .read()
                #expect(last?.phase == .leaving && last?.groups.map(\.state) == [.stopped, .stopped])
            }
        }
    }
}
