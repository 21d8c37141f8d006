// What a fault of a campaign cost the client, from what the probe saw. It knows nothing of clusters and can be fed by hand.

import HeartbeatLab

/// The frame in which the record of one fault is judged.
struct TortureAnalysis {
    var fault: TortureFault
    var start: Moment
    var end: Moment
    /// The interval at which the probe meant to send.
    var tick: Duration
    /// The nodes by number; the first serves when the fault comes.
    var stations: [HardwareAddress]

    /// A busy machine answers late; a shorter pause is no outage.
    private static let shortest = Duration.milliseconds(50)

    func figures(of record: ProbeRecord) -> [String: Double] {
        let addresses = record.byAddress()
        let pauses = addresses.map {
            $0.pauses(longerThan: max(Self.shortest, $0.period * 5), from: start, to: end)
        }
        let owners = addresses.map { $0.figures(from: start, to: end).doubleOwnership }
        var result = [
            Figure.outage: (pauses.joined().max() ?? .zero).inMilliseconds,
            Figure.outageSum: pauses.joined().reduce(.zero, +).inMilliseconds,
            Figure.twoOwnersSum: owners.reduce(.zero, +).inMilliseconds,
            Figure.stall: record.longestStall(from: start, to: end, tick: tick).inMilliseconds,
        ]
        if fault.kind.isHarmless(to: fault.place) { result[Figure.movedForNothing] = hasMoved(record) ? 1 : 0 }
        return result.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    private func hasMoved(_ record: ProbeRecord) -> Bool {
        record.samples.contains { sample in
            start <= sample.sentAt && sample.sentAt < end && sample.owners.contains { $0.from == stations[1] }
        }
    }

    /// What the client saw, a line for each change: since the fault, of which address, who owns it and who answers.
    func story(of record: ProbeRecord, addresses: [ServiceAddress]) -> [(at: Duration, text: String)] {
        var lines: [(at: Duration, text: String)] = []
        for (number, address) in record.byAddress().enumerated() {
            let name = addresses[number].text
            for (at, owners, answerer) in Self.changes(in: address.samples) where at < end {
                lines.append(
                    (at - start, "\(name) owned by \(self.names(owners)), answered by \(self.names(answerer))"))
            }
            for (at, from) in Self.firsts(of: address.announcements) where start <= at && at < end {
                lines.append((at - start, "\(name) announced by \(names([from]))"))
            }
        }
        return lines.sorted { $0.at < $1.at }
    }

    /// Who announced an address, without the repetitions.
    private static func firsts(of announcements: [Announcement]) -> [(at: Moment, from: HardwareAddress)] {
        var result: [(at: Moment, from: HardwareAddress)] = []
        for announcement in announcements where announcement.from != result.last?.from {
            result.append((announcement.at, announcement.from))
        }
        return result
    }

    /// The states of an address that lasted for some samples, each once.
    private static func changes(
        in samples: [ProbeSample]
    ) -> [(at: Moment, owners: Set<HardwareAddress>, answerer: Set<HardwareAddress>)] {
        var result: [(at: Moment, owners: Set<HardwareAddress>, answerer: Set<HardwareAddress>)] = []
        var run: (first: Moment, count: Int, owners: Set<HardwareAddress>, answerer: Set<HardwareAddress>)?
        for sample in samples {
            let owners = Set(sample.owners.map(\.from))
            let answerer = Set([sample.echo?.from].compactMap(\.self))
            if let same = run, same.owners == owners, same.answerer == answerer {
                run?.count += 1
                guard same.count == steady else { continue }
                if let last = result.last, last.owners == owners, last.answerer == answerer { continue }
                result.append((same.first, owners, answerer))
            } else {
                run = (sample.sentAt, 1, owners, answerer)
            }
        }
        return result
    }

    /// So many samples alike are a state, not the noise of a busy machine.
    private static let steady = 10

    private func names(_ some: Set<HardwareAddress>) -> String {
        let numbers = stations.indices.filter { some.contains(stations[$0]) }.map { "cluster\($0 + 1)" }
        return numbers.isEmpty ? "nobody" : numbers.joined(separator: " and ")
    }
}
