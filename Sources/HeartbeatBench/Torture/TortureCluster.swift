// A pair that is tortured: carries out the deeds of one fault, repairs what the laboratory has broken, waits until the pair
// serves again and says what it cost. What a fault is and what its figures mean is decided elsewhere.

import Glibc
import HeartbeatLab

/// One peer on two nodes with two addresses, each a group of its own. `close` it whatever happens.
final class TortureCluster {
    private let cluster: BenchCluster
    private var peer: any FailoverPeer { cluster.peer }
    private var nodes: [LabNode] { cluster.nodes }
    private var laboratory: Laboratory { cluster.laboratory }
    /// Since when the daemon of each node has been running, as far as it was started here.
    private var startedAt: [Moment]
    /// Nodes whose daemon was told to end and has not been started since.
    private var ending: Set<Int> = []
    private var load: RunningLoad?
    private var remarks: [String] = []
    private let seed: UInt64

    /// Where everything that is kept in files is.
    var directory: String { laboratory.run.directory }

    /// How many addresses there are.
    static let addresses = 2
    private static let tick = Duration.milliseconds(2)
    /// How long the client must have been served by one node alone for the pair to be at rest.
    private static let calm = Duration.seconds(2)
    /// A peer that goes home at all has done so by then; who serves from the other node is at rest too.
    private static let homecoming = Duration.seconds(15)
    /// Who does not serve by then, although nothing is broken any more, has lost the service for good.
    private static let patience = Duration.seconds(30)
    /// What an orderly end may take before it is taken for one that never comes.
    private static let stopLimit = Duration.seconds(20)

    /// Builds the pair. Throws `LabError.missing` when a program of the peer is not there.
    init(_ peer: any FailoverPeer, setting: DetectionSetting, seed: UInt64, places: ProgramPlaces) throws {
        cluster = try BenchCluster(peer, setting: setting, addresses: Self.addresses, places: places)
        self.seed = seed
        startedAt = cluster.nodes.map { $0.poweredAt ?? Moment.now() }
    }

    /// Takes everything away.
    func close() {
        load?.end()
        load = nil
        cluster.close()
    }

    /// What one fault came to.
    struct Outcome {
        var row: BenchRow
        /// What the client saw and the nodes wrote meanwhile.
        var story: String
    }

    /// Waits until the first node serves, breaks the pair, repairs it, and waits until it serves again.
    func play(_ fault: TortureFault) throws -> Outcome {
        let probe = try cluster.startProbe(every: Self.tick)
        defer { cluster.end(probe) }
        try comeHome(probe)
        try Interruption.pause(fault.gap)
        remarks = []
        let marks = nodes.map { logText(of: $0).utf8.count }
        let start = Moment.now()
        for deed in fault.deeds { try carryOut(deed) }
        let repaired = Moment.now()
        let isBack = try Interruption.wait(atMost: Self.patience) {
            try Interruption.pause(.milliseconds(30))
            if isServed(by: 0, probe) { return true }
            return Moment.now() - repaired > Self.homecoming && isServed(by: 1, probe)
        }
        let end = Moment.now()
        let analysis = TortureAnalysis(
            fault: fault, start: start, end: end, tick: probe.tick, stations: nodes.map(\.hardwareAddress))
        let record = try probe.record()
        var row = cluster.row(fault.name, run: fault.number)
        row.figures = analysis.figures(of: record)
        row.figures[Figure.lostForGood] = isBack ? 0 : 1
        row.notes = remarks
        return Outcome(row: row, story: story(of: analysis, record, since: marks, repaired: repaired))
    }

    private func isServed(by number: Int, _ probe: ClientProbe) -> Bool {
        probe.isServed(by: nodes[number].hardwareAddress, for: Self.calm)
    }

    // MARK: - Before

    /// Brings the service to the first node by whatever it needs, and lets both daemons get over their start.
    private func comeHome(_ probe: ClientProbe) throws {
        for attempt in 0..<5 {
            if attempt > 0 { try startAnew(keepingSecond: isServed(by: 1, probe)) }
            for number in [0, 1] { try startDaemon(number) }
            let limit = attempt == 0 ? Self.homecoming : .seconds(40) + peer.deadtime * 4
            let isHome = try Interruption.wait(atMost: limit) {
                try Interruption.pause(.milliseconds(30))
                return isServed(by: 0, probe) || (attempt == 0 && isServed(by: 1, probe))
            }
            guard isHome else { continue }
            for since in startedAt { try Interruption.pause(since + peer.rest - Moment.now()) }
            if isServed(by: 0, probe) { return }
        }
        throw LabError.notReached("\(peer.name) does not come to serve\n" + nodes.map(\.diagnosis).joined())
    }

    /// Power to both nodes anew, or only to the first while the second serves.
    private func startAnew(keepingSecond: Bool) throws {
        for number in keepingSecond ? [0] : [0, 1] { try powerOff(number) }
        try Interruption.pause(peer.deadtime * 1.3 + .milliseconds(500))
        for number in [0, 1] { try powerOn(number) }
    }

    // MARK: - Deeds

