// What resource scripts find when they are called, and what becomes of a group whose script fails or hangs.

import Foundation
import Glibc
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Scripts {
        @Test func `scripts find the arguments, environment and directory that they have always found`() throws {
            var settings = LifeCluster.Settings()
            settings.groups = ["cluster1 web::first::second db", "cluster2 mail"]
            settings.directives += ["env COLOUR=green"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                let notes = node.runDirectory + "/notes"
                for script in ["web", "db", "mail"] {
                    try node.install(script, lines: Self.noteTaker(notes + ".\(script)"))
                }
                try cluster.startBoth()
                #expect(
                    cluster.text(notes + ".web.arguments")
                        == "first second status\nfirst second status\nfirst second start\n")
                #expect(cluster.text(notes + ".db.arguments") == "status\nstatus\nstart\n")
                // Away and back, so that the last start is one with the other node active.
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: node).code == 0)
                try cluster.waitForHoldings("none", "all")
                #expect(cluster.text(notes + ".web.arguments").hasSuffix("first second stop\n"))
                #expect(try cluster.laboratory.tool("hb_takeover", ["local"], on: node).code == 0)
                try cluster.waitForHoldings("local", "local")
                #expect(cluster.text(notes + ".web.places") == Self.places(of: node))
                let environment = Self.environment(cluster.text(notes + ".web.environment"))
                for (name, value) in Self.expectedEnvironment(of: node) {
                    #expect(environment[name] == value, "\(name)")
                }
                let path = environment["PATH"] ?? "no PATH"
                // The daemon knows its own directory without the links that lead to it.
                let programs = URL(fileURLWithPath: cluster.laboratory.programs).resolvingSymlinksInPath().path
                #expect(path.hasPrefix(programs + ":/usr/sbin:/usr/share/heartbeat:"), "\(path)")
                #expect(environment["HA_BIN"] == "/usr/libexec/heartbeat")
                #expect(environment["HA_DONTASK"] == nil)
                try cluster.laboratory.powerOff(cluster.second)
                try cluster.wait(for: "the takeover") { cluster.running(on: node) == ["db", "mail", "web"] }
                // A script counts as running a moment before it has written its environment down.
                try cluster.wait(for: "HA_DONTASK") {
                    Self.environment(cluster.text(notes + ".mail.environment"))["HA_DONTASK"] == "yes"
                }
            }
        }

        /// Writes down the arguments of each call, and the rest of one `start`.
        private static func noteTaker(_ path: String) -> String {
            """
            echo "$*" >>'\(path).arguments'
            if [ "$verb" = start ]; then
                env -0 >'\(path).environment'
                { pwd; umask; readlink /proc/self/fd/0; cut -d ' ' -f 41 /proc/self/stat; } >'\(path).places'
            fi
            """
        }

        /// Working directory, umask, standard input, scheduling policy (0 is the normal one, proc(5)).
        private static func places(of node: LabNode) -> String {
            "\(node.stateDirectory)/cores/root\n0022\n/dev/null\n0\n"
        }

        private static func environment(_ text: String) -> [String: String] {
            let pairs = text.split(separator: "\0").map { line in
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
            }
            return Dictionary(pairs) { $1 }
        }

        /// Observed in the scripts of the original.
        private static func expectedEnvironment(of node: LabNode) -> [String: String] {
            [
                "HA_DIR": node.configDirectory, "HA_RCDIR": node.configDirectory + "/rc.d",
                "HA_RESOURCEDIR": node.configDirectory + "/resource.d",
                "HA_FUNCS": node.configDirectory + "/shellfuncs",
                "HA_FIFO": node.stateDirectory + "/fifo", "HA_DATEFMT": "%Y/%m/%d_%T\t", "HA_CURHOST": "cluster1",
                "HA_LOGFILE": node.logFile, "HA_DEBUGLOG": node.logFile + ".debug", "HA_LOGD": "no", "HA_debug": "0",
                "OCF_ROOT": "/usr/lib/ocf", "OCF_AGENTS": "/usr/lib/ocf/resource.d/heartbeat/", "LC_ALL": "C",
                "HA_NICEFAILBACK": "yes", "HA_COLOUR": "green", "HA_keepalive": "100ms", "HA_deadtime": "2",
                "HA_initdead": "3", "HA_auto_failback": "on", "HA_udpport": "694", "HA_hopfudge": "1",
                "HA_cluster": "linux-ha", "HA_logfile": node.logFile,
            ]
        }

        @Test func `what a script writes is in the log under its name, and a status text is not`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try node.install("web", lines: "echo \"says $verb\"; echo \"complains of $verb\" >&2")
                try cluster.startBoth()
                try cluster.wait(for: "its words") { cluster.log(of: node).contains("complains of start") }
                let lines = cluster.log(of: node).split(separator: "\n")
                for words in ["says start", "complains of start", "complains of status"] {
                    let line = try #require(lines.first { $0.hasSuffix(words) }, "\(words)")
                    #expect(line.contains("web("), "\(line)")
                }
                #expect(!lines.contains { $0.hasSuffix("says status") })
            }
        }

        @Test func `a group that fails to start on its node runs on the other, and is tried once`() throws {
            var settings = LifeCluster.Settings()
            settings.groups = ["cluster1 db web", "cluster2 mail"]
            try LifeCluster.run(settings) { cluster in
                try cluster.first.install("web", lines: "[ $verb != start ] || exit 7")
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "the group to run on the other node") {
                    cluster.running(on: cluster.second) == ["db", "mail", "web"]
                }
                try cluster.wait(for: "the nodes to settle") {
                    let words = try cluster.laboratory.nodes.map { try cluster.status(["rscstatus"], on: $0) }
                    return !words.contains("transition")
                }
                try Interruption.pause(.seconds(1))
                let ofGroup = cluster.changes.filter { !$0.hasSuffix("mail") }
                let expected = [
                    "cluster1 start db", "cluster1 start web", "cluster1 stop web", "cluster1 stop db",
                    "cluster2 start db", "cluster2 start web",
                ]
                #expect(ofGroup == expected)
                let complaint = "Giving up resources due to failure of web: group db, start returned 7"
                #expect(cluster.says(complaint, on: cluster.first))
            }
        }

        @Test func `a start that hangs is ended with its children while the keepalives go on`() throws {
            var settings = LifeCluster.Settings()
            settings.directives += ["start_timeout 2"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                let pids = node.runDirectory + "/pids"
                let hanging = """
                    if [ $verb = start ]; then
                        sleep 4321 & echo $! >>'\(pids)'
                        setsid sh -c 'echo $$ >>"$1"; trap "" TERM; sleep 4322; sleep 4323' sh '\(pids)' &
                        echo $$ >>'\(pids)'
                        trap '' TERM
                        while :; do sleep 4324; done
                    fi
                    """
                try node.install("web", lines: hanging)
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "the group to run on the other node") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                let processes = cluster.text(pids).split(separator: "\n").map { String($0) }
                #expect(processes.count == 3)
                for pid in processes {
                    #expect(try node.run(["test", "-e", "/proc/\(pid)"]).code != 0, "process \(pid) is left")
                }
                let complaint = "due to failure of web: group web, start ran into its timeout"
                #expect(cluster.says(complaint, on: node), "\(cluster.log(of: node))")
                let peerLog = cluster.log(of: cluster.second)
                #expect(!peerLog.contains("Late heartbeat") && !peerLog.contains("is dead"))
                #expect(cluster.changes.filter { $0 == "cluster1 start web" }.count == 1)
            }
        }
    }
}
