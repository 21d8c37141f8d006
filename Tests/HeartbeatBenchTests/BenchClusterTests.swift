// Real clusters of the built programs, broken once. Needs root and says so without. No time is asserted: how long anything
// takes is what the bench is there to find out.

import Foundation
import Glibc
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

private let mayBuild = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/nsenter")

@Suite(.serialized, .enabled(if: mayBuild, "network namespaces need root and util-linux"))
struct BenchClusterTests {
    static func places() throws -> ProgramPlaces {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let programs = [Bundle.main.bundleURL.path, own].first {
            FileManager.default.isExecutableFile(atPath: $0 + "/heartbeat")
        }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let found: String = try #require(programs, "heartbeat is not built beside the tests")
        return ProgramPlaces(
            programs: found,
            resourceScripts: root.appendingPathComponent("resource.d").path)
    }

    @Test(arguments: [PeerName.ours, .floor])
    func `a power loss and a return are measured and leave nothing behind`(name: PeerName) throws {
        let places = try Self.places()
        let peer = name.peer(.oneSecond, programs: places.programs)
        let cluster = try BenchCluster(peer, setting: .oneSecond, addresses: 3, places: places)
        let directory = cluster.laboratory.run.directory
        do {
            defer { cluster.close() }
            let loss = try cluster.trial(.powerLoss, run: 1)
            #expect(loss.peer == name.rawValue && loss.fault == "power-loss" && loss.addresses == 3)
            #expect(!loss.notes.contains { $0.hasPrefix("not ") }, "\(loss.notes)")
            for figure in [
                Figure.outage, Figure.allServed, Figure.allAddressesUp, Figure.lastAnnouncement, Figure.lastHeard,
                Figure.afterDeadtime,
            ] {
                #expect(loss.figures[figure] != nil, "\(figure)")
            }
            #expect(loss.figures[Figure.lost].map { $0 > 0 } == true)
            #expect(loss.figures[Figure.lastHeard].map { $0 <= 0 } == true)
            #expect(loss.figures[Figure.announcements].map { $0 >= 3 } == true)
            #expect(!peer.processes(of: cluster.nodes[1]).isEmpty)
            #expect(peer.processes(of: cluster.nodes[0]).isEmpty)
            let back = try cluster.trial(.failback, run: 1)
            #expect(!back.notes.contains { $0.hasPrefix("not ") }, "\(back.notes)")
            #expect(back.figures[Figure.allServed] != nil)
        }
        #expect(access(directory, F_OK) != 0)
    }

    @Test func `a killed daemon leaves its address to nobody, and a cable tells of a lost power`() throws {
        let places = try Self.places()
        let peer = PeerName.cable.peer(.oneSecond, programs: places.programs)
        let cluster = try BenchCluster(peer, setting: .oneSecond, addresses: 1, places: places)
        defer { cluster.close() }
        func carrier() throws -> String { try cluster.nodes[1].run(["cat", "/sys/class/net/eth1/carrier"]).output }
        let killed = try cluster.trial(.kill, run: 1)
        #expect(killed.notes.allSatisfy { $0.hasPrefix("the machine") }, "\(killed.notes)")
        #expect(killed.figures[Figure.served] != nil)
        #expect(killed.figures[Figure.twoOwners] == 0)
        let cut = try cluster.trial(.powerCable, run: 1)
        #expect(!cut.notes.contains { $0.hasPrefix("not ") }, "\(cut.notes)")
        #expect(cut.figures[Figure.afterLastHeard] != nil)
        #expect(try carrier() == "0\n")
        try cluster.comeHome()
        #expect(try carrier() == "1\n")
    }

    @Test func `a peer that is not there builds nothing`() throws {
        let places = ProgramPlaces(programs: "/nowhere", resourceScripts: "/nowhere")
        #expect(throws: LabError.missing("/nowhere/hbfloor is not built")) {
            try BenchCluster(
                FloorPeer(.oneSecond, programs: "/nowhere"), setting: .oneSecond, addresses: 1, places: places)
        }
    }
}
