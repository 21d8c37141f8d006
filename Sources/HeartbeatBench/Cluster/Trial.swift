// Turns what a probe saw of one fault into figures. It knows nothing of clusters and namespaces and can be fed by hand.

import HeartbeatLab

/// The frame in which a record is judged.
struct Trial {
    var fault: Fault
    var start: Moment
    var end: Moment
    /// The interval at which the probe meant to send.
    var tick: Duration
    /// Of the peer, from the last sign of life.
    var deadtime: Duration
    /// The nodes by number.
    var stations: [HardwareAddress]

    /// Where the addresses go; after a hang the question is what the other node did.
    private var newOwner: HardwareAddress { stations[fault.expectedOwner ?? 1] }

    /// Every figure that can be told; one that needs something that did not happen is left out.
    func figures(of record: ProbeRecord) -> [String: Double] {
        let addresses = record.byAddress()
        let figures = addresses.map { $0.figures(from: start, to: end) }
        var result: [String: Double] = [
            Figure.lost: Double(figures.map(\.lost).reduce(0, +)),
            Figure.stall: record.longestStall(from: start, to: end, tick: tick).inMilliseconds,
        ]
        result[Figure.outage] = figures.map(\.outage).max()?.inMilliseconds
        result[Figure.bestOutage] = figures.map(\.outage).min()?.inMilliseconds
        result[Figure.twoOwners] = figures.map(\.doubleOwnership).max()?.inMilliseconds
        if fault == .flapping { result[Figure.moves] = addresses.map { Double(moves(of: $0)) }.max() }
        result[Figure.gaps] = addresses.map { gaps(of: $0).inMilliseconds }.max()
        let ups = addresses.map(firstOwned)
        result[Figure.addressUp] = sinceStart(ups.compactMap(\.self).min())
        result[Figure.allAddressesUp] = sinceStart(latest(ups))
        let answers = figures.map { $0.firstAnswers[newOwner] }
        result[Figure.served] = sinceStart(answers.compactMap(\.self).min())
        result[Figure.allServed] = sinceStart(latest(answers))
        let own = figures.map { $0.announcements.filter { $0.from == newOwner } }
        result[Figure.announcements] = Double(own.joined().count)
        let firsts = own.map { $0.map(\.at).min() }
        result[Figure.firstAnnouncement] = sinceStart(firsts.compactMap(\.self).min())
        result[Figure.lastAnnouncement] = sinceStart(latest(firsts))
        if fault.takesPower, let heard = lastHeard(in: record) {
            result[Figure.lastHeard] = sinceStart(heard)
            result[Figure.afterLastHeard] = latest(answers).map { ($0 - heard).inMilliseconds }
            result[Figure.afterDeadtime] = latest(answers).map { ($0 - heard - deadtime).inMilliseconds }
            result[Figure.announcedAfterDeadtime] = latest(firsts).map { ($0 - heard - deadtime).inMilliseconds }
        }
        return result.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    /// Whether two nodes answer for an address when the trial is over, so that nothing seems to end it.
    func hasTwoOwnersAtTheEnd(of record: ProbeRecord) -> Bool {
        record.byAddress().contains { address in
            // Answers to the last ones may still be on their way.
            address.samples.last { $0.sentAt < end - .milliseconds(100) }.map { $0.owners.count > 1 } ?? false
        }
    }

    /// Pauses between answers that the interval of the probe and a busy machine do not explain.
    private func gaps(of address: ProbeAnalysis) -> Duration {
        let limit = max(.milliseconds(20), address.period * 5)
        return address.pauses(longerThan: limit, from: start, to: end).reduce(.zero, +)
    }

    /// How often another node than before came to own the address.
    private func moves(of address: ProbeAnalysis) -> Int {
        let owners = address.samples.lazy.filter { start <= $0.sentAt && $0.sentAt < end }.compactMap(
            \.owners.last?.from)
        return zip(owners, owners.dropFirst()).count { $0 != $1 }
    }

    private func firstOwned(_ address: ProbeAnalysis) -> Moment? {
        address.samples.lazy.filter { start <= $0.sentAt && $0.sentAt < end }
            .compactMap { $0.owners.first { $0.from == newOwner }?.at }.first
    }

    /// When the survivor heard the dead node last.
    private func lastHeard(in record: ProbeRecord) -> Moment? {
        record.signsOfLife.last { $0.from == stations[0] && $0.at < end }?.at
    }

    /// The last of all; `nil` when one is missing.
    private func latest(_ moments: [Moment?]) -> Moment? {
        moments.contains(nil) ? nil : moments.compactMap(\.self).max()
    }

    private func sinceStart(_ moment: Moment?) -> Double? {
        moment.map { ($0 - start).inMilliseconds }
    }
}
