// The table of docs/veto.md beside a real pair: each row is cut and broken in network namespaces, and whoever answers the client then
// must be who the simulator says. The gate plays a sample, `make cuts` every row with the veto and without it.

import Foundation
import HeartbeatLab
import HeartbeatSimulator
import Testing

@testable import HeartbeatDaemon

extension LifeTests {
    @Suite(
        .serialized, .enabled(if: canHoldLease), .enabled(if: canFilter, "switches that lose something need nftables"))
    struct VetoCutsLife {
        /// A row of the table in one of its columns.
        struct Play: Sendable, CustomTestStringConvertible {
            var row: VetoRow
            var isOn: Bool

            init(_ cuts: Set<VetoCut>, isOn: Bool) {
                row = VetoRow(cuts)
                self.isOn = isOn
            }

            var testDescription: String { "\(row), veto \(isOn ? "on" : "off")" }
        }

        /// One row for each word of the table, and the one that the veto is for.
        private static let sample = [
            Play([.secondLink, .serial], isOn: true), Play([.secondLink, .serial], isOn: false),
            Play([.lan, .uplink, .secondLink, .serial], isOn: true), Play([.lan, .node], isOn: true),
        ]

        /// Everything takes minutes.
        private static let plays =
            ProcessInfo.processInfo.environment["HEARTBEAT_NIGHTLY"] == nil
            ? sample : VetoTable.rows.flatMap { row in [true, false].map { Play(row.cuts, isOn: $0) } }

        @Test(arguments: plays) func `who serves after a cut is who the table says`(play: Play) throws {
            let outcome = play.row.outcome(isOn: play.isOn)
            try LifeCluster.run(Self.settings(isOn: play.isOn)) { cluster in
                try startBoth(cluster)
                let probe = try ClientProbe(
                    Self.address, from: cluster.laboratory.client, every: .milliseconds(10))
                defer { probe.close() }
                let expected = Set(outcome.owners.map { cluster.laboratory.nodes[$0].hardwareAddress })
                try cluster.wait(for: "the client to see cluster1 alone") {
                    probe.owners() == [cluster.first.hardwareAddress]
                }
                let start = Moment.now()
                try cut(play.row.cuts, in: cluster)
                try waitForDeafness(play.row.cuts, in: cluster)
                let names = outcome.owners.sorted().map { cluster.laboratory.nodes[$0].name }
                try cluster.wait(for: "\(names) to answer, and nobody else") { probe.owners() == expected }
                let settled = Moment.now()
                try Interruption.pause(Self.calm)
                let samples = try probe.record().samples.filter { $0.sentAt >= start }
                let answers = samples.filter { $0.sentAt >= settled }.flatMap(\.owners)
                #expect(Set(answers.map(\.from)) == expected && probe.owners() == expected, "\(play.testDescription)")
                // Nor for a moment on the way there.
                let others = Set(samples.flatMap(\.owners).map(\.from)).subtracting(expected)
                #expect(others.isSubset(of: [cluster.first.hardwareAddress]), "\(play.testDescription)")
                #expect(samples.allSatisfy { $0.owners.count <= expected.count }, "\(play.testDescription)")
                let isEarly = cluster.log(of: cluster.second).contains("its deadtime is not waited for")
                #expect(isEarly == (outcome.moment == .lease), "\(play.testDescription)")
            }
        }
    }
}

extension LifeTests.VetoCutsLife {
    private static let address = "192.168.77.100"
    /// Longer than deadtime: nothing else comes of a cut afterwards.
    private static let calm = Duration.milliseconds(2500)

    /// What stands above the table in the page, with shorter times.
    private static func settings(isOn: Bool) -> LifeCluster.Settings {
        var settings = LifeCluster.Settings()
        settings.media = ["bcast eth1"]
        settings.hasSerial = true
        settings.hasUplink = true
        settings.times = ["keepalive 200ms", "deadtime 2", "initdead 6"]
        settings.directives = [
            "auto_failback off", "quick_death on", "reference 192.168.77.9 \(Laboratory.serverAddress)", "link eth0",
            "link eth2", isOn ? "veto on" : "veto off",
        ]
        settings.groups = ["cluster1 \(address)/24/eth0"]
        settings.pretends = false
        return settings
    }

    /// Each node hears the other over both media, and knows its addresses on LAN and uplink.
    private func startBoth(_ cluster: LifeCluster) throws {
        try cluster.startServing(Self.address)
        for node in cluster.laboratory.nodes {
            let other = cluster.laboratory.nodes[1 - node.number]
            for medium in ["eth1", node.serialDevice] {
                try cluster.wait(for: "\(node.name) to hear by \(medium)") {
                    try cluster.status(["hblinkstatus", other.name, medium], on: node) == "up"
                }
            }
            try cluster.wait(for: "\(node.name) to know where the other one is") {
                let known = cluster.text(node.stateDirectory + "/peer_addresses")
                return known.contains(other.lanAddress) && known.contains(other.outerAddress)
            }
        }
    }

    /// Between the nodes alone, as in the table: the client and the server reach both, and no interface loses its carrier.
    private func cut(_ cuts: Set<VetoCut>, in cluster: LifeCluster) throws {
        let segments: [(cut: VetoCut, segment: Segment)] = [(.lan, .lan), (.uplink, .wan), (.secondLink, .cross)]
        let lost = segments.filter { cuts.contains($0.cut) }.map { SwitchRule.between($0.segment) }
        if !lost.isEmpty { try cluster.laboratory.lose(lost) }
        if cuts.contains(.serial) { try cluster.laboratory.plug(.nullModem, false) }
        if cuts.contains(.daemon) { try cluster.signal("KILL", cluster.first) }
        if cuts.contains(.node) { _ = try cluster.laboratory.powerOff(cluster.first) }
    }

    /// A medium is dead when nothing has come for deadtime: then cluster2 has judged, and what it takes it has taken.
    private func waitForDeafness(_ cuts: Set<VetoCut>, in cluster: LifeCluster) throws {
        let node = cluster.second
        for (cut, medium) in [(VetoCut.secondLink, "eth1"), (.serial, node.serialDevice)] where cuts.contains(cut) {
            try cluster.wait(for: "cluster2 to hear nothing by \(medium)") {
                try cluster.status(["hblinkstatus", "cluster1", medium], on: node) == "dead"
            }
        }
    }
}
