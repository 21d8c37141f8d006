// One peer in a laboratory of its own, ready to be broken: builds it, waits until it is at rest, does one thing to it and
// reports what the client saw.

import Glibc
import HeartbeatLab

/// A pair of nodes that run one peer, and the client that measures them. Use it from one thread, and `close` it whatever
/// happens. Several may live side by side; measure one at a time.
package final class BenchCluster {
    package let peer: any FailoverPeer
    package let setting: DetectionSetting
    package let addresses: [ServiceAddress]
    package let laboratory: Laboratory
    package var nodes: [LabNode] { laboratory.nodes }
    /// Since when node 0 has been off.
    private var offSince: Moment?
    /// Node 0 was brought into a state it leaves only by a power cycle.
    private var needsPowerCycle = false

    /// How long the client must have been served without a fault for the cluster to count as at rest.
    private static let calm = Duration.seconds(1)
    /// After a hang some peers are at rest for a moment and then begin again.
    private static let longCalm = Duration.seconds(4)
    /// A stall of the probe that is worth a remark.
    private static let remarkableStall = 20.0

    /// Builds the laboratory and boots both nodes. Throws `LabError.missing` when a program of the peer is not there.
    /// - Parameters:
    ///   - setting: what `peer` was made for; rows repeat it.
    ///   - count: how many addresses move together, 1…`ServiceAddress.limit`.
    package init(
        _ peer: any FailoverPeer, setting: DetectionSetting, addresses count: Int, places: ProgramPlaces
    ) throws {
        guard peer.missing.isEmpty else { throw LabError.missing(peer.missing.joined(separator: ", ")) }
        self.peer = peer
        self.setting = setting
        addresses = ServiceAddress.first(count)
        laboratory = try Laboratory(
            prefix: Self.prefix, programs: places.programs, resourceScripts: places.resourceScripts,
            hasServer: peer.isGateway)
        do {
            try prepareClient()
            for node in nodes {
                node.furtherAddresses = [ServiceAddress.own(ofNode: node.number)]
                try peer.configure(node, addresses: addresses)
                try powerOn(node)
            }
        } catch {
            laboratory.close()
            throw error
        }
    }

    /// What the names of its namespaces and directories begin with.
    static let prefix = "hbb"

    private func prepareClient() throws {
        try laboratory.client.configure(["address add \(ServiceAddress.client) brd + dev eth0"])
        // What waits for an address to answer is let go of, or an outage would end in a burst of old questions.
        try laboratory.client.set("net/ipv4/neigh/eth0/unres_qlen_bytes", to: "4096")
    }

    /// Takes everything away.
    package func close() {
        laboratory.close()
    }

    // MARK: - Measuring

    /// Probes all addresses from the client.
    /// - Parameter tick: time between probes. With several addresses up to five are probed at each tick, so that each has
    ///   its turn every `count / 5` ticks.
    package func startProbe(every tick: Duration = .milliseconds(1)) throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.probesPerTick = min(addresses.count, 5)
        manner.stations = nodes.map(\.hardwareAddress)
        manner.signOfLife = peer.signOfLife
        return try ClientProbe(addresses.map(\.text), from: laboratory.client, every: tick, manner: manner)
    }

    /// Waits until node 0 alone serves all addresses and both nodes have rested. A cluster that does not come to that is
    /// restarted. Throws when that does not help either.
    package func ready() throws {
        let probe = try startProbe()
        defer { end(probe) }
        try settle(owner: 0, probe)
    }

    /// Does one thing to the cluster, from the state it needs, and measures until it is at rest again.
    /// - Parameter witness: who else looks at it.
    package func trial(_ fault: Fault, run: Int, witness: (any TrialWitness)? = nil) throws -> BenchRow {
        let probe = try startProbe()
        defer { end(probe) }
        try settle(owner: fault.ownerBefore, probe)
        defer { witness?.leave() }
        try witness?.begin(in: self)
        // A fault does not wait for the beginning of an interval.
        try Interruption.pause(peer.keepalive * Double.random(in: 0..<1))
        let start = try inflict(fault)
        let limit = self.limit(of: fault)
        let hasRecovered = try Interruption.wait(atMost: limit) {
            try Interruption.pause(.milliseconds(30))
            return isAtRest(after: fault, probe)
        }
        let end = Moment.now()
        let testimony = try witness?.testify(fault: start, atRest: end)
        // The other node has missed it: it may come back at any time.
        if hasRecovered, fault.takesPower { offSince = nil }
        try repair(after: fault)
        var row = row(fault.rawValue, run: run)
        let trial = Trial(
            fault: fault, start: start, end: end, tick: probe.tick, deadtime: peer.deadtime,
            stations: nodes.map(\.hardwareAddress))
        let record = try probe.record()
        row.figures = trial.figures(of: record)
        row.timeline = timeline(of: trial, record)
        row.figures.merge(peer.ownFigures(of: nodes[fault.expectedOwner ?? 1])) { seen, _ in seen }
        row.figures.merge(testimony?.figures ?? [:]) { _, told in told }
        row.notes = [peer.substitutes[fault]].compactMap(\.self) + (testimony?.notes ?? [])
        if trial.hasTwoOwnersAtTheEnd(of: record) { row.notes.append("two owners until the end of the trial") }
        if !hasRecovered { row.notes.append("\(BenchRow.notRecovered) after \(limit)") }
        if let stall = row.figures[Figure.stall], stall > Self.remarkableStall {
            row.notes.append("the machine stood still for \(Int(stall)) ms")
        }
        return row
    }

    /// What nodes that tell of it did, beside what the client saw of the last address.
    private func timeline(of trial: Trial, _ record: ProbeRecord) -> [TimelineEntry]? {
        let taker = nodes[trial.fault.expectedOwner ?? 1]
        let movements = nodes.flatMap { node in
            peer.log(of: node).map {
                MergedTimeline.Movement.all(
                    inLog: Files.read($0), of: node.name, from: trial.start, to: trial.end)
            } ?? []
        }
        guard !movements.isEmpty, let last = record.byAddress().last else { return nil }
        return MergedTimeline(
            fault: MergedTimeline.Fault("\(trial.fault.deed) \(nodes[0].name)", at: trial.start),
            movements: movements, figures: last.figures(from: trial.start, to: trial.end),
            taker: (taker.name, taker.hardwareAddress))?.entries.map(TimelineEntry.init)
    }

    /// A row of this cluster without figures.
    package func row(_ fault: String, run: Int) -> BenchRow {
        BenchRow(
            peer: peer.name, fault: fault, setting: "\(setting)",
            keepaliveMilliseconds: peer.keepalive.inMilliseconds, deadtimeMilliseconds: peer.deadtime.inMilliseconds,
            addresses: addresses.count, run: run)
    }

    /// Brings node 0 back after a fault that has left it off or aside, without waiting for anything to rest. Cheaper here
    /// than in `ready`, when other clusters are measured in between.
    package func comeHome() throws {
        let probe = try startProbe()
        defer { end(probe) }
        try bringHome(owner: 0, probe)
    }

    /// Lets go of what the client knows about its neighbours: the kernel has room for a thousand on the whole machine, and
    /// a client that finds none is not served, whatever the cluster does.
    func end(_ probe: ClientProbe) {
        probe.close()
        Command.attempt(["ip", "-n", laboratory.client.name, "neighbour", "flush", "dev", "eth0"])
    }

    // MARK: - Before

    /// With short deadtimes a busy machine moves a cluster that nobody has touched; then it rests once more.
    private func settle(owner: Int, _ probe: ClientProbe) throws {
        for _ in 0..<5 {
            try bringHome(owner: owner, probe)
            for since in nodes.compactMap(\.poweredAt) {
                try Interruption.pause(since + peer.rest - Moment.now())
            }
            if isServed(by: owner, for: Self.calm, probe) { return }
        }
        throw LabError.notReached("\(peer.name) does not stay on \(nodes[owner].name)")
    }

    private func bringHome(owner: Int, _ probe: ClientProbe) throws {
        for attempt in 0..<3 {
            if attempt > 0 {
                for node in nodes { try powerOff(node) }
                for node in nodes { try powerOn(node) }
            }
            if needsPowerCycle { try powerOff(nodes[0]) }
            if owner == 0, !nodes[0].isPowered { try powerOn(nodes[0]) }
            if try waitUntilServed(by: 0, orAlso: owner, probe) {
                guard owner == 1 else { return }
                if nodes[0].isPowered { try powerOff(nodes[0]) }
                if try waitUntilServed(by: 1, orAlso: 1, probe) { return }
            }
        }
        throw LabError.notReached(
            "\(peer.name) does not come to serve \(addresses.count) addresses on \(nodes[owner].name)\n"
                + nodes.map(\.diagnosis).joined())
    }

    private func waitUntilServed(by number: Int, orAlso other: Int, _ probe: ClientProbe) throws -> Bool {
        try Interruption.wait(atMost: startLimit) {
            try Interruption.pause(.milliseconds(30))
            return Set([number, other]).contains { isServed(by: $0, for: Self.calm, probe) }
        }
    }

    private func isServed(by number: Int, for span: Duration, _ probe: ClientProbe) -> Bool {
        probe.isServed(by: nodes[number].hardwareAddress, for: max(span, probe.period * 2))
    }

    /// A node that is back before it was missed is another story than one that returns.
    private func powerOn(_ node: LabNode) throws {
        if node.number == 0, let offSince {
            try Interruption.pause(offSince + peer.deadtime * 1.3 + .milliseconds(500) - Moment.now())
        }
        try laboratory.powerOn(node, running: peer.bootWords(on: node, in: laboratory))
        if node.number == 0 { offSince = nil }
    }

    @discardableResult
    private func powerOff(_ node: LabNode, isCrossover: Bool = false) throws -> Moment {
        let moment = try laboratory.powerOff(node, isCrossover: isCrossover)
        try peer.forget(node)
        if node.number == 0 { (offSince, needsPowerCycle) = (moment, false) }
        return moment
    }

    // MARK: - The fault

    /// Returns the moment it happened.
    private func inflict(_ fault: Fault) throws -> Moment {
        let node = nodes[0]
        let processes = peer.processes(of: node)
        let start = Moment.now()
        switch fault {
        case .powerLoss, .powerCable:
            return try powerOff(node, isCrossover: fault == .powerCable)
        case .failback:
            try powerOn(node)
        case .standby:
            needsPowerCycle = true
            try peer.standby(node, in: laboratory)
        case .stop:
            needsPowerCycle = true
            try peer.stop(node)
        case .kill:
            needsPowerCycle = true
            node.killProcesses()
        case .hang:
            for pid in processes { kill(pid, SIGSTOP) }
            defer { for pid in processes { kill(pid, SIGCONT) } }
            try Interruption.pause(Fault.freeze)
        case .carrierLoss:
            try laboratory.plug(.lan(0), false)
        case .flapping:
            needsPowerCycle = true
            for _ in 0..<Fault.flaps {
                try laboratory.plug(.lan(0), false)
                try Interruption.pause(Fault.flap)
                try laboratory.plug(.lan(0), true)
                try Interruption.pause(Fault.flap)
            }
        case .mediaCut: try cutMedia()
        }
        return start
    }

    private func cutMedia() throws {
        try laboratory.lose([.between(.cross)])
        try Interruption.pause(Fault.cut)
        try laboratory.lose([])
        // What they do when they hear each other again belongs to it.
        try Interruption.pause(Self.longCalm)
    }

    private func isAtRest(after fault: Fault, _ probe: ClientProbe) -> Bool {
        // Nothing may ever stop what the dead daemon has left.
        if fault == .kill {
            return probe.isOwned(by: nodes[1].hardwareAddress, for: max(Self.longCalm, probe.period * 2))
        }
        guard let owner = fault.expectedOwner else {
            return [0, 1].contains { isServed(by: $0, for: Self.longCalm, probe) }
        }
        return isServed(by: owner, for: Self.calm, probe)
    }

    private func repair(after fault: Fault) throws {
        guard fault == .carrierLoss else { return }
        try laboratory.plug(.lan(0), true)
        needsPowerCycle = true
    }

    private func limit(of fault: Fault) -> Duration {
        let takeover = .seconds(15) + peer.deadtime * 3 + peer.patiencePerAddress * addresses.count
        return switch fault {
        case .failback: startLimit
        // Who stops everything on both nodes and begins anew needs a start as well.
        case .hang, .flapping, .mediaCut: takeover + .seconds(30)
        case .powerLoss, .powerCable, .standby, .stop, .kill, .carrierLoss: takeover
        }
    }

    private var startLimit: Duration {
        .seconds(40) + peer.deadtime * 4 + peer.patiencePerAddress * addresses.count
    }
}
