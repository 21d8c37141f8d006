// A pair that is asked what would come of an event, before the event befalls it. It serves from its first node when each begins, and is
// brought back there afterwards.

import Glibc
import HeartbeatLab

/// A pair with its client. Use it from one thread, and `close` it whatever happens.
final class ForecastCluster {
    private let peer: ForecastPeer
    private let laboratory: Laboratory
    /// Something went wrong half-way: only a cold start brings it home.
    private var isBroken = false

    private var first: LabNode { laboratory.nodes[0] }
    private var second: LabNode { laboratory.nodes[1] }

    /// How long the client must have been served for the pair to count as at rest.
    private static let calm = Duration.seconds(1)
    /// How long a plan may not be known, and how long a node may take to log what it has done.
    private static let patience = Duration.seconds(30)
    private var limit: Duration { .seconds(40) + peer.ours.deadtime * 3 }

    init(_ setting: ForecastSetting, _ places: ProgramPlaces) throws {
        peer = ForecastPeer(setting, programs: places.programs)
        laboratory = try Laboratory(
            prefix: BenchCluster.prefix, programs: places.programs, resourceScripts: places.resourceScripts)
        do {
            try laboratory.client.configure(["address add \(ServiceAddress.client) brd + dev eth0"])
            for node in laboratory.nodes {
                node.furtherAddresses = [ServiceAddress.own(ofNode: node.number)]
                try peer.configure(node)
                try boot(node)
            }
        } catch {
            laboratory.close()
            throw error
        }
    }

    func close() { laboratory.close() }

    // MARK: - Playing

    /// Asks, lets it happen, and undoes it.
    /// - Parameter isRehearsal: what has never run here may be missing in the prediction.
    func play(_ trial: ForecastTrial, isRehearsal: Bool) throws -> (comparison: ForecastComparison, stall: Duration) {
        let probe = try startProbe()
        defer { probe.close() }
        do {
            try comeHome(probe)
            let predicted = try plan(trial, isRehearsal: isRehearsal)
            try awaitKeepalive(probe)
            let event = try inflict(trial)
            // A pair that should stay is looked at for as long as one that could move.
            _ = try Interruption.wait(atMost: limit) { !predicted.steps.isEmpty && isAtRest(predicted.owners, probe) }
            let end = Moment.now()
            let owners = owners(probe)
            let movements = try movements(predicted.steps.count, since: event)
            let record = try probe.record()
            let outage = record.byAddress()[0].figures(from: event, to: end).outage
            let measured = ForecastOutcome(
                movements, since: event, takesPower: trial == .power, outage: outage, owners: owners)
            try undo(trial)
            return (
                ForecastComparison(predicted: predicted, measured: measured),
                record.longestStall(from: event, to: end, tick: probe.tick)
            )
        } catch {
            isBroken = true
            throw error
        }
    }

