// Two real daemons in network namespaces with a client: the demonstration's scenes, asked of the built programs. Needs root
// and says so without.

import Foundation
import Glibc
import HeartbeatLab
import Testing

@Suite(.serialized) struct PairTests {
    static var programs: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    static var hbdemo: URL? {
        [Bundle.main.bundleURL.path, programs].map { URL(fileURLWithPath: $0).appendingPathComponent("hbdemo") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("resource.d").path

    @Test(.enabled(if: geteuid() == 0, "two nodes in namespaces need root"))
    func everySceneEndsAsItMust() throws {
        let program = try #require(Self.hbdemo, "hbdemo is not built beside the tests")
        let process = Process()
        process.executableURL = program
        process.arguments = ["--json", "--resource-scripts", Self.scripts]
        let output = Pipe()
        let timeline = Pipe()
        process.standardOutput = output
        process.standardError = timeline
        try process.run()
        // Both pipes are read to their end: a full one would stop the demonstration.
        let lines = Lines()
        let reader = Thread {
            lines.text = String(decoding: timeline.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        reader.start()
        let json = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(lines.text.suffix(6000))")
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let scenes = try #require(object["scenes"] as? [[String: Any]])
        #expect(scenes.count == 10)
        for scene in scenes {
            try Self.expectTimeline(of: scene)
            try Self.expectOutage(of: scene)
        }
    }

    /// Where the service moved, daemons, scripts and client tell of it, on one axis.
    private static func expectTimeline(of scene: [String: Any]) throws {
        let name = try #require(scene["scene"] as? String)
        let (origins, taker): ([String], String) =
            switch name {
            case "cold-start": (["it was called for"], "cluster1")
            case "power-loss", "daemon-frozen", "daemon-killed": (["cluster1 was last heard"], "cluster2")
            case "failback": (["the failback was offered", "the other node offered it"], "cluster1")
            case "standby": (["the handover was asked for", "the other node offered it"], "cluster2")
            case "standby-back": (["the handover was asked for", "the other node offered it"], "cluster1")
            case "cable-cut": (["an interface or path was lost", "the other node offered it"], "cluster2")
            case "cable-back": (["the failback was offered", "the other node offered it"], "cluster1")
            default: ([], "")
            }
        guard !origins.isEmpty else { return #expect(scene["timeline"] is NSNull, "\(name)") }
        let entries = try #require(scene["timeline"] as? [[String: Any]], "\(name)")
        let told = entries.compactMap { $0["what"] as? String }
        let common = ["decided", "start 192.168.77.100/24", "announced", "start ipsec", "start bgpd", "running"]
        let client = ["hears \(taker) announce the address", "first answer from \(taker)"]
        for what in origins + common + client { #expect(told.contains(what), "\(name): no \(what) in \(told)") }
        #expect(entries.count == told.count && entries.allSatisfy { $0["at_us"] is Int }, "\(name)")
    }

    /// What is aimed at – for a power loss the dead time and a keepalive, for a cable its debounce – is missed on a busy machine by
    /// whatever holds it up, but not by what another way of deciding takes.
    private static func expectOutage(of scene: [String: Any]) throws {
        let name = try #require(scene["scene"] as? String)
        guard let goal = scene["goal_ms"] as? Int else { return #expect(name == "cold-start") }
        let outage = try #require(scene["outage_ms"] as? Int, "\(name)")
        #expect(outage <= goal + 5000, "\(name)")
    }

    private final class Lines: @unchecked Sendable {
        var text = ""
    }
}