    private func carryOut(_ deed: TortureDeed) throws {
        switch deed {
        case .wait(let duration): try Interruption.pause(duration)
        case .powerOff(let number): try powerOff(number)
        case .powerOn(let number): try powerOn(number)
        case .signal(let number, let signal): for pid in peer.processes(of: nodes[number]) { kill(pid, signal) }
        case .killDaemon(let number): try killDaemon(number)
        case .askToReload(let number):
            if let pid = nodes[number].mainProcess { kill(pid, SIGHUP) }
        case .stopDaemon(let number):
            try peer.stop(nodes[number])
            ending.insert(number)
        case .startDaemon(let number): try startDaemon(number)
        case .standby(let number): try peer.standby(nodes[number], in: laboratory)
        case .plug(let number, let isPlugged): try laboratory.plug(.lan(number), isPlugged)
        case .lose(let rules): try laboratory.lose(rules)
        case .roughen(let roughness): try laboratory.roughen(roughness, seed: seed)
        case .pourGarbage(let isOn):
            try laboratory.pour(garbage: isOn ? 1000 : 0, to: [.udp(port: 694), .vrrp], seed: seed)
        case .loadProcessors(let isOn):
            load?.end()
            load = nil
            if isOn { load = try RunningLoad([.processor, .processor, .processor, .processor], directory: "/") }
        case .spoil(let number, let fault):
            try nodes[number].write("", to: "\(ServiceLayout.faults(of: nodes[number]))/\(fault.rawValue)")
        case .mendScript(let number):
            for fault in ScriptFault.allCases {
                Files.remove("\(ServiceLayout.faults(of: nodes[number]))/\(fault.rawValue)")
            }
        case .killService(let number):
            Files.remove("\(nodes[number].servicesDirectory)/\(ServiceLayout.script)")
        case .removeAddress(let number):
            let line = "address del \(cluster.addresses[0]) dev eth0"
            Command.attempt(["ip", "-n", nodes[number].namespace.name] + line.split(separator: " ").map(String.init))
        case .makeStateReadOnly(let number, let isReadOnly): try makeState(of: nodes[number], readOnly: isReadOnly)
        case .removeGeneration(let number):
            if let directory = peer.state(of: nodes[number])?.outside { Files.remove("\(directory)/hb_generation") }
        }
    }

    private func makeState(of node: LabNode, readOnly isReadOnly: Bool) throws {
        guard let directory = peer.state(of: node)?.inside else { return }
        let line =
            isReadOnly
            ? "mount --bind '\(directory)' '\(directory)' && mount -o remount,bind,ro '\(directory)'"
            : "umount -l '\(directory)'"
        let result = try node.run(["sh", "-c", line])
        guard result.code == 0 else { throw LabError.command(words: ["mount", directory], output: result.output) }
    }

    private func powerOff(_ number: Int) throws {
        guard nodes[number].isPowered else { return }
        try laboratory.powerOff(nodes[number])
        ending.remove(number)
    }

    private func powerOn(_ number: Int) throws {
        guard !nodes[number].isPowered else { return }
        try laboratory.powerOn(nodes[number], running: peer.bootWords(on: nodes[number], in: laboratory))
        startedAt[number] = Moment.now()
    }

    /// Ends all its processes at once and does what its service manager does then.
    private func killDaemon(_ number: Int) throws {
        let node = nodes[number]
        for pid in peer.processes(of: node) { kill(pid, SIGKILL) }
        _ = try Interruption.wait(atMost: .seconds(2)) { peer.processes(of: node).isEmpty }
        guard let words = peer.wordsAfterDeath(on: node, in: laboratory) else { return }
        _ = try node.run(words, limit: Self.stopLimit)
    }

    private func startDaemon(_ number: Int) throws {
        let node = nodes[number]
        guard node.isPowered else { return try powerOn(number) }
        if ending.remove(number) != nil {
            let isGone = try Interruption.wait(atMost: Self.stopLimit) { peer.processes(of: node).isEmpty }
            if !isGone {
                remarks.append("its daemon was not gone \(Self.stopLimit) after it was told to end, and was killed")
                try killDaemon(number)
            }
        }
        guard peer.processes(of: node).isEmpty else { return }
        try node.start(peer.bootWords(on: node, in: laboratory))
        startedAt[number] = Moment.now()
    }

    // MARK: - The story

    private func logText(of node: LabNode) -> String {
        peer.log(of: node).map { Files.read($0) } ?? node.console
    }

    private func story(
        of analysis: TortureAnalysis, _ record: ProbeRecord, since marks: [Int], repaired: Moment
    ) -> String {
        func seconds(_ duration: Duration) -> String { decimal(duration.inMilliseconds / 1000, digits: 3) }
        let head =
            "\(peer.name), fault \(analysis.fault.number): \(analysis.fault.name), "
            + "\(seconds(analysis.fault.duration)) s, repaired at \(seconds(repaired - analysis.start)) s, "
            + "at rest at \(seconds(analysis.end - analysis.start)) s\n"
        let seen = analysis.story(of: record, addresses: cluster.addresses).filter { $0.at > .seconds(-1) }
        let logs = zip(nodes, marks).map { node, mark in
            "--- \(node.name)\n" + String(decoding: logText(of: node).utf8.dropFirst(mark), as: UTF8.self)
        }
        return head + seen.map { "\(seconds($0.at))  \($0.text)\n" }.joined() + logs.joined()
    }
}
