// What a killed daemon has left up, when the next one does not start and when the dead one is not quite gone. Rows of
// docs/failure-modes.md, on real daemons.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureLeftover {
        /// Runs `body` on a node whose daemon has been killed and has left everything up.
        private func withLeftovers(_ body: (LifeCluster, LabNode) throws -> Void) throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try leaveUp(cluster)
                try body(cluster, node)
            }
        }

        private func leaveUp(_ cluster: LifeCluster) throws {
            let node = cluster.first
            try cluster.start(node)
            try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
            try cluster.signal("KILL", node)
            try cluster.wait(for: "the end") { try !cluster.isRunning(node) }
            #expect(cluster.running(on: node) == ["mail", "web"])
        }

        @Test func `a start that is refused leaves nothing of an earlier daemon up`() throws {
            try withLeftovers { cluster, node in
                let generation = node.stateDirectory + "/hb_generation"
                let (count, haCf) = (cluster.text(generation), cluster.text(node.configDirectory + "/ha.cf"))
                try Data("no number\n".utf8).write(to: URL(fileURLWithPath: generation))
                try FailureState.expectRefusal(cluster, ["which is no generation"])
                #expect(cluster.running(on: node) == [])
                // Nor one of files that have been broken since, or that name something else.
                try Data(count.utf8).write(to: URL(fileURLWithPath: generation))
                try leaveUp(cluster)
                try node.configure("ha.cf", haCf + "keepalive never\n")
                try node.configure("haresources", "cluster1 web\n")
                try FailureState.expectRefusal(cluster, ["configuration error"], code: 6)
                #expect(cluster.running(on: node) == [])
                try node.configure("ha.cf", haCf)
                try cluster.start(node)
                try cluster.wait(for: "its group") { cluster.running(on: node) == ["web"] }
            }
        }

        @Test func `whoever releases what a killed daemon has left waits until that one is gone`() throws {
            try withLeftovers { cluster, node in
                // A process of ours that holds the pid file and answers nobody, as one does that is being taken apart.
                let dying = """
                    open my $file, "+>", $ARGV[0] or die; printf $file "%10d\\n", $$; $file->flush;
                    my $lock = pack "s s x4 q q i x4", 1, 0, 0, 0, 0; fcntl $file, 37, $lock or die "$!";
                    open my $ready, ">", $ARGV[1] or die; close $ready; sleep 3;
                    """
                let (pidFile, ready) = (node.runDirectory + "/heartbeat.pid", node.runDirectory + "/ready")
                let words = ["perl", "-MIO::Handle", "-e", dying, pidFile, ready]
                try FailureState.shell(
                    (["setsid"] + words).map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
                        + " >/dev/null 2>&1 &", on: node)
                try cluster.wait(for: "the lock") { cluster.text(pidFile).hasSuffix("\n") && exists(ready) }
                #expect(try cluster.isRunning(node), "it holds the file")
                let release = try cluster.laboratory.heartbeat(["--release-leftovers"], on: node)
                #expect(release.code == 0 && cluster.running(on: node) == [], "\(release)")
            }
        }

        private func exists(_ path: String) -> Bool {
            FileManager.default.fileExists(atPath: path)
        }

        @Test func `a daemon that neither answers nor ends is named, and its resources are let alone`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                let living = try cluster.laboratory.heartbeat(["--release-leftovers"], on: node)
                #expect(living.code == 0 && living.output.contains("already running"), "\(living)")
                try cluster.signal("STOP", node)
                let stopped = try cluster.laboratory.heartbeat(
                    ["--release-leftovers"], on: node, limit: .seconds(120))
                try cluster.signal("CONT", node)
                let pid = try cluster.pid(of: node)
                #expect(stopped.code == 1 && stopped.output.contains("heartbeat [pid \(pid)] holds "), "\(stopped)")
                #expect(stopped.output.contains("but does not answer: nothing was started or released"))
                #expect(cluster.running(on: node) == ["mail", "web"])
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
            }
        }
    }
}
