// The life of one daemon as an operator and an init script see it: starting, asking, reloading, ending, and what it
// leaves behind when it is killed. On the built programs; needs root and says so without.

import Foundation
import Glibc
import HeartbeatLab
import Testing

/// Everything that needs two nodes; one laboratory at a time, because they share a small machine.
@Suite(.serialized, .enabled(if: geteuid() == 0, "nodes in network namespaces need root"))
enum LifeTests {}

extension LifeTests {
    @Suite(.serialized) struct Starting {
        @Test func `a background start returns when the daemon is ready and leaves its marks`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let start = try cluster.laboratory.heartbeat(on: node)
                #expect(start.code == 0, "\(start.output)")
                let pidFile = cluster.text(node.runDirectory + "/heartbeat.pid")
                let pid = try cluster.pid(of: node)
                #expect(pidFile == String(repeating: " ", count: 10 - pid.utf8.count) + pid + "\n")
                #expect(try node.run(["cat", "/proc/\(pid)/comm"]).output == "heartbeat\n")
                let status = try cluster.laboratory.heartbeat(["-s"], on: node)
                #expect(status.code == 0)
                #expect(status.output == "heartbeat OK [pid \(pid) et al] is running on cluster1 [cluster1]...\n")
                // It answers already: ready means ready.
                #expect(try cluster.laboratory.tool("cl_status", ["hbstatus"], on: node).code == 0)
            }
        }

        @Test func `a second start says so and changes nothing`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                let pid = try cluster.pid(of: node)
                for options in [[], ["-f"]] {
                    let second = try cluster.laboratory.heartbeat(options, on: node)
                    #expect(second.code == 0, "\(options) \(second.output)")
                    #expect(second.output.contains("heartbeat: already running [pid \(pid)]."), "\(second.output)")
                    #expect(try cluster.pid(of: node) == pid)
                    #expect(try cluster.isRunning(node))
                }
            }
        }

        @Test func `the generation grows with every start and the uuid stays`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                var generations: [UInt64] = []
                var uuids: [Data] = []
                for _ in 0..<3 {
                    try cluster.start(node)
                    let text = cluster.text(node.stateDirectory + "/hb_generation")
                    #expect(text.utf8.count == 16)
                    let number = text.trimmingCharacters(in: .whitespacesAndNewlines)
                    generations.append(try #require(UInt64(number), "hb_generation: [\(text)]"))
                    uuids.append(try Data(contentsOf: URL(fileURLWithPath: node.stateDirectory + "/hb_uuid")))
                    #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                }
                #expect(zip(generations, generations.dropFirst()).allSatisfy { $0 + 1 == $1 }, "\(generations)")
                #expect(Set(uuids).count == 1 && uuids[0].count == 16)
            }
        }

        @Test func `a state that cannot be trusted stops the start, and the terminal is told why`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try Data("not a number\n".utf8).write(to: URL(fileURLWithPath: node.stateDirectory + "/hb_generation"))
                try cluster.boot(node)
                for options in [[], ["-f"]] {
                    let start = try cluster.laboratory.heartbeat(options, on: node)
                    #expect(start.code == 1, "\(options) \(start.output)")
                    let complaint = "\(node.stateDirectory)/hb_generation holds"
                    #expect(start.output.contains(complaint), "\(options) \(start.output)")
                    #expect(try !cluster.isRunning(node))
                }
            }
        }

        @Test func `one node alone waits for initdead, then holds everything`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") {
                    try cluster.status(["rscstatus"], on: node) == "all"
                        && cluster.running(on: node) == ["mail", "web"]
                }
                let peer = try cluster.laboratory.tool("cl_status", ["nodestatus", "cluster2"], on: node)
                #expect(peer.code == 1 && peer.output.hasSuffix("dead\n"), "\(peer.output)")
                #expect(try cluster.status(["nodestatus", "cluster1"], on: node) == "active")
            }
        }

        @Test func `a killed daemon leaves only its services, and the next one settles them before it starts anything`()
            throws
        {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                let generation = cluster.text(node.stateDirectory + "/hb_generation")
                let pid = try cluster.pid(of: node)
                try cluster.signal("KILL", node)
                try cluster.wait(for: "its end") { try node.run(["test", "-e", "/proc/\(pid)"]).code != 0 }
                #expect(try Self.processes(of: node) == [], "left behind")
                #expect(try cluster.laboratory.heartbeat(["-s"], on: node).code == 1)
                let stopped = try cluster.laboratory.tool("cl_status", ["hbstatus"], on: node)
                #expect(stopped.code == 1 && stopped.output.contains("stopped"), "\(stopped.output)")
                try cluster.start(node)
                try cluster.wait(for: "all groups again") { try cluster.status(["rscstatus"], on: node) == "all" }
                #expect(cluster.text(node.stateDirectory + "/hb_generation") > generation)
                let settled = Set(cluster.changes.dropFirst(2).prefix(2))
                #expect(settled == ["cluster1 stop mail", "cluster1 stop web"])
                #expect(cluster.changes.count == 6)
                #expect(cluster.says("web runs although this node does not hold it", on: node))
            }
        }

        /// Command names of what runs inside a node, zombies included, apart from the laboratory's own.
        private static func processes(of node: LabNode) throws -> [String] {
            let script = "for file in /proc/[0-9]*/stat; do read -r pid name rest <$file && echo $name; done"
            let names = try node.run(["sh", "-c", script]).output.split(separator: "\n").map { String($0) }
            return names.filter { !["(sh)", "(sleep)"].contains($0) }
        }
    }
}