    private func startProbe() throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.stations = laboratory.nodes.map(\.hardwareAddress)
        manner.signOfLife = peer.ours.signOfLife
        return try ClientProbe(
            [ServiceAddress(0).text], from: laboratory.client, every: .milliseconds(1), manner: manner)
    }

    /// The pair has just moved something: for a moment nothing can be told, and what it has learned is not on disk yet.
    private func plan(_ trial: ForecastTrial, isRehearsal: Bool) throws -> ForecastOutcome {
        let places = [
            "--config-dir", first.configDirectory, "--state-dir", first.stateDirectory, "--share-dir",
            laboratory.shared,
        ]
        let words = ["plan", "--json"] + trial.words(on: first.name) + places
        var output = ""
        var outcome: ForecastOutcome?
        _ = try Interruption.wait(atMost: Self.patience) {
            output = try laboratory.tool("hbctl", words, on: first).output
            guard let answer = ForecastAnswer(output), isRehearsal ? answer.canTell : answer.isKnown else {
                try Interruption.pause(.milliseconds(200))
                return false
            }
            outcome = answer.outcome
            return true
        }
        guard let outcome else { throw LabError.notReached("hbctl \(words.joined(separator: " ")): \(output)") }
        return outcome
    }

    /// A plan takes the worst moment: a keepalive has just been heard, so that the silence lasts longest.
    private func awaitKeepalive(_ probe: ClientProbe) throws {
        let begun = Moment.now()
        let end = begun + peer.ours.keepalive * 3
        while true {
            let heard = try probe.record().signsOfLife.last { $0.from == first.hardwareAddress }
            if let heard, heard.at > begun { return }
            guard Moment.now() < end else { throw LabError.notReached("no keepalive of \(first.name) was heard") }
            try Interruption.pause(.milliseconds(1))
        }
    }

    /// What the nodes log of groups that moved, once there is as much as was predicted.
    private func movements(_ count: Int, since event: Moment) throws -> [MergedTimeline.Movement] {
        var result: [MergedTimeline.Movement] = []
        _ = try Interruption.wait(atMost: Self.patience) {
            result = laboratory.nodes.flatMap { node in
                MergedTimeline.Movement.all(inLog: node.log, of: node.name, from: event, to: Moment.now())
            }
            return result.count >= count
        }
        return result
    }

    // MARK: - Who serves

    /// Who answers for the address, and where the service of the script runs.
    private func owners(_ probe: ClientProbe) -> [ForecastGroup: Set<String>] {
        let stations = probe.owners()
        func names(_ condition: (LabNode) -> Bool) -> Set<String> {
            Set(laboratory.nodes.filter(condition).map(\.name))
        }
        return [
            .address: names { stations.contains($0.hardwareAddress) },
            .script: names { Files.names(in: $0.servicesDirectory).contains(ForecastGroup.scriptName) },
        ]
    }

    private func isAtRest(_ expected: [ForecastGroup: Set<String>], _ probe: ClientProbe) -> Bool {
        owners(probe) == expected
            && laboratory.nodes.contains { probe.isServed(by: $0.hardwareAddress, for: Self.calm) }
    }

    // MARK: - There and back

    /// Returns the moment it happened.
    private func inflict(_ trial: ForecastTrial) throws -> Moment {
        let start = Moment.now()
        switch trial {
        case .standby: try peer.ours.standby(first, in: laboratory)
        case .lose: try laboratory.plug(.cross(0), false)
        case .power: return try laboratory.powerOff(first)
        case .stop: try peer.ours.stop(first)
        }
        return start
    }

    /// Begins the way home. A cable that was out again and again would count for less each time, so its node starts afresh.
    private func undo(_ trial: ForecastTrial) throws {
        switch trial {
        case .standby: return try peer.ours.standby(second, in: laboratory)
        case .power: return try boot(first)
        case .stop: break
        case .lose:
            try laboratory.plug(.cross(0), true)
            let result = try laboratory.heartbeat(["-k"], on: first, limit: .seconds(60))
            guard result.code == 0 else { throw LabError.notReached("heartbeat -k: \(result.output)") }
        }
        try laboratory.powerOff(first)
        try boot(first)
    }

    private func boot(_ node: LabNode) throws {
        try laboratory.powerOn(node, running: peer.ours.bootWords(on: node, in: laboratory))
    }

    private func comeHome(_ probe: ClientProbe) throws {
        let home = Dictionary(uniqueKeysWithValues: ForecastGroup.allCases.map { ($0, Set([first.name])) })
        for _ in 0..<2 {
            if isBroken {
                for node in laboratory.nodes { try laboratory.powerOff(node) }
                for node in laboratory.nodes { try boot(node) }
            }
            isBroken = true
            guard try Interruption.wait(atMost: limit, until: { isAtRest(home, probe) }) else { continue }
            for since in laboratory.nodes.compactMap(\.poweredAt) {
                try Interruption.pause(since + peer.ours.rest - Moment.now())
            }
            isBroken = false
            return
        }
        throw LabError.notReached(
            "the pair does not come to serve from \(first.name)\n" + laboratory.nodes.map(\.diagnosis).joined())
    }
}
