// Plays the scenes: breaks something, waits until the cluster has come to rest, and has the probe's records and the
// scripts' judged. What counts as good is said in Scene, not here.

import Glibc
import HeartbeatModel

/// A demonstration of failover on one machine.
package final class Demonstration {
    private let laboratory: Laboratory
    private let probe: ClientProbe
    private let timeline: Timeline
    private let follower: FileFollower
    private var nodes: [LabNode] { laboratory.nodes }
    /// The node whose daemon was killed.
    private var killed: LabNode?
    /// The nodes whose daemons live.
    private var members: [LabNode] { nodes.filter { $0.isPowered && $0 !== killed } }

    /// How long a daemon stands still.
    private static let freeze = Duration.seconds(3)

    /// The programs it plays with, besides those of `Laboratory.requirements`.
    package static let programs = ["heartbeat", "hb_standby", "cl_status"]

    /// Builds the laboratory; throws `LabError.missing` where that is not possible.
    package init(programs: String, resourceScripts: String, timeline: Timeline) throws {
        let needed = Self.programs.map { "\(programs)/\($0)" }
        let missing = needed.filter { !Files.isExecutable($0) }
        guard missing.isEmpty else { throw LabError.missing("not built: \(missing.joined(separator: ", "))") }
        let laboratory = try Laboratory(programs: programs, resourceScripts: resourceScripts)
        let names = Dictionary(uniqueKeysWithValues: laboratory.nodes.map { ($0.hardwareAddress, $0.name) })
        do {
            probe = try ClientProbe(NodeFiles.address, from: laboratory.client) { event, _ in
                timeline.detail(.client, Self.text(of: event, names: names))
            }
        } catch {
            laboratory.close()
            throw error
        }
        do {
            follower = try Self.follow(laboratory, timeline)
        } catch {
            probe.close()
            laboratory.close()
            throw error
        }
        self.laboratory = laboratory
        self.timeline = timeline
    }

    /// Takes everything away.
    package func close() {
        probe.close()
        follower.close()
        laboratory.close()
    }

    /// Plays scenes with what they need before them. Throws only when the laboratory itself fails or a signal comes.
    package func play(_ scenes: [Scene]) throws -> [SceneResult] {
        let wanted = Set(scenes + scenes.flatMap(\.requirements))
        return try Scene.allCases.filter(wanted.contains).map(play)
    }

    /// Keeps the laboratory up until a signal comes.
    package func linger() throws {
        timeline.begin("The laboratory stays up until ^C")
        if let killed {
            timeline.tell(.laboratory, "starts the daemon of \(killed.name) again")
            try killed.start(laboratory.daemonWords(["-f"], on: killed))
        }
        for node in nodes {
            timeline.tell(.node(node.name), "ip netns exec \(node.namespace.name) sh")
            timeline.tell(.node(node.name), "files: \(node.files.directory)")
        }
        timeline.tell(.client, "ip netns exec \(laboratory.client.name) ping \(NodeFiles.address)")
        try Interruption.pause(.seconds(86400))
    }

    private func play(_ scene: Scene) throws -> SceneResult {
        try settleDeadtime()
        timeline.begin(scene.title, explanation: scene.explanation)
        let alreadyRun = laboratory.scripts().records.count
        let start = Moment.now()
        var (problems, fault) = try act(scene)
        let (owner, taker) = (nodes[scene.expectedOwner], nodes[scene.taker ?? scene.expectedOwner])
        if try !Interruption.wait(atMost: scene.limit, until: { try isAtRest(with: owner) }) {
            problems.append("not at rest after \(scene.limit)")
        }
        try Interruption.pause(ProbeAnalysis.patience)
        let end = Moment.now()
        var result = SceneResult.judge(
            scene, figures: try probe.analysis().figures(from: start, to: end),
            scripts: ScriptHistory(Array(laboratory.scripts().records.dropFirst(alreadyRun))), owners: probe.owners(),
            nodes: nodes.map { ($0.name, $0.hardwareAddress) })
        result.problems = problems + result.problems
        if scene.taker != nil {
            result.timeline = MergedTimeline(
                fault: fault, movements: movements(from: start, to: end), figures: result.figures,
                taker: (taker.name, taker.hardwareAddress))
        }
        tellEnd(result)
        return result
    }

    /// In its first five seconds the original announces a deadtime two seconds longer than configured, and a successor
    /// may; a failover measured then would measure that.
    private func settleDeadtime() throws {
        for since in nodes.compactMap(\.poweredAt) {
            try Interruption.pause(since + .seconds(6) - Moment.now())
        }
    }

    private func movements(from start: Moment, to end: Moment) -> [MergedTimeline.Movement] {
        nodes.flatMap { node in
            MergedTimeline.Movement.all(inLog: Files.read(node.logFile), of: node.name, from: start, to: end)
        }
    }

    /// Does to the cluster what the scene is about. Returns what went wrong meanwhile, and what the service moves because of.
    private func act(_ scene: Scene) throws -> (problems: [String], fault: MergedTimeline.Fault?) {
        switch scene {
        case .coldStart:
            let fault = begin("switches both nodes on")
            for node in nodes { try laboratory.powerOn(node) }
            return ([], fault)
        case .powerLoss:
            let fault = begin("cuts the power of cluster1")
            try laboratory.powerOff(nodes[0])
            return ([], fault)
        case .failback:
            timeline.detail(.laboratory, "switches cluster1 on")
            try laboratory.powerOn(nodes[0])
        case .standby:
            return try standby("all", on: nodes[0])
        case .standbyBack:
            return try standby("failback", on: nodes[1])
        case .cableCut:
            let fault = begin("pulls the LAN cable of cluster1 out")
            try laboratory.plug(.lan(0), false)
            return ([], fault)
        case .cableBack:
            let fault = begin("puts the LAN cable of cluster1 back")
            try laboratory.plug(.lan(0), true)
            return ([], fault)
        case .serialOnly:
            return (try unplugAllButSerial(), nil)
        case .daemonFrozen:
            return ([], try freezeDaemon())
        case .daemonKilled:
            let fault = begin("kills the daemon of cluster1")
            nodes[0].killProcesses()
            killed = nodes[0]
            return ([], fault)
        }
        return ([], nil)
    }

    private func freezeDaemon() throws -> MergedTimeline.Fault {
        let fault = begin("stops all processes of the daemon of cluster1")
        let processes = nodes[0].processes
        defer { for pid in processes { kill(pid, SIGCONT) } }
        for pid in processes { kill(pid, SIGSTOP) }
        try Interruption.pause(Self.freeze)
        timeline.detail(.laboratory, "lets the daemon of cluster1 go on")
        return fault
    }

    private func begin(_ text: String) -> MergedTimeline.Fault {
        timeline.detail(.laboratory, text)
        return MergedTimeline.Fault(text, at: Moment.now())
    }

    private func standby(
        _ set: String, on node: LabNode
    ) throws -> (problems: [String], fault: MergedTimeline.Fault?) {
        let fault = begin("runs hb_standby \(set) on \(node.name)")
        let result = try laboratory.tool("hb_standby", [set], on: node)
        return (result.code == 0 ? [] : ["hb_standby: exit code \(result.code): \(result.output)"], fault)
    }

    /// The standby node's LAN cable and the second link: the heartbeats of all network media are lost, while the client
    /// still reaches the active node. Three deadtimes is long enough for every mistake to show.
    private func unplugAllButSerial() throws -> [String] {
        var problems: [String] = []
        timeline.tell(.laboratory, "unplugs cluster2 from the LAN and from the second link")
        let carried = laboratory.serialBytes
        try laboratory.plug(.lan(1), false)
        try laboratory.plug(.cross(1), false)
        try Interruption.pause(NodeFiles.deadtime * 3)
        if laboratory.serialBytes == carried { problems.append("nothing went over the serial line") }
        for (node, peer) in [(nodes[0], nodes[1]), (nodes[1], nodes[0])] {
            let status = try laboratory.tool("cl_status", ["nodestatus", peer.name], on: node).output
            let word = status.split(separator: "\n").last.map { String($0) } ?? ""
            timeline.tell(.node(node.name), "sees \(peer.name): \(word)")
            if word != "active" { problems.append("\(node.name) sees \(peer.name) as [\(word)]") }
        }
        timeline.tell(.laboratory, "plugs everything in again")
        try laboratory.plug(.lan(1), true)
        try laboratory.plug(.cross(1), true)
        try Interruption.pause(NodeFiles.deadtime)
        return problems
    }

    /// The client is served by `owner` alone and has been for a while, the whole group runs there and nowhere else, and
    /// the nodes themselves say that nothing is in transition.
    private func isAtRest(with owner: LabNode) throws -> Bool {
        guard probe.isServed(by: owner.hardwareAddress, for: .milliseconds(300)) else { return false }
        for node in members {
            let running = laboratory.scripts().running(on: node.name)
            guard running == (node === owner ? NodeFiles.group : []) else { return false }
        }
        return try members.allSatisfy { node in
            let status = try laboratory.tool("cl_status", ["rscstatus"], on: node)
            return status.code == 0 && !status.output.contains("transition")
        }
    }

    private func tellEnd(_ result: SceneResult) {
        timeline.say(result.ending(isVerbose: timeline.isVerbose))
        guard !result.problems.isEmpty else { return }
        for node in nodes { timeline.tell(.node(node.name), "\n" + node.diagnosis) }
    }

    private static func text(of event: ClientProbe.Event, names: [HardwareAddress: String]) -> String {
        func name(_ address: HardwareAddress) -> String { names[address] ?? address.description }
        switch event {
        case .owners(let owners) where owners.isEmpty:
            return "nobody answers for \(NodeFiles.address)"
        case .owners(let owners):
            let names = owners.map(name).sorted()
            return "\(names.joined(separator: " and ")) answer\(names.count == 1 ? "s" : "") for \(NodeFiles.address)"
        case .announced(let station):
            return "hears \(name(station)) announce it by gratuitous ARP"
        }
    }

    private static func follow(_ laboratory: Laboratory, _ timeline: Timeline) throws -> FileFollower {
        let logs = Dictionary(uniqueKeysWithValues: laboratory.nodes.map { ($0.logFile, $0.name) })
        return try FileFollower(logs.keys.sorted()) { path, line in
            guard let name = logs[path], let entry = LogLine(line), entry.level != "debug" else { return }
            // Told when the scene is over, with all that belongs to it.
            guard GroupTimeline(entry.text) == nil else { return }
            timeline.detail(.node(name), (entry.isAlarming ? "\(entry.level): " : "") + entry.text)
        }
    }
}