extension LifeTests {
    @Suite(.serialized) struct Ending {
        @Test func `stop waits until the daemon is gone, and stopping again is fine`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let pid = try cluster.pid(of: cluster.first)
                let stop = try cluster.laboratory.heartbeat(["-k"], on: cluster.first)
                #expect(stop.code == 0, "\(stop.output)")
                #expect(try cluster.first.run(["test", "-e", "/proc/\(pid)"]).code != 0)
                #expect(access(cluster.first.runDirectory + "/heartbeat.pid", F_OK) != 0)
                #expect(cluster.running(on: cluster.first) == [])
                try cluster.wait(for: "the other node to hold all") {
                    try cluster.status(["rscstatus"], on: cluster.second) == "all"
                        && cluster.running(on: cluster.second) == ["mail", "web"]
                }
                let expected = ["cluster1 stop web", "cluster2 start web"]
                #expect(cluster.changes.suffix(2) == expected[...])
                let again = try cluster.laboratory.heartbeat(["-k"], on: cluster.first)
                #expect(again.code == 0 && again.output == "INFO: Heartbeat already stopped.\n")
                #expect(!cluster.log(of: cluster.second).contains("is dead"), "a node that left was taken for dead")
            }
        }

        @Test func `SIGTERM before the other node is heard ends at once`() throws {
            var settings = LifeCluster.Settings()
            settings.times = ["keepalive 100ms", "deadtime 2", "initdead 3600"]
            try LifeCluster.run(settings) { cluster in
                try cluster.boot(cluster.first)
                try cluster.start(cluster.first)
                // An hour of initdead would outlast the limit of this command.
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                #expect(cluster.changes == [])
            }
        }

        @Test func `SIGTERM during a start lets the script finish, then releases in reverse`() throws {
            var settings = LifeCluster.Settings.lonely
            settings.groups = ["cluster1 db web mail"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                let gate = node.runDirectory + "/gate"
                try node.install("web", lines: "[ $verb != start ] || while [ ! -e '\(gate)' ]; do sleep 0.05; done")
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "the slow start") { cluster.changes.last == "cluster1 start web" }
                try cluster.signal("TERM", node)
                try cluster.wait(for: "the order to arrive") {
                    cluster.log(of: node).contains("Heartbeat shutdown in progress.")
                }
                #expect(cluster.changes == ["cluster1 start db", "cluster1 start web"])
                #expect(try cluster.isRunning(node))
                #expect(FileManager.default.createFile(atPath: gate, contents: nil))
                try cluster.wait(for: "the end") { try !cluster.isRunning(node) }
                let verbs = ["start db", "start web", "stop mail", "stop web", "stop db"]
                #expect(cluster.changes == verbs.map { "cluster1 \($0)" })
            }
        }
    }
}

