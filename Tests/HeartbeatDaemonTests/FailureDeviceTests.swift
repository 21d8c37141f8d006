// Devices that are not there: an interface, a serial port and a watchdog that are missing at the start, and those that
// appear later. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureDevice {
        @Test func `a node starts without its devices, says so, and uses them once they appear`() throws {
            let settings = LifeCluster.Settings.lonely
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                let serial = "/dev/hbl-\(ProcessInfo.processInfo.processIdentifier)"
                let lines = [
                    "logfile \(node.logFile)", "bcast eth0 late0", "serial \(serial)", "watchdog /dev/no-such-watchdog",
                    "node cluster1 cluster2",
                ]
                try node.configure("ha.cf", (settings.times + lines).map { $0 + "\n" }.joined())
                try cluster.boot(node)
                // A /dev of the node's own; its ptys stay.
                try FailureState.shell(
                    """
                    mkdir /run/dev && mount --rbind /dev /run/dev && mount -t tmpfs dev /dev && ln -s /run/dev/* /dev/
                    """, on: node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { try cluster.status(["rscstatus"], on: node) == "all" }
                for words in [
                    "cannot find interface late0: No such device; does the interface exist?",
                    "cannot open serial \(serial): No such file or directory; is the adapter plugged in?",
                    "Cannot open /dev/no-such-watchdog: No such file or directory",
                    "modprobe softdog",
                ] {
                    #expect(cluster.says(words, on: node))
                    #expect(cluster.log(of: node).components(separatedBy: words).count == 2, "\(words)")
                }
                let plugIn = """
                    ip link add late0 type veth peer name late1 && ip address add 10.99.0.1/24 brd + dev late0 &&
                    ip link set late0 up && ip link set late1 up
                    """
                try FailureState.shell(plugIn, on: node)
                try FailureState.shell("ln -s \"$(readlink '\(node.serialDevice)')\" '\(serial)'", on: node)
                try cluster.wait(for: "the media to work") {
                    ["late0", serial].allSatisfy { cluster.log(of: node).contains("medium \($0) works again") }
                }
                // Away and back as another interface of the same name.
                try FailureState.shell("ip link delete late0", on: node)
                try cluster.wait(for: "its loss") { cluster.log(of: node).contains("on late0: No such device") }
                try FailureState.shell(plugIn, on: node)
                try cluster.wait(for: "the medium to work again") {
                    cluster.log(of: node).components(separatedBy: "medium late0 works again").count == 3
                }
                #expect(try cluster.status(["rscstatus"], on: node) == "all")
            }
        }

        @Test func `a daemon without free descriptors starts nothing, says why, and goes on once it has some`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.second
                try cluster.startBoth()
                let pid = try cluster.pid(of: node)
                // Up to the first free number: no script, no client fits in.
                try FailureState.shell(
                    "n=0; while [ -e /proc/\(pid)/fd/$n ]; do n=$((n + 1)); done; prlimit --pid \(pid) --nofile=$n:",
                    on: node)
                #expect(try cluster.laboratory.tool("hb_standby", ["local"], on: cluster.first).code == 0)
                try cluster.wait(for: "the complaint") { cluster.log(of: node).contains("raise LimitNOFILE") }
                #expect(cluster.running(on: node) == ["mail"])
                try FailureState.shell("prlimit --pid \(pid) --nofile=1024:", on: node)
                try cluster.wait(for: "the group to run somewhere") {
                    cluster.laboratory.nodes.flatMap { cluster.running(on: $0) }.sorted() == ["mail", "web"]
                }
                #expect(try cluster.status(["nodestatus", "cluster1"], on: node) == "active")
                #expect(!cluster.log(of: cluster.first).contains("is dead"))
            }
        }
    }
}
