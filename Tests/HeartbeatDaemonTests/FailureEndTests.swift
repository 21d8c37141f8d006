// Ends at bad moments: SIGTERM before, during and after everything, twice, on the giver and on the taker of a handover;
// SIGKILL while a script runs. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureEnd {
        /// Waits at the gate before it does what `verb` asks.
        private static func gated(_ verb: String, _ gate: String) -> String {
            "[ $verb != \(verb) ] || while [ ! -e '\(gate)' ]; do sleep 0.05; done"
        }

        private static func open(_ gate: String) {
            #expect(FileManager.default.createFile(atPath: gate, contents: nil))
        }

        @Test func `SIGTERM at any moment of a start ends the daemon and leaves nothing`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                let program = try node.run(["readlink", "/proc/\(try cluster.pid(of: node))/exe"]).output
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                let words = [
                    program.trimmingCharacters(in: .whitespacesAndNewlines), "-f", "--config-dir", node.configDirectory,
                    "--state-dir", node.stateDirectory, "--run-dir", node.runDirectory, "--node", node.name,
                ]
                for delay in ["0", "0.01", "0.02", "0.04", "0.08", "0.2", "0.5", "0.6", "0.7"] {
                    let script = "\"$@\" & sleep \(delay); kill -TERM $!; wait $!; echo exit $?"
                    let output = try node.run(["sh", "-c", script, "sh"] + words).output
                    // The very first moment belongs to the program's loader; nothing exists then.
                    #expect(output.hasSuffix("exit 0\n") || output.hasSuffix("exit 143\n"), "\(delay): \(output)")
                    #expect(try !cluster.isRunning(node), "\(delay)")
                    #expect(cluster.running(on: node) == [], "\(delay)")
                    #expect(cluster.text(node.runDirectory + "/heartbeat.pid") == "", "\(delay)")
                }
            }
        }

        @Test func `SIGTERM twice stops everything once`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                let gate = node.runDirectory + "/gate"
                try node.install("web", lines: Self.gated("stop", gate))
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.signal("TERM", node)
                try cluster.wait(for: "the release") { cluster.changes.contains("cluster1 stop web") }
                try cluster.signal("TERM", node)
                try cluster.signal("INT", node)
                #expect(try cluster.isRunning(node))
                Self.open(gate)
                try cluster.wait(for: "the end") { try !cluster.isRunning(node) }
                let stops = cluster.changes.filter { $0.contains("stop") }.sorted()
                #expect(stops == ["cluster1 stop mail", "cluster1 stop web"])
            }
        }

        @Test(arguments: ["stop", "start"])
        func `SIGTERM in the middle of a handover leaves one owner`(verb: String) throws {
            try LifeCluster.run { cluster in
                let busy = verb == "stop" ? cluster.first : cluster.second
                let other = verb == "stop" ? cluster.second : cluster.first
                let gate = busy.runDirectory + "/gate"
                try busy.install("web", lines: Self.gated(verb, gate))
                try cluster.startBoth()
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first).code == 0)
                try cluster.wait(for: "the script") { cluster.changes.last == "\(busy.name) \(verb) web" }
                try cluster.signal("TERM", busy)
                try cluster.wait(for: "the order") { cluster.log(of: busy).contains("shutdown in progress") }
                #expect(try cluster.isRunning(busy))
                Self.open(gate)
                try cluster.wait(for: "the end") { try !cluster.isRunning(busy) }
                try cluster.wait(for: "the other to hold all") {
                    try cluster.status(["rscstatus"], on: other) == "all"
                        && cluster.running(on: other) == ["mail", "web"]
                }
                #expect(cluster.running(on: busy) == [])
            }
        }

        @Test func `a killed daemon takes its script along, and the next one what that has started`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                let pids = node.runDirectory + "/pids"
                // A shell that waits for a child, and a service in a session of its own.
                let hanging = """
                    if [ $verb = start ] && [ ! -e '\(pids)' ]; then
                        setsid sh -c 'echo $$ >>"$1"; exec sleep 4321' sh '\(pids).service' >/dev/null 2>&1 &
                        while [ ! -s '\(pids).service' ]; do sleep 0.05; done
                        sleep 4322 & echo $! $$ >'\(pids)'
                        wait
                    fi
                    """
                try node.install("web", lines: hanging)
                try cluster.boot(node)
                try cluster.start(node)
                try cluster.wait(for: "the script") { cluster.text(pids).hasSuffix("\n") }
                let numbers = cluster.text(pids).split(whereSeparator: \.isWhitespace).map { String($0) }
                let service = cluster.text(pids + ".service").trimmingCharacters(in: .whitespacesAndNewlines)
                let (child, shell, daemon) = (numbers[0], numbers[1], try cluster.pid(of: node))
                try cluster.signal("KILL", node)
                // A zombie that nobody has collected yet is dead as well.
                let isAlive = { (pid: String) in
                    let state = try node.run(["cut", "-d", " ", "-f", "3", "/proc/\(pid)/stat"])
                    return state.code == 0 && state.output != "Z\n"
                }
                try cluster.wait(for: "the end of daemon and script") { try !isAlive(daemon) && !isAlive(shell) }
                #expect(try isAlive(child), "nobody has ended it yet")
                try cluster.start(node)
                #expect(try !isAlive(child), "it is gone before the new daemon says that it is ready")
                #expect(try isAlive(service), "a service is its script's to stop")
                #expect(cluster.says("was killed while", on: node))
                #expect(cluster.says("ended what was left of it (1 process)", on: node))
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                let notes = node.runDirectory + "/swift-heartbeat/scripts"
                let left = try FileManager.default.contentsOfDirectory(atPath: notes)
                #expect(left.filter { $0.hasPrefix(daemon + ".") } == [])
            }
        }
    }
}