extension LifeTests {
    @Suite(.serialized) struct Reloading {
        @Test func `keys change on a running pair without anybody noticing`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let changes = cluster.changes
                // First both learn to read the new key, then both write with it.
                for keys in ["auth 1\n1 sha1 laboratory\n2 sha1 another\n", "auth 2\n1 crc\n2 sha1 another\n"] {
                    for node in cluster.laboratory.nodes {
                        let length = cluster.log(of: node).utf8.count
                        try node.configure("authkeys", keys)
                        try cluster.signal("HUP", node)
                        try cluster.wait(for: "the keys to be read") {
                            cluster.log(of: node).dropFirst(length).contains("The configuration was read again")
                        }
                    }
                }
                for (node, peer) in [(cluster.first, cluster.second), (cluster.second, cluster.first)] {
                    #expect(try cluster.status(["nodestatus", peer.name], on: node) == "active")
                    #expect(!cluster.log(of: node).contains("is dead"))
                }
                // Only messages that both understand can move a group.
                #expect(try cluster.laboratory.tool("hb_standby", [], on: cluster.first).code == 0)
                try cluster.waitForHoldings("none", "all")
                #expect(cluster.changes == changes + ["cluster1 stop web", "cluster2 start web"])
            }
        }

        @Test func `reload starts what does not run and leaves running what does`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0)
                let pid = try cluster.pid(of: node)
                #expect(try cluster.laboratory.heartbeat(["--reload"], on: node).code == 0)
                try cluster.wait(for: "the files to be read") {
                    cluster.log(of: node).contains("The configuration was read again")
                }
                #expect(try cluster.isRunning(node) && cluster.pid(of: node) == pid)
            }
        }

        @Test func `a reload says who asked for it, and of a changed ha cf that nothing is started again`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                func count(_ words: String) -> Int { cluster.log(of: node).components(separatedBy: words).count - 1 }
                for (round, file) in ["authkeys", "ha.cf", "authkeys"].enumerated() {
                    let path = "\(node.configDirectory)/\(file)"
                    // A second later, whatever the clock of the file system counts in.
                    #expect(try node.run(["touch", "-d", "now + \(round + 1) seconds", path]).code == 0)
                    #expect(try cluster.laboratory.heartbeat(["-r"], on: node).code == 0)
                    try cluster.wait(for: "reload \(round + 1)") {
                        count("The configuration was read again and is in force") == round + 1
                    }
                    #expect(count("to reread config files") == round + 1)
                }
                try cluster.wait(for: "the word about ha.cf") { count("no restart exec is needed") > 0 }
                #expect(count("restart exec") == 1)
            }
        }

        @Test(arguments: [
            ("ha.cf", "keepalvie 1\n"), ("haresources", "elsewhere web\n"), ("authkeys", "auth 7\n"), ("ha.cf", ""),
        ])
        func `broken files are complained about and everything goes on`(file: String, text: String) throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                let pid = try cluster.pid(of: node)
                try node.configure(file, text)
                try cluster.signal("HUP", node)
                try cluster.wait(for: "the complaint") { cluster.log(of: node).contains("goes on as before") }
                try cluster.wait(for: "the mistake") {
                    cluster.log(of: node).contains("ERROR: \(node.configDirectory)/\(file):")
                }
                let reload = try cluster.laboratory.heartbeat(["-r"], on: node)
                #expect(reload.code == 6, "\(reload.output)")
                #expect(try cluster.isRunning(node) && cluster.pid(of: node) == pid)
            }
        }
    }
}
