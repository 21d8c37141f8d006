// One thing happens to the host in service, as its client and the router above see it and as the kernels of all hosts tell.

import Glibc
import HeartbeatLab
import HeartbeatModel

/// Measures one peer on hosts of its own.
struct HostsMeasurement {
    let laboratory: GatewayHosts
    let peer: any HostsPeer

    /// How long one host must have served the client for the trial to be over.
    private static let calm = Duration.seconds(1)
    /// The same where a dead daemon's addresses answer, too.
    private static let longCalm = Duration.seconds(4)
    private static let startLimit = Duration.seconds(90)
    private static let limit = Duration.seconds(60)
    /// A stall of the probe that is worth a remark.
    private static let remarkableStall = 20.0

    /// What one trial gives: figures, and what a reader of them must know.
    func measure(_ trial: HostsTrial) throws -> (figures: [String: Double], notes: [String]) {
        let probes = try Probes(laboratory)
        defer { probes.close() }
        try prepare(trial, probes)
        // A fault does not wait for the beginning of an interval.
        try Interruption.pause(.milliseconds(Int.random(in: 0..<1000)))
        let start = try inflict(trial)
        let isOver = try Interruption.wait(atMost: Self.limit) {
            try Interruption.pause(.milliseconds(30))
            return try Moment.now() - start >= trial.leastSpan && isAtRest(after: trial, probes)
        }
        let end = Moment.now()
        let stations = laboratory.hosts.map { $0.station() }
        let figures = try Self.figures(
            of: probes.down.record(), upstream: probes.up.record(), laboratory.history(), stations, from: start, to: end
        )
        var notes: [String] = []
        if !isOver { notes.append("\(BenchRow.notRecovered) after \(Self.limit)") }
        if try holders().contains(where: { $0.count > 1 }) { notes.append("two hosts until the end of the trial") }
        if let stall = figures[Figure.stall], stall > Self.remarkableStall {
            notes.append("the machine stood still for \(Int(stall)) ms")
        }
        return (figures, notes)
    }

    /// Brings the hosts to where a trial begins, and leaves them alone.
    func settle(before trial: HostsTrial) throws {
        let probes = try Probes(laboratory)
        defer { probes.close() }
        try prepare(trial, probes)
    }

    /// Who asks through the hosts, from either side.
    private struct Probes {
        /// The client, and the router above.
        let down: ClientProbe
        let up: ClientProbe

        init(_ laboratory: GatewayHosts) throws {
            down = try laboratory.probe()
            do {
                up = try laboratory.upstreamProbe()
            } catch {
                down.close()
                throw error
            }
        }

        /// Whether both were answered by way of this host for so long, and nobody else had an address.
        func areServed(by host: LabHost, for span: Duration) -> Bool {
            let uplink = GatewayNetwork.first.uplink
            return down.isServed(by: host.station(), for: span) && up.isServed(by: host.station(uplink), for: span)
        }

        func close() { for probe in [down, up] { probe.close() } }
    }

