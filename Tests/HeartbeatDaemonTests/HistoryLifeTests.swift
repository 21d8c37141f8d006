// Real daemons keep their movements through restarts, tell people by programs of their owner, and lose nothing that works when the disk
// of the history is full.

import Foundation
import HeartbeatControl
import HeartbeatHost
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

extension LifeTests {
    @Suite(.serialized) struct HistoryLife {
        private static func files(_ node: LabNode) -> HistoryFiles {
            let own = ControlClient.ownDirectory(runDirectory: node.runDirectory)
            return HistoryFiles(in: PrivateDirectory(own), and: PrivateDirectory(node.stateDirectory))
        }

        private static func entries(_ node: LabNode) -> [HistoryEntry] { files(node).read().entries }

        private static func facts(_ node: LabNode) throws -> NodeFacts {
            let reply = try ControlClient(runDirectory: node.runDirectory).ask(
                .question(.facts(format: 1), inProse: false))
            guard let facts = NodeFacts(text: reply.lines) else { throw LifeFailure("no facts: \(reply)") }
            return facts
        }

        /// The example of docs/notices.md, as it stands there, writing into `path`.
        private static func example(writing path: String) throws -> String {
            let page = Files.read(
                URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .deletingLastPathComponent().appendingPathComponent("docs/notices.md").path)
            let script = try #require(page.components(separatedBy: "```sh\n").dropFirst().first)
            return script.components(separatedBy: "```")[0]
                .replacingOccurrences(of: "/var/log/heartbeat-movements", with: path)
        }

        @Test func `movements are numbered through restarts, learned from, and told to people`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                let told = "\(node.configDirectory)/movements"
                try Files.makeDirectory("\(node.configDirectory)/notify.d")
                let place = "\(node.configDirectory)/notify.d"
                try Files.write(try Self.example(writing: told), to: place + "/movements", mode: 0o755)
                try Files.write("#!/bin/sh\ntouch '\(told).open'\n", to: place + "/open", mode: 0o777)
                try Files.write("#!/bin/sh\ntouch '\(told).old'\n", to: place + "/movements.old", mode: 0o755)
                try cluster.startBoth()
                try cluster.waitForHoldings("local", "local")
                try cluster.wait(for: "the first movement") {
                    Self.entries(node).contains { $0.timeline.group == "web" }
                }
                let first = try #require(Self.entries(node).last)
                #expect(first.number == 1 && first.node.text == "cluster1" && first.to?.text == "cluster1")
                #expect(try cluster.laboratory.tool("hb_standby", [], on: node).code == 0)
                try cluster.waitForHoldings("none", "all")
                try cluster.wait(for: "the release") { Self.entries(node).last?.timeline.outcome == .released }
                let second = try #require(Self.entries(node).last)
                #expect(second.number == 2 && second.from?.text == "cluster1" && second.to?.text == "cluster2")
                try cluster.wait(for: "both notices") {
                    let lines = Files.read(told).split(separator: "\n")
                    return lines.count == 2 && lines[1].contains("cluster1: group-released of web (request), ")
                        && lines[1].contains("cluster1 -> cluster2") && lines[1].hasSuffix(" ms, no. 2")
                }
                #expect(cluster.says("notify.d/open is not run: everybody may write to", on: node))
                #expect(cluster.says("notify.d/movements.old is not run: its name may have", on: node))
                for name in ["open", "old"] { #expect(!FileManager.default.fileExists(atPath: "\(told).\(name)")) }
                let group = try #require(Self.facts(node).groups.first { $0.key == "web" })
                #expect(group.number == 2 && group.start.map { $0 > .zero && $0 < .seconds(60) } == true)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                try cluster.start(node)
                try cluster.waitForHoldings("local", "local")
                try cluster.wait(for: "a third movement") { (Self.entries(node).last?.number ?? 0) >= 3 }
                #expect(Self.entries(node).map(\.number) == Array(1...UInt64(Self.entries(node).count)))
                #expect(
                    try Self.facts(node).groups.first { $0.key == "web" }?.start != nil, "also what was learned is kept"
                )
            }
        }

        @Test func `a full disk below the history costs nothing else, and is told`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                let state = node.stateDirectory
                try cluster.boot(node)
                try FailureState.shell("mount -t tmpfs -o size=64k state '\(state)'", on: node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                // What is on that disk is seen on the node alone; the last lines are below /run as well.
                try cluster.wait(for: "both movements") { Self.entries(node).last?.number == 2 }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                let fill = "cat /dev/zero >'\(state)/filler' 2>/dev/null; [ -s '\(state)/filler' ]"
                // No page is left that either could grow into.
                try FailureState.shell("rm -f '\(state)/history' '\(state)/learned'; \(fill)", on: node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.wait(for: "the complaint") {
                    try Self.facts(node).troubles.contains { $0.code == "history-not-kept" }
                }
                #expect(cluster.says("No space left on device", on: node))
                let kept = Self.entries(node)
                #expect(kept.contains { $0.timeline.group == "web" && $0.timeline.outcome == .running }, "\(kept)")
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
            }
        }
    }
}
