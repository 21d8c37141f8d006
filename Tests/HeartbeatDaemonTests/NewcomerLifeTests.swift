// Somebody who has never seen this program, with nothing but hbctl and the three files: gets a pair going, makes ten mistakes, sees a
// cable fail as it was predicted, asks what has happened and why, and rehearses the next time.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct NewcomerLife {
        private static let group = "192.168.77.100/24/eth0"

        private static var settings: LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives = ["auto_failback off", "link eth0 debounce=0 up=1"]
            settings.groups = ["cluster1 \(group)"]
            settings.pretends = false
            return settings
        }

        /// A line that is added to a file, and what is said of it: what is wrong, or what to write instead.
        struct Mistake: Sendable {
            let file: String
            let line: String
            let remedy: String
        }

        private static let mistakes: [Mistake] = [
            .init(file: "ha.cf", line: "keepalvie 1", remedy: "did you mean \"keepalive\"?"),
            .init(file: "ha.cf", line: "warntime 1s", remedy: "seconds are written without, \"1\""),
            .init(file: "ha.cf", line: "udpport 65536", remedy: "write a number from 1 to 65535"),
            .init(file: "ha.cf", line: "auto_failback maybe", remedy: "is none of on, off, legacy"),
            .init(file: "ha.cf", line: "deadtime 150ms", remedy: "write at least \"deadtime 201ms\""),
            .init(file: "ha.cf", line: "crm on", remedy: "it reads haresources: write \"no\""),
            .init(file: "haresources", line: "cluster3 10.0.0.1/24/eth0", remedy: "did you mean \"cluster1\"?"),
            .init(
                file: "haresources", line: "cluster1 192.168.77.300/24", remedy: "write four numbers from 0 to 255"),
            .init(file: "authkeys", line: "2 md4 secret", remedy: "write \"<number> sha1 <secret>\""),
            .init(file: "authkeys", line: "auth 3", remedy: "add a line \"3 sha1 <secret>\""),
        ]

        // MARK: - What he types

        private static func hbctl(_ words: [String], on node: LabNode, _ cluster: LifeCluster) throws -> Command {
            let places = [
                "--run-dir", node.runDirectory, "--state-dir", node.stateDirectory, "--config-dir",
                node.configDirectory,
            ]
            return try node.run(["\(cluster.laboratory.programs)/hbctl"] + words + places, limit: .seconds(100))
        }

        private static func object(_ words: [String], on node: LabNode, _ cluster: LifeCluster) throws -> [String: Any]
        {
            let output = try hbctl(words + ["--json"], on: node, cluster).output
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
            return try #require(value, "\(output)")
        }

        private static func check(on node: LabNode, _ cluster: LifeCluster) throws -> [[String: Any]] {
            let share = ["--share-dir", cluster.laboratory.shared]
            return try #require(try object(["check"] + share, on: node, cluster)["findings"] as? [[String: Any]])
        }

        private static func errors(on node: LabNode, _ cluster: LifeCluster) throws -> [[String: Any]] {
            try check(on: node, cluster).filter { $0["severity"] as? String == "error" }
        }

        private static func waitForHealth(_ cluster: LifeCluster) throws {
            for node in cluster.laboratory.nodes {
                try cluster.wait(for: "\(node.name) to say OK") { try hbctl(["status"], on: node, cluster).code == 0 }
            }
        }

        private static func server(by node: LabNode, _ cluster: LifeCluster) throws -> String? {
            let groups = try object(["status"], on: node, cluster)["groups"] as? [[String: Any]]
            return groups?.first?["node"] as? String
        }

        // MARK: - What happens

        @Test func `hbctl and three files are enough from the first start to the first drill`() throws {
            try LifeCluster.run(Self.settings) { cluster in
                for node in cluster.laboratory.nodes {
                    try cluster.boot(node)
                    #expect(try Self.errors(on: node, cluster).isEmpty)
                }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try Self.waitForHealth(cluster)
                for mistake in Self.mistakes { try make(mistake, cluster) }
                try Self.waitForHealth(cluster)
                try predict("lose eth0@cluster1", comesTo: "cluster2", cluster)
                try loseCable(cluster)
                try rehearse(cluster)
            }
        }

        /// It is found with its place and its remedy, and nothing that works is touched by it.
        private func make(_ mistake: Mistake, _ cluster: LifeCluster) throws {
            let node = cluster.first
            let path = "\(node.configDirectory)/\(mistake.file)"
            let text = cluster.text(path)
            try node.configure(mistake.file, text + mistake.line + "\n")
            let found = try Self.errors(on: node, cluster).first { finding in
                finding["file"] as? String == path
                    && (finding["sentence"] as? String)?.contains(mistake.remedy) == true
            }
            let number = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(found?["line"] as? Int == number, "\(mistake): \(found ?? [:])")
            #expect(try Self.hbctl(["check"], on: node, cluster).code == 2, "\(mistake)")
            #expect(try Self.server(by: node, cluster) == "cluster1", "\(mistake)")
            try node.configure(mistake.file, text)
        }

        private func predict(_ event: String, comesTo node: String, _ cluster: LifeCluster) throws {
            var plan: [String: Any] = [:]
            try cluster.wait(for: "a plan of \(event)") {
                plan = try Self.object(["plan", event], on: cluster.first, cluster)
                return plan["exit"] as? Int != 3
            }
            let groups = (plan["plans"] as? [[String: Any]])?.first?["groups"] as? [[String: Any]]
            #expect(groups?.first?["owners"] as? [String] == [node], "\(plan)")
            #expect(try Self.server(by: cluster.first, cluster) == "cluster1", "nothing has happened yet")
        }

        /// The service moves, the history says why, and it comes home when it is told to.
        private func loseCable(_ cluster: LifeCluster) throws {
            try cluster.laboratory.plug(.lan(0), false)
            try cluster.wait(for: "cluster2 to serve") {
                try Self.server(by: cluster.second, cluster) == "cluster2"
            }
            var last: [String: Any] = [:]
            try cluster.wait(for: "the history of cluster1") {
                let movements =
                    try Self.object(["history"], on: cluster.first, cluster)["movements"] as? [[String: Any]]
                last = movements?.last ?? [:]
                return last["outcome"] as? String == "released"
            }
            #expect(last["group"] as? String == Self.group && last["to"] as? String == "cluster2", "\(last)")
            #expect((last["cause"] as? [String: Any])?["word"] as? String == "loss", "\(last)")
            try cluster.wait(for: "its cause") {
                let story = try Self.object(["why"], on: cluster.first, cluster)["story"] as? [[String: Any]] ?? []
                return story.contains {
                    $0["is_cause"] as? Bool == true && $0["event"] as? String == "lose eth0@cluster1"
                }
            }
            let text = try Self.hbctl(["history"], on: cluster.first, cluster)
            #expect(text.output.contains("cluster1 -> cluster2"), "\(text)")
            let status = try Self.hbctl(["status"], on: cluster.first, cluster)
            #expect(status.code == 1 && status.output.contains("interface eth0 of cluster1 has been lost"), "\(status)")
            try cluster.laboratory.plug(.lan(0), true)
            try Self.waitForHealth(cluster)
            let home = try Self.hbctl(["failback", "--yes", "--timeout", "60"], on: cluster.first, cluster)
            #expect(home.code == 0, "\(home)")
        }

        private func rehearse(_ cluster: LifeCluster) throws {
            try Self.waitForHealth(cluster)
            let drill = try Self.object(
                ["drill", "--yes", "--hold", "1", "--timeout", "60"], on: cluster.first, cluster)
            #expect(drill["outcome"] as? String == "done", "\(drill)")
            #expect(try Self.server(by: cluster.second, cluster) == "cluster1")
            let status = try Self.hbctl(["status"], on: cluster.first, cluster)
            #expect(status.code == 0 && status.output.contains("last drill   "), "\(status)")
        }
    }
}