    /// What the client, the router and the kernels have seen.
    /// - Parameters:
    ///   - record: of the client.
    ///   - upstream: of the router.
    ///   - stations: of the hosts, by their numbers.
    static func figures(
        of record: ProbeRecord, upstream: ProbeRecord, _ history: HostHistory, _ stations: [HardwareAddress],
        from start: Moment, to end: Moment
    ) throws -> [String: Double] {
        let analyses = record.byAddress()
        let addresses = analyses.map { $0.figures(from: start, to: end) }
        let byHolder = rightful(analyses[0], history, stations).figures(from: start, to: end)
        let shared = GatewaySide.allCases.map {
            history.longestShared(GatewayNetwork.first.roving(on: $0), from: start, to: end)
        }
        let stalls = [record, upstream].map { $0.longestStall(from: start, to: end, tick: $0.period) }
        let figures: [String: Double] = [
            Figure.outage: addresses[0].outage.inMilliseconds,
            Figure.upstreamOutage: upstream.byAddress()[0].figures(from: start, to: end).outage.inMilliseconds,
            Figure.holderOutage: byHolder.outage.inMilliseconds,
            Figure.lost: Double(addresses[0].lost),
            Figure.twoOwners: addresses[1].doubleOwnership.inMilliseconds,
            Figure.twoHolders: (shared.max() ?? .zero).inMilliseconds,
            Figure.stall: (stalls.max() ?? .zero).inMilliseconds,
        ]
        return figures.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    /// Without the answers that came by way of a host that had not the roving address.
    private static func rightful(
        _ analysis: ProbeAnalysis, _ history: HostHistory, _ stations: [HardwareAddress]
    ) -> ProbeAnalysis {
        let changes = history.holders(of: GatewayNetwork.first.roving(on: .down))
        var analysis = analysis
        for (index, sample) in analysis.samples.enumerated() {
            guard let echo = sample.echo else { continue }
            let hosts = changes.last { $0.at <= echo.at }?.hosts ?? []
            if !hosts.contains(where: { stations[$0] == echo.from }) { analysis.samples[index].echo = nil }
        }
        return analysis
    }

    // MARK: - Before

    private func prepare(_ trial: HostsTrial, _ probes: Probes) throws {
        let owner = laboratory.hosts[trial.ownerBefore]
        let running = laboratory.hosts.filter { $0.number >= owner.number }
        for host in running { try laboratory.powerOn(host) }
        for host in running { try peer.start(host) }
        let begun = Moment.now()
        let isReady = try Interruption.wait(atMost: Self.startLimit) {
            try Interruption.pause(.milliseconds(30))
            return try running.allSatisfy { peer.isReady($0, owner: owner) }
                && serves(owner, for: Self.calm, probes)
        }
        guard isReady else {
            throw LabError.notReached(
                "\(type(of: peer).name) does not come to serve on \(owner.name)\n"
                    + running.map(peer.diagnosis).joined())
        }
        try Interruption.pause(begun + type(of: peer).rest - Moment.now())
        guard try serves(owner, for: Self.calm, probes) else {
            throw LabError.notReached("\(type(of: peer).name) does not stay on \(owner.name)")
        }
    }

    // MARK: - The fault

    /// Returns the moment it happened.
    private func inflict(_ trial: HostsTrial) throws -> Moment {
        let best = laboratory.hosts[0]
        let start = Moment.now()
        switch trial {
        case .power: return try laboratory.powerOff(best)
        case .downCable: try laboratory.plug(best, .down, false)
        case .upCable: try laboratory.plug(best, .up, false)
        case .service: best.breakService(GatewayService(hosts: []).script)
        case .kill: try peer.killWorker(best)
        case .killAll: try best.killProcesses()
        case .stop: try peer.stop(best)
        case .back:
            try laboratory.powerOn(best)
            try peer.start(best)
        case .cost: break
        }
        return start
    }

    // MARK: - After

    /// Who has each of the roving addresses.
    private func holders() throws -> [Set<Int>] {
        let history = try laboratory.history()
        return GatewaySide.allCases.map { history.holdersNow(of: GatewayNetwork.first.roving(on: $0)) }
    }

    /// Whether a host alone has both addresses and has served both sides for so long.
    private func serves(_ host: LabHost, for span: Duration, _ probes: Probes) throws -> Bool {
        try probes.areServed(by: host, for: span) && holders().allSatisfy { $0 == [host.number] }
    }

    private func isAtRest(after trial: HostsTrial, _ probes: Probes) throws -> Bool {
        guard let owner = trial.ownerAfter.map({ laboratory.hosts[$0] }) else {
            return try laboratory.hosts.contains { try serves($0, for: Self.longCalm, probes) }
        }
        guard trial == .killAll else { return try serves(owner, for: Self.calm, probes) }
        // Nothing may ever stop what the dead daemon has left.
        let history = try laboratory.history()
        return GatewaySide.allCases.allSatisfy { side in
            let changes = history.holders(of: GatewayNetwork.first.roving(on: side))
            guard let last = changes.last, last.hosts.contains(owner.number) else { return false }
            return Moment.now() - last.at >= Self.longCalm
        }
    }
}
