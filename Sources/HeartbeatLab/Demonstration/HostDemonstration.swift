// Plays the scenes of a gateway service of three hosts, and sees to it that one of them serves, and never two.

import Glibc
import HeartbeatModel

/// A demonstration of three hosts on one machine.
package final class HostDemonstration {
    private let laboratory: GatewayHosts
    private let programs: [HostProgram]
    private let probe: ClientProbe
    private let timeline: Timeline
    private var follower: FileFollower?

    private static let requirements = Laboratory.requirements + ["nft"]
    /// What a busy machine may take for seconds.
    private static let patience = Duration.seconds(60)

    /// Builds the laboratory; throws `LabError.missing` where that is not possible.
    package init(programs: String, timeline: Timeline) throws {
        let path = "\(programs)/hb_gateway"
        guard Files.isExecutable(path) else { throw LabError.missing("not built: \(path)") }
        let missing = Self.requirements.filter { !Files.isInstalled($0) }
        guard missing.isEmpty else { throw LabError.missing("not installed: \(missing.joined(separator: ", "))") }
        self.timeline = timeline
        let laboratory = try GatewayHosts(prefix: "hbd")
        self.laboratory = laboratory
        do {
            let service = GatewayService(
                hosts: Array(laboratory.hosts.indices), pace: .unsaid, further: ["return_after 600"])
            self.programs = try laboratory.hosts.map { try HostProgram(path, on: $0, services: [service]) }
            probe = try laboratory.probe()
        } catch {
            laboratory.close()
            throw error
        }
    }

    /// Takes everything away.
    package func close() {
        follower?.close()
        probe.close()
        laboratory.close()
    }

    /// Plays all scenes. Throws only when the laboratory itself fails or a signal comes.
    package func play() throws -> [HostSceneResult] {
        let names = Dictionary(uniqueKeysWithValues: zip(programs.map(\.logFile), laboratory.hosts.map(\.name)))
        follower = try FileFollower(programs.map(\.logFile)) { [timeline] path, line in
            timeline.detail(.node(names[path] ?? path), line)
        }
        return try HostScene.allCases.map(play)
    }

    /// Keeps the laboratory up until a signal comes.
    package func linger() throws {
        timeline.begin("The laboratory stays up until ^C")
        for namespace in laboratory.hosts.map(\.namespace) + [laboratory.client] {
            timeline.tell(.laboratory, "ip netns exec \(namespace.name) sh")
        }
        timeline.tell(.laboratory, "files: \(laboratory.run.directory)")
        try Interruption.pause(.seconds(86400))
    }

    private func play(_ scene: HostScene) throws -> HostSceneResult {
        timeline.begin(scene.title, explanation: scene.explanation)
        let start = Moment.now()
        var problems = try act(scene)
        let host = laboratory.hosts[scene.owner]
        if try !Interruption.wait(atMost: Self.patience, until: { try serves(host) }) {
            problems.append("\(host.name) does not serve the client alone")
        }
        let (history, end) = (try laboratory.history(), Moment.now())
        let shared = GatewaySide.allCases.map {
            history.longestShared(GatewayNetwork.first.roving(on: $0), from: start, to: end)
        }
        let longest = shared.max() ?? .zero
        if longest > .zero { problems.append("two hosts had a roving address for \(longest.roundedMilliseconds) ms") }
        // Before somebody serves for the first time there is nothing to wait for.
        let outage = try scene == .start ? .zero : probe.analysis().figures(from: start, to: end).outage
        let result = HostSceneResult(
            scene: scene, owner: owner(in: history), outage: outage, shared: longest, problems: problems)
        timeline.say("    " + result.sentence)
        return result
    }

    private func act(_ scene: HostScene) throws -> [String] {
        let (hosts, programs) = (laboratory.hosts, programs)
        switch scene {
        case .start:
            for (host, program) in zip(hosts, programs) {
                try laboratory.powerOn(host)
                try program.start()
            }
        case .powerLoss:
            timeline.detail(.laboratory, "gwa loses its power")
            try laboratory.powerOff(hosts[0])
        case .hostBack:
            timeline.detail(.laboratory, "gwa has power again")
            try laboratory.powerOn(hosts[0])
            try programs[0].start()
        case .falseAlarm: return try raiseFalseAlarm(programs[1])
        case .brokenService:
            timeline.detail(.laboratory, "the service of gwa is broken behind its back")
            hosts[0].breakService(GatewayService(hosts: []).script)
        case .stop:
            timeline.detail(.laboratory, "gwb is stopped")
            guard programs[1].end() == 0 else { return ["gwb has not ended in order"] }
        }
        return []
    }

    private func raiseFalseAlarm(_ program: HostProgram) throws -> [String] {
        let mark = program.mark
        timeline.detail(.laboratory, "what gwb says downstream is lost")
        try laboratory.lose([.words(from: .host(program.host.number), .down)])
        let isDenied = try Interruption.wait(atMost: Self.patience) {
            program.says("gwa says no on the up side", since: mark)
        }
        try laboratory.lose([])
        let isDown = try Interruption.wait(atMost: Self.patience) {
            try !laboratory.history().isUp(GatewayNetwork.first.uplink, on: program.host.number)
        }
        return (isDenied ? [] : ["gwb was not told no"]) + (isDown ? [] : ["the uplink of gwb stays up"])
    }

    // MARK: - Looking

    private func owner(in history: HostHistory) -> String? {
        let holders = Set(GatewaySide.allCases.map { history.holdersNow(of: GatewayNetwork.first.roving(on: $0)) })
        guard holders.count == 1, let hosts = holders.first, hosts.count == 1, let host = hosts.first else {
            return nil
        }
        return laboratory.hosts[host].name
    }

    private func serves(_ host: LabHost) throws -> Bool {
        try owner(in: laboratory.history()) == host.name && probe.isServed(by: host.station(), for: .seconds(1))
    }
}
