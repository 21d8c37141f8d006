// Two pairs, each of real nodes, and a tunnel from node to node: whatever moves one pair, the other one is at the same tunnel soon
// after. docs/two-pairs.md promises what this plays.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct TwoPairs {
        private static let key = "auth 1\n1 sha1 both-pairs-have-this\n"

        private func settings(_ side: Int) -> LifeCluster.Settings {
            var settings = LifeCluster.Settings()
            settings.media = ["bcast eth0", "bcast eth1"]
            // The partners of a dead node know after a second, too.
            settings.times = ["keepalive 100ms", "warntime 500ms", "deadtime 1", "initdead 3"]
            settings.authkeys = "auth 1\n1 sha1 only-pair-\(side)\n"
            settings.directives += ["link eth0 debounce=20ms up=1"]
            settings.groups = ["cluster1 web"]
            return settings
        }

        /// With both pairs at the first tunnel.
        private func run(_ body: (Pairs) throws -> Void) throws {
            try LifeCluster.run(settings(1)) { left in
                try LifeCluster.run(settings(2)) { right in
                    let pairs = Pairs(left: left, right: right)
                    try pairs.begin(key: Self.key) { cluster, side in
                        var settings = settings(side)
                        settings.directivesOfNode = cluster.laboratory.nodes.map { node in
                            [
                                "partner_port 6694 key=\(node.configDirectory)/sitekey",
                                "probe far dev=tun0 interval=250ms timeout=250ms fall=3 rise=3 action=standby "
                                    + "partner 10.99.\(node.number + 1).\(3 - side)",
                            ]
                        }
                        return settings
                    }
                    try pairs.waitFor(node: 0)
                    // Pairs that have moved within a second have moved at once, and an operator is quicker than that here.
                    usleep(1_500_000)
                    try body(pairs)
                }
            }
        }

        @Test func `whatever moves one pair, the other follows, and both go home together`() throws {
            try run { pairs in
                for side in pairs.both {
                    try pairs.checkMove("the LAN cable of an active node") { try side.laboratory.plug(.lan(0), false) }
                    try pairs.checkReturn { try side.laboratory.plug(.lan(0), true) }
                }
                try pairs.checkMove("a tunnel") { try pairs.cutTunnel() }
                try pairs.checkReturn { try pairs.mendTunnel() }
                try pairs.checkMove("the daemon of an active node") {
                    let stopped = try pairs.left.laboratory.heartbeat(["-k"], on: pairs.left.first)
                    #expect(stopped.code == 0)
                }
                try pairs.checkReturn { try pairs.left.start(pairs.left.first) }
                try pairs.checkMove("the power of an active node") {
                    try pairs.left.laboratory.powerOff(pairs.left.first)
                }
            }
        }

        @Test func `an operator moves both pairs with one command, and they stay`() throws {
            try run { pairs in
                try pairs.checkMove("hb_standby") {
                    let given = try pairs.left.laboratory.tool("hb_standby", ["all"], on: pairs.left.first)
                    #expect(given.code == 0)
                }
                for node in [pairs.left.first, pairs.right.first] {
                    let cluster = node === pairs.left.first ? pairs.left : pairs.right
                    let other = try cluster.status(["nodestatus", "cluster2"], on: node)
                    #expect(other == "active")
                }
                try pairs.checkReturn {
                    let given = try pairs.right.laboratory.tool("hb_standby", ["all"], on: pairs.right.second)
                    #expect(given.code == 0)
                }
            }
        }
    }
}

/// Both clusters and what joins them.
private struct Pairs {
    let left: LifeCluster
    let right: LifeCluster

    var both: [LifeCluster] { [left, right] }

    /// Boots everything, lays the tunnels, and starts the daemons with what `settings` says of a cluster and its side.
    func begin(key: String, _ settings: (LifeCluster, Int) -> LifeCluster.Settings) throws {
        for (index, cluster) in both.enumerated() {
            try cluster.configure(settings(cluster, index + 1))
            for node in cluster.laboratory.nodes {
                try node.configure("sitekey", key)
                let file = node.configDirectory + "/sitekey"
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                try cluster.boot(node)
            }
        }
        for number in [0, 1] {
            let ends = both.map { $0.laboratory.nodes[number].namespace }
            try ends[0].configure(["link add tun0 type veth peer name tun0 netns \(ends[1].name)"])
            for (side, end) in ends.enumerated() {
                try end.configure(["address add 10.99.\(number + 1).\(side + 1)/24 dev tun0", "link set tun0 up"])
            }
        }
        for cluster in both {
            for node in cluster.laboratory.nodes { try cluster.start(node) }
        }
    }

    func waitFor(node number: Int, after what: String = "the start") throws {
        do {
            for cluster in both {
                try cluster.wait(for: "node \(number + 1) to serve", atMost: .seconds(60)) {
                    let nodes = cluster.laboratory.nodes
                    // What ran where the power is off has not been stopped by anybody.
                    return cluster.running(on: nodes[number]) == ["web"]
                        && (!nodes[1 - number].isPowered || cluster.running(on: nodes[1 - number]).isEmpty)
                }
            }
        } catch {
            let logs = both.flatMap { cluster in cluster.laboratory.nodes.map { cluster.log(of: $0).suffix(4000) } }
            throw LifeFailure("after \(what): \(error)\n\(both.map(\.changes))\n\(logs.joined(separator: "\n--\n"))")
        }
    }

    private var starts: [Int] { both.map { $0.changes.count { $0.contains(" start ") } } }

    /// Both must be at the second tunnel after `trouble`, and each has moved once for it.
    func checkMove(_ what: String, _ trouble: () throws -> Void) throws {
        try check(what, node: 1, trouble)
    }

    /// Both must be at home after `mending`.
    func checkReturn(_ mending: () throws -> Void) throws {
        try check("the way home", node: 0, mending)
    }

    private func check(_ what: String, node: Int, _ body: () throws -> Void) throws {
        let before = starts
        try body()
        try waitFor(node: node, after: what)
        // Whoever follows for ever has moved again by now.
        usleep(1_500_000)
        try waitFor(node: node, after: what)
        #expect(starts == before.map { $0 + 1 }, "\(what): \(both.map(\.changes))")
        let begun = both.compactMap { $0.laboratory.scriptCalls().last { $0.record.verb == "start" }?.at }
        try #require(begun.count == 2)
        let apart = max(begun[0], begun[1]) - min(begun[0], begun[1])
        #expect(apart <= .seconds(1), "\(what): the pairs were \(apart) apart")
    }

    /// A tunnel has no carrier: what is sent into it is lost.
    func cutTunnel() throws {
        for (side, cluster) in both.enumerated() {
            let entry = "10.99.1.\(2 - side) lladdr 02:00:00:00:00:99 dev tun0 nud permanent"
            try cluster.first.namespace.configure(["neighbor replace \(entry)"])
        }
    }

    func mendTunnel() throws {
        for (side, cluster) in both.enumerated() {
            try cluster.first.namespace.configure(["neighbor delete 10.99.1.\(2 - side) dev tun0"])
        }
    }
}
