// What a node does when the places it keeps things in are full, read-only, missing or damaged: the files of its state,
// its run directory and its log. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureState {
        /// A start that must fail: in the background as in the foreground it says why and ends with this code.
        static func expectRefusal(
            _ cluster: LifeCluster, _ words: [String], code: Int32 = 1, comment: Comment = ""
        ) throws {
            for options in [[], ["-f"]] {
                let start = try cluster.laboratory.heartbeat(options, on: cluster.first)
                #expect(start.code == code, "\(comment) \(options) \(start.output)")
                for text in words { #expect(start.output.contains(text), "\(comment) \(options) \(start.output)") }
                #expect(try !cluster.isRunning(cluster.first))
            }
        }

        static func shell(_ script: String, on node: LabNode) throws {
            let result = try node.run(["sh", "-c", script])
            guard result.code == 0 else { throw LifeFailure("\(script): \(result.output)") }
        }

        @Test func `a full disk keeps only a node down that has no generation yet`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                let state = node.stateDirectory
                try cluster.boot(node)
                try Self.shell("mount -t tmpfs -o size=64k state '\(state)'", on: node)
                let fill = "cat /dev/zero >'\(state)/filler' 2>/dev/null; [ -s '\(state)/filler' ]"
                try Self.shell(fill, on: node)
                try Self.expectRefusal(
                    cluster, ["Heartbeat not started: Cannot write \(state)/hb_generation", "No space left", "df -h"])
                try Self.shell("rm '\(state)/filler'", on: node)
                try cluster.start(node)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                let before = try node.run(["cat", "\(state)/hb_generation"]).output
                try Self.shell(fill, on: node)
                try cluster.start(node)
                let after = try node.run(["cat", "\(state)/hb_generation"]).output
                #expect(before < after && after.utf8.count == 16, "\(before) \(after)")
            }
        }

        @Test func `a state directory that cannot be written or made stops the start and is named`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                let state = node.stateDirectory
                try cluster.boot(node)
                try cluster.start(node)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                try Self.shell("mount --bind '\(state)' '\(state)' && mount -o remount,bind,ro '\(state)'", on: node)
                try Self.expectRefusal(
                    cluster, ["Cannot create \(state)/hb_generation", "Read-only file system", "mount -o remount,rw"])
                try Self.shell("umount '\(state)' && rm -r '\(state)' && touch '\(state)'", on: node)
                try Self.expectRefusal(cluster, ["Cannot make the directory \(state)", "move it away"])
                try Self.shell("rm '\(state)'", on: node)
                try cluster.start(node)
                #expect(cluster.text(state + "/hb_generation").utf8.count == 16, "a missing directory is made")
            }
        }

        @Test func `a damaged uuid stops the start with what to do`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try Data([1, 2, 3]).write(to: URL(fileURLWithPath: node.stateDirectory + "/hb_uuid"))
                try cluster.boot(node)
                try Self.expectRefusal(
                    cluster, ["\(node.stateDirectory)/hb_uuid is not a uuid of 16 bytes", "restore it, or remove it"])
            }
        }

        @Test func `a node that has lost its generation is a member again without anybody's help`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let node = cluster.second
                let path = node.stateDirectory + "/hb_generation"
                let known = try #require(UInt64(cluster.text(path).trimmingCharacters(in: .whitespacesAndNewlines)))
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                // As after a loss with the clock set back to 1970.
                try Data("5\n".utf8).write(to: URL(fileURLWithPath: path))
                try cluster.start(node)
                try cluster.waitForHoldings("local", "local")
                #expect(cluster.says("has generation 6, but \(known) is known", on: cluster.first))
                // Unless its first report, which proves that it lives, was faster than what it was told.
                let hasGoneOn = cluster.log(of: node).contains("Going on with \(known + 1)")
                #expect(cluster.text(path).hasSuffix(hasGoneOn ? "\(known + 1)\n" : " 6\n"))
            }
        }

        @Test func `a run directory that cannot be written stops the start and is named`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                let run = node.runDirectory
                try cluster.boot(node)
                try Self.shell("mount -t tmpfs run '\(run)' && mount -o remount,ro '\(run)'", on: node)
                try Self.expectRefusal(
                    cluster, ["Cannot make the directory \(run)/heartbeat", "Read-only file system", "remount,rw"])
            }
        }

        @Test func `a stale pid file keeps nobody from starting, and nobody is killed for it`() throws {
            try LifeCluster.run { cluster in
                let (node, laboratory) = (cluster.first, cluster.laboratory)
                try cluster.boot(node)
                try cluster.start(node)
                let pid = try cluster.pid(of: node)
                // Another node's files on the same machine, left by a daemon whose number was given away.
                let other = node.runDirectory + "/other"
                try Self.shell("mkdir '\(other)' && echo \(pid) >'\(other)/heartbeat.pid'", on: node)
                let program = try node.run(["readlink", "/proc/\(pid)/exe"]).output.split(separator: "\n").joined()
                let status = try node.run([program, "-s", "--run-dir", other])
                #expect(status.code == 1 && status.output == "heartbeat is stopped. No process\n", "\(status)")
                let stop = try node.run([program, "-k", "--run-dir", other])
                #expect(stop.code == 0 && stop.output == "INFO: Heartbeat already stopped.\n", "\(stop)")
                #expect(try cluster.isRunning(node))
                #expect(try laboratory.heartbeat(["-k"], on: node).code == 0)
                for text in ["1", pid, "no number", ""] {
                    try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: node.runDirectory + "/heartbeat.pid"))
                    try cluster.start(node)
                    #expect(try cluster.isRunning(node), "[\(text)]")
                    #expect(try laboratory.heartbeat(["-k"], on: node).code == 0)
                }
            }
        }

        /// Whether this machine lets a file system in a file be mounted and frozen.
        private static let canFreeze: Bool = {
            let script = """
                d=$(mktemp -d) && truncate -s 16M $d/disk && mkfs.ext4 -q $d/disk && mkdir $d/on || exit 1
                unshare --mount sh -c "mount -o loop $d/disk $d/on && fsfreeze -f $d/on && fsfreeze -u $d/on && umount $d/on"
                code=$?; rm -rf $d; exit $code
                """
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script]
            (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }()

        @Test(.enabled(if: canFreeze, "needs loop devices, mkfs.ext4 and fsfreeze"))
        func `a log on a disk that hangs costs neither the node nor its end`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                let disk = node.directory + "/disk"
                try cluster.boot(node)
                try cluster.boot(cluster.second)
                try Self.shell(
                    "truncate -s 16M '\(disk).img' && mkfs.ext4 -q '\(disk).img' && mkdir '\(disk)' "
                        + "&& mount -o loop '\(disk).img' '\(disk)'", on: node)
                let text = cluster.text(node.configDirectory + "/ha.cf")
                    .replacingOccurrences(of: "logfile \(node.logFile)\n", with: "logfile \(disk)/ha-log\n")
                try node.configure("ha.cf", text)
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.waitForHoldings("local", "local")
                // Nobody can end what waits for a frozen disk: whatever becomes of this test, it thaws.
                let thaw = "rm -f '\(disk).cold'; fsfreeze -u '\(disk)'"
                try Self.shell(
                    "fsfreeze -f '\(disk)' && : >'\(disk).cold'; (for i in $(seq 600); do [ -e '\(disk).cold' ] || exit; "
                        + "sleep 0.2; done; \(thaw)) >/dev/null 2>&1 &", on: node)
                defer { _ = try? node.run(["sh", "-c", thaw]) }
                try cluster.signal("KILL", cluster.second)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.start(cluster.second)
                try cluster.waitForHoldings("local", "local")
                #expect(
                    !cluster.log(of: cluster.second).contains("cluster1: is dead"), "its messages go out all the time")
                let debug = node.logFile + ".debug"
                try cluster.wait(for: "the word of it") {
                    cluster.text(debug).contains("does its disk hang? Its lines wait")
                }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                try cluster.wait(for: "the other to hold all") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                #expect(try node.run(["sh", "-c", thaw]).code == 0)
            }
        }

        @Test func `a log that cannot be written costs its lines and nothing else`() throws {
            let settings = LifeCluster.Settings.lonely
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try Self.shell("mkdir '\(node.runDirectory)/small'", on: node)
                try Self.shell("mount -t tmpfs -o size=4k log '\(node.runDirectory)/small'", on: node)
                try Self.shell("head -c 4096 /dev/zero >'\(node.runDirectory)/small/ha-log'", on: node)
                for (file, text) in [("small/ha-log", "No space left"), ("missing/ha-log", "No such file")] {
                    let log = "\(node.runDirectory)/\(file)"
                    let debug = "\(node.logFile).debug"
                    let length = cluster.text(debug).utf8.count
                    let lines = [
                        "logfile \(log)", "debugfile \(debug)", "bcast eth0", "node cluster1 cluster2",
                    ]
                    try node.configure("ha.cf", (lines + settings.times).map { $0 + "\n" }.joined())
                    try cluster.start(node)
                    try cluster.wait(for: "all groups") { try cluster.status(["rscstatus"], on: node) == "all" }
                    let told = cluster.text(debug).dropFirst(length).split(separator: "\n").filter {
                        $0.contains(log) && $0.contains("its lines are lost")
                    }
                    #expect(told.count == 1 && told[0].contains(text), "\(told)")
                    #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                }
            }
        }
    }
}
