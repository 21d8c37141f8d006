// The program of a daemon that serves is replaced, again and again: nobody notices it, neither a client, nor the other node, nor the
// scripts; and afterwards everything works. A program that cannot go on costs nothing.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct UpgradeLife {
        private static let address = "192.168.77.100"
        /// The night takes more.
        private static let rounds =
            ProcessInfo.processInfo.environment["HEARTBEAT_UPGRADES"].flatMap { Int($0) } ?? 20

        private static func settings(hasGuardian: Bool = true) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            // A program that is built for tests takes a tenth of a second to begin.
            settings.times = ["keepalive 400ms", "warntime 1500ms", "deadtime 3", "initdead 4"]
            settings.directives = ["auto_failback off"]
            settings.groups = ["cluster1 \(address)/24/eth0"]
            settings.pretends = false
            settings.hasGuardian = hasGuardian
            settings.hasSerial = true
            return settings
        }

        private func guardians(_ node: LabNode) throws -> [String] {
            try node.run(["pgrep", "-x", "hb_guardian"]).output.split(separator: "\n").map(String.init)
        }

        private func upgrade(_ node: LabNode, _ cluster: LifeCluster) throws {
            let result = try cluster.laboratory.heartbeat(["--upgrade"], on: node, limit: .seconds(60))
            #expect(result.code == 0 && result.output.contains(" goes on as "), "\(result.output)")
        }

        private func lines(_ node: LabNode, _ cluster: LifeCluster) -> [Substring] {
            cluster.log(of: node).split(separator: "\n")
        }

        @Test(.timeLimit(.minutes(30)))
        func `a daemon that becomes its program anew goes on as if nothing had happened`() throws {
            try LifeCluster.run(Self.settings()) { cluster in
                try cluster.startServing(Self.address)
                let probe = try ClientProbe(Self.address, from: cluster.laboratory.client)
                defer { probe.close() }
                let (first, second) = (cluster.first, cluster.second)
                try cluster.wait(for: "the guardians") { try guardians(first).count == 1 }
                try cluster.wait(for: "the client to be served") {
                    probe.isServed(by: first.hardwareAddress, for: .seconds(2))
                }
                let (pid, guardian) = (try cluster.pid(of: first), try guardians(first))
                let (own, others) = (lines(first, cluster).count, lines(second, cluster).count)
                let start = Moment.now()
                for _ in 0..<Self.rounds { try upgrade(first, cluster) }
                try cluster.wait(for: "the client to be served on") {
                    probe.isServed(by: first.hardwareAddress, for: .seconds(3))
                }
                let figures = try probe.figures(since: start)
                print("\(Self.rounds) upgrades: \(figures.lost) of \(figures.sent) lost, \(figures.outage)")
                #expect(figures.lost == 0, "\(figures)")
                #expect(figures.outage <= .milliseconds(60) + figures.longestStall, "\(figures)")
                #expect(figures.firstAnswers[second.hardwareAddress] == nil)
                #expect(try cluster.pid(of: first) == pid)
                #expect(try guardians(first) == guardian)
                #expect(lines(second, cluster).dropFirst(others).isEmpty, "\(lines(second, cluster).dropFirst(others))")
                let news = lines(first, cluster).dropFirst(own)
                #expect(news.count == Self.rounds && news.allSatisfy { $0.contains("Upgraded from ") }, "\(news)")
                try works(afterwards: cluster, first, second)
            }
        }

        /// What a pair can do.
        private func works(afterwards cluster: LifeCluster, _ first: LabNode, _ second: LabNode) throws {
            #expect(try cluster.laboratory.tool("cl_status", ["hbstatus"], on: first).code == 0)
            let places = ["--run-dir", first.runDirectory, "--state-dir", first.stateDirectory]
            let status = try first.run(["\(cluster.laboratory.programs)/hbctl", "status"] + places)
            #expect(status.code == 0, "\(status.output)")
            #expect(try cluster.laboratory.tool("hb_standby", ["all"], on: first).code == 0)
            try cluster.wait(for: "cluster2 to serve") {
                try cluster.has(Self.address, second) && !cluster.has(Self.address, first)
            }
            try upgrade(second, cluster)
            #expect(try cluster.laboratory.tool("hb_takeover", ["all"], on: first).code == 0)
            try cluster.wait(for: "cluster1 to serve") {
                try cluster.has(Self.address, first) && !cluster.has(Self.address, second)
            }
            try upgrade(first, cluster)
            _ = try cluster.laboratory.powerOff(first)
            try cluster.wait(for: "cluster2 to take over") { try cluster.has(Self.address, second) }
        }

        @Test func `scripts are not called, and what is killed later is noticed`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let changes = cluster.changes
                for node in cluster.laboratory.nodes + cluster.laboratory.nodes { try upgrade(node, cluster) }
                #expect(cluster.changes == changes)
                try cluster.signal("KILL", cluster.first)
                try cluster.wait(for: "cluster2 to hold all") {
                    try cluster.status(["rscstatus"], on: cluster.second) == "all"
                }
            }
        }

        /// The program is another one on the disk by now.
        @Test func `a program that cannot go on is refused, and nothing is changed`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let program = node.configDirectory + "/heartbeat"
                let words = cluster.laboratory.daemonWords([], on: node)
                #expect(try node.run(["cp", words[0], program]).code == 0)
                #expect(try node.run([program] + words.dropFirst(), limit: .seconds(20)).code == 0)
                try cluster.wait(for: "all groups") { try cluster.status(["rscstatus"], on: node) == "all" }
                let pid = try cluster.pid(of: node)
                // The last one is another file by the time it could begin.
                let replaced = "touch \"$0\"; echo the state is accepted"
                for script in ["echo no such option; exit 2", "exit 0", "sleep 60", replaced] {
                    let text = "#!/bin/sh\n\(script)\n"
                    try Data(text.utf8).write(to: URL(fileURLWithPath: program + ".new"))
                    let swap = "chmod 755 \(program).new && mv \(program).new \(program)"
                    #expect(try node.run(["sh", "-c", swap]).code == 0)
                    let result = try cluster.laboratory.heartbeat(["--upgrade"], on: node, limit: .seconds(60))
                    #expect(result.code == 1 && result.output.contains("Not upgraded: "), "\(result.output)")
                    #expect(result.output.contains("restart the service"), "\(result.output)")
                    #expect(try cluster.pid(of: node) == pid)
                    #expect(try cluster.status(["rscstatus"], on: node) == "all")
                }
                #expect(cluster.changes.count == 2, "\(cluster.changes)")
            }
        }
    }
}
