// What `make bench` measures, as data. How it is measured is nowhere in here.

/// Clusters that are measured beside each other: every run does each fault to each peer in turn before the next run begins.
package struct BenchSection: Hashable, Sendable {
    package var peers: [PeerName]
    package var faults: [Fault]
    package var setting: DetectionSetting
    package var addresses: Int
    package var runs: Int

    package init(peers: [PeerName], faults: [Fault], setting: DetectionSetting, addresses: Int, runs: Int) {
        self.peers = peers
        self.faults = faults
        self.setting = setting
        self.addresses = addresses
        self.runs = runs
    }

    /// A fault of the media leaves the client's network whole, so that network carries none.
    var media: MediaLayout { faults.contains(.mediaCut) ? .secondLink : .everywhere }

    /// Why this cannot be measured; `nil`: it can.
    package var objection: String? {
        guard media == .secondLink else { return nil }
        if peers.contains(.floor) { return "the floor has no other media than the client's network" }
        return faults.count > 1 ? "media-cut needs other media than the other faults: measure it by itself" : nil
    }
}

/// A list of sections.
package enum BenchPlan {
    /// Everything there is a goal for, beside its peers; about 55 minutes with five runs.
    package static func standard(runs: Int) -> [BenchSection] {
        func section(_ peers: [PeerName], _ faults: [Fault], _ setting: DetectionSetting, _ addresses: Int)
            -> BenchSection
        {
            BenchSection(peers: peers, faults: faults, setting: setting, addresses: addresses, runs: runs)
        }
        let all = PeerName.plain
        var sections = [
            section(all, [.powerLoss, .failback, .standby, .stop], .oneSecond, 1),
            section([.unasking], [.powerLoss], .oneSecond, 1),
            section(all, [.powerLoss], .tight, 1),
            section(all, [.powerLoss], .oneSecond, 10),
            section([.ours, .keepalived, .floor], [.powerLoss], .oneSecond, 100),
        ]
        // How the work grows with the addresses; 1, 10 and 100 are above.
        sections += [2, 50, 200, 500].map { section([.ours, .floor], [.powerLoss], .oneSecond, $0) }
        // One that is not always fast is not fast.
        sections += [
            BenchSection(
                peers: [.ours, .eager, .keepalived], faults: [.carrierLoss], setting: .oneSecond, addresses: 1,
                runs: runs * 6),
            section([.ipfail], [.carrierLoss], .oneSecond, 1),
            section([.ours, .keepalived, .ipfail], [.flapping], .oneSecond, 1),
            BenchSection(
                peers: [.heartbeat], faults: [.carrierLoss], setting: .oneSecond, addresses: 1, runs: 1),
        ]
        // It needs more than a minute for this, and as long to start.
        sections.append(
            BenchSection(peers: [.heartbeat], faults: [.powerLoss], setting: .oneSecond, addresses: 100, runs: 1))
        return sections + deaths(runs: runs)
    }

    /// Nodes and daemons that are dead or seem so: who answers, and how soon the other node knows; about 19 minutes with five runs.
    package static func deaths(runs: Int) -> [BenchSection] {
        func section(_ peers: [PeerName], _ faults: [Fault], _ setting: DetectionSetting, _ runs: Int) -> BenchSection {
            BenchSection(peers: peers, faults: faults, setting: setting, addresses: 1, runs: runs)
        }
        return [
            section(PeerName.plain, [.kill, .hang], .oneSecond, runs),
            section([.asking], [.powerLoss], .oneSecond, runs),
            section([.ours, .cable] + PeerName.plain.dropFirst(), [.powerCable], .oneSecond, runs),
            section([.cable], [.powerCable], .tenSeconds, runs),
            // Who does not ask waits for the whole deadtime.
            section([.ours, .asking], [.powerLoss], .thirtySeconds, min(runs, 3)),
            section([.cable], [.powerCable], .thirtySeconds, min(runs, 3)),
            section([.ours, .unasking, .keepalived], [.mediaCut], .oneSecond, runs),
        ]
    }

    /// A first look, about three minutes.
    package static let quick = [
        BenchSection(
            peers: PeerName.plain, faults: [.powerLoss, .failback, .standby, .kill], setting: .oneSecond, addresses: 1,
            runs: 1),
        BenchSection(peers: [.asking], faults: [.powerLoss], setting: .oneSecond, addresses: 1, runs: 1),
        BenchSection(peers: [.cable], faults: [.powerCable], setting: .tenSeconds, addresses: 1, runs: 1),
        BenchSection(peers: PeerName.plain, faults: [.powerLoss], setting: .tight, addresses: 1, runs: 1),
    ]
}
