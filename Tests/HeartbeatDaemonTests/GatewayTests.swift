// The life of a gateway pair from the first start to the last stop: every step as an operator would take it or fear it, and
// what the client, the kernel, the log and `cl_status` say after each.

import Foundation
import Testing

@testable import HeartbeatLab

extension LifeTests {
    @Suite(.serialized) struct Gateway {
        @Test func `a gateway pair lives through losses, moves, reload, power loss, a crash and its end`() throws {
            try GatewayPair.run { pair in
                try start(pair)
                try loseAddresses(pair)
                try loseService(pair)
                try standby(pair)
                try reload(pair)
                try losePower(pair)
                try failBack(pair)
                try crash(pair)
                try stopDuringStart(pair)
                try end(pair)
            }
        }

        private func start(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            try pair.start(pair.first)
            try pair.start(pair.second)
            try pair.waitForHoldings("local", "local")
            try pair.waitUntilServed(by: pair.first)
            try pair.waitForAnnouncements(by: pair.first, since: begin)
            try pair.waitForNeighboursAfterTraffic(pair.first)
            try pair.expectOneOwner(since: begin)
            #expect(
                pair.calls(on: pair.first) == [
                    "IPaddr 192.168.77.100/24 and 2 more addresses start", "ipsec start", "gre start", "zebra start",
                    "bgpd start",
                ])
            #expect(
                pair.records(after: 0).filter { $0.hasPrefix("cluster1") }
                    == GatewayPair.services.map { "cluster1 start \($0)" })
            #expect(pair.records(after: 0).filter { $0.hasPrefix("cluster2") } == ["cluster2 start gre2"])
            try expectLayout(pair)
        }

        /// The label of `IPaddr` and none of `IPaddr2`; the one named; IPv6 deprecated and without looking for duplicates.
        private func expectLayout(_ pair: GatewayPair) throws {
            let addresses = try pair.addresses(on: pair.first)
            let network = "brd 192.168.77.255 scope global"
            #expect(addresses.contains("eth0 inet 192.168.77.1/24 \(network) eth0"), "\(addresses)")
            #expect(addresses.contains("eth0 inet 192.168.77.100/24 \(network) secondary eth0:0"), "\(addresses)")
            #expect(addresses.contains("eth0 inet 192.168.77.101/24 \(network) secondary eth0"), "\(addresses)")
            #expect(addresses.contains("eth0 inet6 fd00::100/64 scope global nodad deprecated"), "\(addresses)")
            let others = try pair.addresses(on: pair.second)
            #expect(
                others.contains("eth1 inet 192.168.78.100/24 brd 192.168.78.255 scope global secondary eth1:svc"),
                "\(others)")
        }

        // MARK: - What somebody else does

        private func loseAddresses(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            let before = pair.cluster.changes
            for (words, times) in [
                ("ip address del \(GatewayPair.address)/24 dev eth0", 1),
                ("ip address del \(GatewayPair.sixth)/64 dev eth0", 2),
                ("ip address flush dev eth0 scope global", 3),
            ] {
                let mark = pair.mark(pair.first)
                // A flush looks again until nothing is left, or gives up with an error: how far it comes is a race.
                let result = try pair.first.run(["sh", "-c", words])
                #expect(result.code == 0 || words.contains("flush"), "\(result.output)")
                try pair.cluster.wait(for: "the addresses to be back after: \(words)") {
                    try pair.serviceAddresses(on: pair.first) == [
                        GatewayPair.address, GatewayPair.second, GatewayPair.sixth,
                    ]
                }
                for text in [
                    "was removed by somebody else, or its interface went down (",
                    "(\(times) times so far); putting it back",
                ] { #expect(pair.says(text, on: pair.first, after: mark)) }
                let log = pair.log(of: pair.first, after: mark)
                #expect(!log.contains("ERROR") && !log.contains("CRIT"), "\(log)")
            }
            // The node's own address is nobody's but the machine's to restore.
            let restore = ["ip", "address", "add", "\(pair.first.lanAddress)/24", "brd", "+", "dev", "eth0"]
            #expect(try pair.first.run(restore).code == 0)
            try pair.waitForHoldings("local", "local")
            try pair.waitUntilServed(by: pair.first)
            try pair.expectOneOwner(since: begin)
            #expect(pair.cluster.changes == before)
            #expect(!pair.cluster.log(of: pair.second).contains("is dead"))
        }

        private func loseService(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            let (count, mark) = (pair.cluster.changes.count, pair.mark(pair.first))
            let pid = try pair.standIns(of: pair.first).pid(of: "zebra")
            #expect(try pair.first.run(["kill", "-KILL", pid]).code == 0)
            // Its end is written down by nobody; what stands right of it goes with it.
            try pair.cluster.wait(for: "zebra to be restarted") {
                pair.records(after: count) == ["cluster1 stop bgpd", "cluster1 start zebra", "cluster1 start bgpd"]
            }
            let complaint = "zebra of resource group 192.168.77.100/24 does not run any more"
            #expect(pair.log(of: pair.first, after: mark).contains(complaint))
            try pair.waitForHoldings("local", "local")
            try pair.waitUntilServed(by: pair.first)
            try pair.expectOneOwner(since: begin)
            #expect(try pair.standIns(of: pair.first).pid(of: "zebra") != pid)
        }

        // MARK: - What an operator does

        private func standby(_ pair: GatewayPair) throws {
            for (options, giver, taker, words) in [
                ([], pair.first, pair.second, ("none", "all")),
                (["failback"], pair.second, pair.first, ("local", "local")),
            ] as [([String], LabNode, LabNode, (String, String))] {
                let begin = Moment.now()
                let (count, mark) = (pair.cluster.changes.count, pair.mark(giver))
                #expect(try pair.laboratory.tool("hb_standby", options, on: giver).code == 0)
                try pair.waitForHoldings(words.0, words.1)
                try pair.waitUntilServed(by: taker)
                try pair.waitForAnnouncements(by: taker, since: begin)
                try pair.waitForNeighbours(taker)
                try pair.expectOneOwner(since: begin)
                #expect(pair.records(after: count) == move(pair.services, from: giver, to: taker))
                #expect(pair.calls(on: giver, after: mark).last == "IPaddr 192.168.77.100/24 and 2 more addresses stop")
                #expect(pair.log(of: giver, after: mark).contains("Going standby ["))
            }
        }

        private func move(_ services: [String], from giver: LabNode, to taker: LabNode) -> [String] {
            services.reversed().map { "\(giver.name) stop \($0)" } + services.map { "\(taker.name) start \($0)" }
        }

        private func reload(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            let count = pair.cluster.changes.count
            var settings = pair.cluster.settings
            settings.groups[0] =
                GatewayPair.group.replacingOccurrences(of: " ipsec", with: " IPaddr2::192.168.77.102/24/eth0 ipsec")
                + " gre::new"
            try pair.cluster.configure(settings)
            let marks = pair.laboratory.nodes.map { pair.mark($0) }
            for node in pair.laboratory.nodes {
                try pair.configureTunnel(3, named: "new", from: "192.168.77.102", on: node)
                #expect(try pair.laboratory.heartbeat(["-r"], on: node).code == 0)
            }
            pair.watched.append("192.168.77.102")
            pair.services.append("gre3")
            try pair.waitForHoldings("local", "local")
            try pair.waitUntilServed(by: pair.first)
            try pair.expectOneOwner(since: begin)
            #expect(pair.records(after: count) == ["cluster1 start gre3"], "nothing that ran was touched")
            #expect(
                pair.calls(on: pair.first, after: marks[0]) == [
                    "IPaddr2 192.168.77.102/24/eth0 start", "gre new start",
                ])
            for (node, mark) in zip(pair.laboratory.nodes, marks) {
                #expect(pair.log(of: node, after: mark).contains("The configuration was read again"))
                #expect(!pair.log(of: node, after: mark).contains("is dead"))
            }
        }

        // MARK: - What happens to machines

        private func losePower(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            let (count, mark) = (pair.cluster.changes.count, pair.mark(pair.second))
            try pair.laboratory.powerOff(pair.first)
            try pair.waitForEverything(on: pair.second)
            try pair.waitUntilServed(by: pair.second)
            try pair.waitForAnnouncements(by: pair.second, since: begin)
            try pair.waitForNeighbours(pair.second)
            try pair.expectOneOwner(since: begin)
            #expect(pair.records(after: count) == pair.services.map { "cluster2 start \($0)" })
            #expect(pair.log(of: pair.second, after: mark).contains("node cluster1: is dead"))
            #expect(try pair.cluster.status(["nodestatus", "cluster1"], on: pair.second) == "dead")
            #expect(try pair.tunnelRoutes(on: pair.second).count == 3)
        }

        private func failBack(_ pair: GatewayPair) throws {
            let begin = Moment.now()
            let count = pair.cluster.changes.count
            try pair.start(pair.first)
            try pair.waitForHoldings("local", "local")
            try pair.waitUntilServed(by: pair.first)
            try pair.waitForAnnouncements(by: pair.first, since: begin)
            try pair.waitForNeighbours(pair.first)
            try pair.expectOneOwner(since: begin)
            #expect(pair.records(after: count) == move(pair.services, from: pair.second, to: pair.first))
            #expect(try pair.cluster.status(["nodestatus", "cluster1"], on: pair.second) == "active")
        }

        private func crash(_ pair: GatewayPair) throws {
            let count = pair.cluster.changes.count
            try pair.cluster.signal("KILL", pair.first)
            let addresses = try pair.serviceAddresses(on: pair.first)
            #expect(addresses == ([GatewayPair.address] + pair.watched).sorted(), "a crash takes no address down")
            let release = try pair.laboratory.heartbeat(["--release-leftovers"], on: pair.first)
            #expect(release.code == 0, "\(release.output)")
            let released = Moment.now()
            #expect(try pair.serviceAddresses(on: pair.first) == [])
            #expect(try pair.tunnelRoutes(on: pair.first) == [])
            try pair.cluster.wait(for: "the last processes to go") { try pair.processes(on: pair.first) == [] }
            try pair.waitForEverything(on: pair.second)
            try pair.waitUntilServed(by: pair.second)
            try pair.expectOneOwner(since: released)
            let records = pair.records(after: count)
            #expect(
                records.filter { $0.hasPrefix("cluster1") } == pair.services.reversed().map { "cluster1 stop \($0)" })
            #expect(records.filter { $0.hasPrefix("cluster2") } == pair.services.map { "cluster2 start \($0)" })
            try failBack(pair)
        }

        // MARK: - Endings

        private func stopDuringStart(_ pair: GatewayPair) throws {
            #expect(try pair.laboratory.heartbeat(["-k"], on: pair.first).code == 0)
            try pair.waitForEverything(on: pair.second)
            let begin = Moment.now()
            let (count, mark) = (pair.cluster.changes.count, pair.mark(pair.first))
            let hold = pair.standIns(of: pair.first).hold
            #expect(FileManager.default.createFile(atPath: hold, contents: nil))
            try pair.start(pair.first)
            try pair.cluster.wait(for: "the slow start") { pair.cluster.changes.last == "cluster1 start ipsec" }
            try pair.cluster.signal("TERM", pair.first)
            try pair.cluster.wait(for: "the order to arrive") {
                pair.log(of: pair.first, after: mark).contains("Heartbeat shutdown in progress.")
            }
            try FileManager.default.removeItem(atPath: hold)
            try pair.cluster.wait(for: "the end") { try !pair.cluster.isRunning(pair.first) }
            try pair.waitForEverything(on: pair.second)
            try pair.waitUntilServed(by: pair.second)
            try pair.expectOneOwner(since: begin)
            try expectNothing(on: pair.first, pair)
            let own = pair.records(after: count).filter { $0.hasPrefix("cluster1") }
            #expect(own == ["cluster1 start ipsec", "cluster1 stop ipsec"])
        }

        private func end(_ pair: GatewayPair) throws {
            try failBack(pair)
            for node in [pair.first, pair.second] {
                #expect(try pair.laboratory.heartbeat(["-k"], on: node).code == 0)
                let status = try pair.laboratory.tool("cl_status", ["hbstatus"], on: node)
                #expect(status.code == 1 && status.output.contains("stopped"), "\(status.output)")
                try expectNothing(on: node, pair)
                #expect(pair.cluster.says("Heartbeat shutdown complete.", on: node))
                if node === pair.first {
                    try pair.waitForEverything(on: pair.second)
                    try pair.waitUntilServed(by: pair.second)
                }
            }
            #expect(try pair.witness.owners(of: GatewayPair.address) == [])
            for address in pair.watched { #expect(try pair.witness.owners(of: address) == []) }
            for node in pair.laboratory.nodes { #expect(pair.cluster.running(on: node) == []) }
        }

        /// No address, route, interface or process of ours.
        private func expectNothing(on node: LabNode, _ pair: GatewayPair) throws {
            let own = ["eth0 inet \(node.lanAddress)", "eth1 inet \(node.crossAddress)"]
            let addresses = try pair.addresses(on: node)
            #expect(addresses.map { String($0.prefix { $0 != "/" }) } == own)
            let routes = try pair.lines(["ip", "route", "show"], on: node)
            #expect(routes.count == 2 && routes.allSatisfy { $0.contains("proto kernel scope link") }, "\(routes)")
            let sixth = try pair.lines(["ip", "-6", "route", "show"], on: node)
            #expect(sixth.allSatisfy { !$0.hasPrefix("fd00") }, "\(sixth)")
            try pair.cluster.wait(for: "the last processes to go") { try pair.processes(on: node) == [] }
        }
    }
}
