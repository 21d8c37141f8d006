// The service moves when the network fails: cables pulled out of real interfaces, paths cut behind them, two pairs with two
// tunnels. docs/what-moves-the-service.md has the table that this plays.

import Foundation
import Glibc
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct Network {
        private func settings(_ directives: [String], groups: [String] = ["cluster1 web", "cluster2 mail"])
            -> LifeCluster.Settings
        {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            settings.directives += directives
            settings.groups = groups
            return settings
        }

        private func waitForLog(_ text: String, on node: LabNode, in cluster: LifeCluster) throws {
            try cluster.wait(for: "\(node.name) to log: \(text)") { cluster.log(of: node).contains(text) }
        }

        /// `cl_status timeline` says what both nodes' logs say of each group's last movement.
        private func expectTimelinesOfTheLog(_ beginnings: [String], in cluster: LifeCluster) throws {
            for (node, outcome) in [(cluster.first, ", released "), (cluster.second, ", running ")] {
                var lines: [String] = []
                try cluster.wait(for: "the movements to be over") {
                    lines = try cluster.laboratory.tool("cl_status", ["timeline"], on: node).output.split(
                        separator: "\n"
                    )
                    .map { String($0) }
                    return zip(lines, beginnings).allSatisfy { $0.hasPrefix($1) && $0.contains(outcome) }
                        && lines.count == (node.name == cluster.first.name ? 1 : 2)
                }
                for line in lines { #expect(cluster.says(line, on: node), "\(line)") }
            }
        }

        @Test func `a cable pulled out moves the groups, and back in brings them back`() throws {
            try LifeCluster.run(settings(["link eth0 debounce=0 up=1"])) { cluster in
                try cluster.startBoth()
                try cluster.laboratory.plug(.lan(0), false)
                try cluster.waitForHoldings("none", "all")
                let network = try cluster.laboratory.tool("cl_status", ["network"], on: cluster.first)
                #expect(network.code == 1)
                #expect(network.output == "eth0\tdownlink\tlost\ncluster2\tnode\t0 lost, 0 doubtful\n")
                #expect(cluster.says("(ms since an interface or path was lost", on: cluster.first))
                try expectTimelinesOfTheLog(["Timeline of web (", "Timeline of mail ("], in: cluster)
                try cluster.laboratory.plug(.lan(0), true)
                try cluster.waitForHoldings("local", "local")
                #expect(
                    cluster.changes == [
                        "cluster1 start web", "cluster2 start mail", "cluster1 stop web", "cluster2 start web",
                        "cluster2 stop web", "cluster1 start web",
                    ] || cluster.changes.prefix(2).sorted() == ["cluster1 start web", "cluster2 start mail"])
                #expect(try cluster.laboratory.tool("cl_status", ["network"], on: cluster.first).code == 0)
            }
        }

        @Test
        func `routes through an interface without a carrier are withdrawn where that is asked for, and come back`()
            throws
        {
            let network = "10.60.0.0/24"
            func way(_ cluster: LifeCluster, _ address: String) throws -> String {
                try cluster.first.run(["ip", "route", "get", address]).output
            }
            func leadsOver(_ interface: String, _ cluster: LifeCluster) throws -> Bool {
                try ["10.60.0.1", "fd00:60::1"].allSatisfy { try way(cluster, $0).contains("dev \(interface) ") }
            }
            try LifeCluster.run(settings(["link eth1 heartbeat routes=withdraw up=1"])) { cluster in
                try cluster.startBoth()
                try cluster.first.namespace.configure(
                    [("eth1", 10), ("eth0", 20)].flatMap { interface, metric in
                        [network, "fd00:60::/64"].map { "route add \($0) dev \(interface) metric \(metric)" }
                    })
                let before = cluster.changes
                #expect(try leadsOver("eth1", cluster))
                try cluster.laboratory.plug(.cross(0), false)
                try cluster.wait(for: "the routes over eth1 to be passed over") { try leadsOver("eth0", cluster) }
                try cluster.laboratory.plug(.cross(0), true)
                try cluster.wait(for: "the routes over eth1 to be back") { try leadsOver("eth1", cluster) }
                try expectRoutesKept(over: "eth0", pulling: .lan(0), in: cluster)
                #expect(cluster.changes.starts(with: before))
                // A clean stop leaves the interface as it was.
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                let file = "/proc/sys/net/ipv4/conf/eth1/ignore_routes_with_linkdown"
                #expect(try cluster.first.run(["cat", file]).output == "0\n")
            }
        }

        /// Whose `link` line says nothing of routes, or who has none, keeps them: the only way to a network stays the way there.
        private func expectRoutesKept(over interface: String, pulling cable: Cable, in cluster: LifeCluster)
            throws
        {
            let networks = [("10.61.0.0/24", "10.61.0.1"), ("fd00:61::/64", "fd00:61::1")]
            try cluster.first.namespace.configure(networks.map { "route add \($0.0) dev \(interface)" })
            try cluster.laboratory.plug(cable, false)
            for (network, address) in networks {
                let family = network.contains(":") ? "-6" : "-4"
                try cluster.wait(for: "the kernel to know of \(interface)'s loss") {
                    try cluster.first.run(["ip", family, "route", "show", network]).output.contains("linkdown")
                }
                let shown = try cluster.first.run(["ip", family, "route", "show", network]).output
                #expect(!shown.contains("dead"), "\(shown)")
                let way = try cluster.first.run(["ip", "route", "get", address]).output
                #expect(way.contains("dev \(interface) "), "\(way)")
            }
            try cluster.laboratory.plug(cable, true)
        }

        @Test func `a dead switch and a crossover cable move nothing`() throws {
            let directives = ["link eth0 debounce=300ms up=1", "link eth1 heartbeat debounce=0 up=1"]
            try LifeCluster.run(settings(directives)) { cluster in
                try cluster.startBoth()
                let before = cluster.changes
                try cluster.laboratory.plug(.cross(0), false)
                try waitForLog("Interface eth1 is lost", on: cluster.first, in: cluster)
                try cluster.laboratory.plug(.cross(0), true)
                try waitForLog("Interface eth1 is good again", on: cluster.first, in: cluster)
                for number in [0, 1] { try cluster.laboratory.plug(.lan(number), false) }
                for node in [cluster.first, cluster.second] {
                    try waitForLog("is no better off", on: node, in: cluster)
                }
                for number in [1, 0] { try cluster.laboratory.plug(.lan(number), true) }
                for node in [cluster.first, cluster.second] {
                    try waitForLog("Interface eth0 is good again", on: node, in: cluster)
                }
                try cluster.waitForHoldings("local", "local")
                #expect(cluster.changes == before)
            }
        }

        @Test func `a degraded standby is handed nothing, but is better than nobody`() throws {
            try LifeCluster.run(settings(["link eth0 debounce=0 up=1"])) { cluster in
                try cluster.startBoth()
                try cluster.laboratory.plug(.lan(1), false)
                try cluster.waitForHoldings("all", "none")
                let refused = try cluster.laboratory.tool("hb_standby", ["all"], on: cluster.first)
                #expect(refused.code != 0)
                #expect(refused.output.contains("node cluster2 has lost 1 of the interfaces"), "\(refused.output)")
                try cluster.laboratory.powerOff(cluster.first)
                try cluster.wait(for: "cluster2 to hold all") {
                    try cluster.status(["rscstatus"], on: cluster.second) == "all"
                        && cluster.running(on: cluster.second) == ["mail", "web"]
                }
            }
        }

        @Test func `a vanished interface that returns under another index is the same one`() throws {
            try LifeCluster.run(settings(["link dial0 uplink debounce=0 up=1 optional"])) { cluster in
                for node in [cluster.first, cluster.second] {
                    try cluster.boot(node)
                    try node.namespace.configure([
                        "link add dial0 type veth peer name dial1", "link set dial0 up", "link set dial1 up",
                    ])
                }
                for node in [cluster.first, cluster.second] { try cluster.start(node) }
                try cluster.waitForHoldings("local", "local")
                try cluster.first.namespace.configure(["link delete dial0"])
                try cluster.waitForHoldings("none", "all")
                #expect(cluster.says("Interface dial0: does not exist", on: cluster.first))
                try cluster.first.namespace.configure(["link add dial0 type veth peer name dial1", "link set dial1 up"])
                try cluster.first.namespace.configure(["link set dial0 up"])
                try cluster.waitForHoldings("local", "local")
            }
        }

        @Test
        func `a path that was lost is still lost after a restart, and its groups return although nothing fails back`()
            throws
        {
            let probe = "probe far dev=eth0 interval=200ms timeout=200ms fall=3 rise=3 action=standby icmp 192.168.77.9"
            var settings = settings([probe])
            settings.directives = ["auto_failback off", probe]
            settings.groups = ["cluster1 web"]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                // The client does not answer the first node any more.
                let way = "blackhole 192.168.77.1/32"
                try cluster.laboratory.client.configure(["route add \(way)"])
                try cluster.wait(for: "cluster2 to run web") { cluster.running(on: cluster.second) == ["web"] }
                #expect(try cluster.laboratory.heartbeat(["-k"], on: cluster.first).code == 0)
                try cluster.start(cluster.first)
                try cluster.wait(for: "cluster1 to be a member") {
                    try cluster.status(["nodestatus", "cluster1"], on: cluster.second) == "active"
                }
                try cluster.wait(for: "the path to be known as lost") {
                    try cluster.laboratory.tool("cl_status", ["network"], on: cluster.first).output.contains(
                        "far\tprobe\tlost")
                }
                #expect(cluster.running(on: cluster.second) == ["web"])
                try cluster.laboratory.client.configure(["route delete \(way)"])
                try waitForLog("Path far is good again: 3 answers in a row", on: cluster.first, in: cluster)
                try cluster.wait(for: "cluster1 to run web") { cluster.running(on: cluster.first) == ["web"] }
                #expect(cluster.running(on: cluster.second) == [])
            }
        }

        /// The way the first node's daemon ends.
        enum End: CaseIterable { case kill, powerLoss }

        @Test(arguments: End.allCases)
        func `a path that was lost must prove itself after kill -9 and after a boot`(end: End) throws {
            let probe = "probe far dev=eth0 interval=200ms timeout=200ms fall=3 rise=5 action=standby icmp 192.168.77.9"
            var settings = settings([probe], groups: ["cluster1 web"])
            settings.directives = ["auto_failback off", probe]
            try LifeCluster.run(settings) { cluster in
                try cluster.startBoth()
                let way = "blackhole 192.168.77.1/32"
                try cluster.laboratory.client.configure(["route add \(way)"])
                try cluster.wait(for: "cluster2 to run web") { cluster.running(on: cluster.second) == ["web"] }
                try waitForLog("Path far is still lost: no answer within 200 ms", on: cluster.first, in: cluster)
                try cluster.wait(for: "the word of it on the disk") {
                    cluster.text(cluster.first.stateDirectory + "/lost_paths").hasPrefix("far ")
                }
                switch end {
                case .kill:
                    try cluster.signal("KILL", cluster.first)
                    try cluster.wait(for: "the end") { try !cluster.isRunning(cluster.first) }
                case .powerLoss:
                    try cluster.laboratory.powerOff(cluster.first)
                    try cluster.boot(cluster.first)
                    #expect(
                        cluster.text(cluster.first.runDirectory + "/swift-heartbeat/lost_paths") == "", "/run is new")
                }
                // It works again, while nobody asked.
                try cluster.laboratory.client.configure(["route delete \(way)"])
                let before = cluster.log(of: cluster.first).utf8.count
                try cluster.start(cluster.first)
                try waitForLog("Path far was lost before this start, ", on: cluster.first, in: cluster)
                try waitForLog("Path far is good again: 5 answers in a row", on: cluster.first, in: cluster)
                try cluster.wait(for: "cluster1 to run web") { cluster.running(on: cluster.first) == ["web"] }
                let log = String(decoding: Array(cluster.log(of: cluster.first).utf8).dropFirst(before), as: UTF8.self)
                let proof = try #require(log.range(of: "Path far is good again"))
                let start = try #require(log.range(of: "Acquiring resource group"), "not before it has proved itself")
                #expect(proof.lowerBound < start.lowerBound)
                try cluster.wait(for: "both files to know it") {
                    cluster.text(cluster.first.stateDirectory + "/lost_paths") == ""
                        && cluster.text(cluster.first.runDirectory + "/swift-heartbeat/lost_paths") == ""
                }
            }
        }

        @Test func `a file of lost paths that is damaged or cannot be written costs nothing else`() throws {
            var settings = LifeCluster.Settings.lonely
            settings.directives += ["probe far dev=eth0 interval=200ms timeout=200ms fall=2 rise=2 icmp 192.168.77.123"]
            try LifeCluster.run(settings) { cluster in
                let node = cluster.first
                let file = node.stateDirectory + "/lost_paths"
                try cluster.boot(node)
                try FailureState.shell("head -c 5000 /dev/urandom >'\(file)'", on: node)
                try cluster.start(node)
                try waitForLog("Path far is lost", on: node, in: cluster)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                #expect(!cluster.log(of: node).contains("lost before this start"))
                // A directory in its place stands for whatever cannot be replaced.
                try FailureState.shell("rm '\(file)' && mkdir -p '\(file)/x'", on: node)
                try FailureState.shell("rm -f '\(node.runDirectory)/swift-heartbeat/lost_paths'", on: node)
                try cluster.start(node)
                try waitForLog("after a boot of this machine paths count as they did before", on: node, in: cluster)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                #expect(try cluster.isRunning(node))
            }
        }

        @Test func `two pairs with two tunnels end up on the same one`() throws {
            func settings(_ side: Int) -> LifeCluster.Settings {
                var settings = self.settings([], groups: ["cluster1 web"])
                settings.directivesOfNode = [1, 2].map { tunnel in
                    [
                        "probe tunnel dev=tun0 interval=200ms timeout=200ms fall=3 rise=3 icmp 10.99.\(tunnel).\(3 - side)"
                    ]
                }
                return settings
            }
            try LifeCluster.run(settings(1)) { left in
                try LifeCluster.run(settings(2)) { right in
                    for (number, nodes) in [(1, (left.first, right.first)), (2, (left.second, right.second))] {
                        try left.boot(nodes.0)
                        try right.boot(nodes.1)
                        try nodes.0.namespace.configure([
                            "link add tun0 type veth peer name tun0 netns \(nodes.1.namespace.name)",
                            "address add 10.99.\(number).1/24 dev tun0", "link set tun0 up",
                        ])
                        try nodes.1.namespace.configure([
                            "address add 10.99.\(number).2/24 dev tun0", "link set tun0 up",
                        ])
                    }
                    for cluster in [left, right] {
                        for node in cluster.laboratory.nodes { try cluster.start(node) }
                    }
                    for cluster in [left, right] {
                        try cluster.wait(for: "the first tunnel to be used") {
                            cluster.running(on: cluster.first) == ["web"]
                        }
                    }
                    // A tunnel has no carrier: what is sent into it is lost.
                    for (node, far) in [(left.first, 2), (right.first, 1)] {
                        let entry = "10.99.1.\(far) lladdr 02:00:00:00:00:99 dev tun0 nud permanent"
                        try node.namespace.configure(["neighbor replace \(entry)"])
                    }
                    for cluster in [left, right] {
                        try cluster.wait(for: "the second tunnel to be used") {
                            cluster.running(on: cluster.second) == ["web"]
                        }
                    }
                    for (node, far) in [(left.first, 2), (right.first, 1)] {
                        try node.namespace.configure(["neighbor delete 10.99.1.\(far) dev tun0"])
                    }
                    for cluster in [left, right] {
                        try cluster.wait(for: "the first tunnel to be used again") {
                            cluster.running(on: cluster.first) == ["web"]
                        }
                    }
                }
            }
        }
    }
}
