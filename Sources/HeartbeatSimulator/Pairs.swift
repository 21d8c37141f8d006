// Two pairs of nodes, joined by two tunnels: two worlds side by side, advanced in small steps, whose nodes ask each other where
// they serve. What happens to them is decided elsewhere (`PairsSimulation`); whether it was right, by `PairsChecker`.

import HeartbeatCore
import HeartbeatModel

/// Left and right, and the tunnels between the first nodes and between the second ones.
final class Pairs {
    /// How far the worlds run before they hear of each other: a question and its answer take that long at most.
    static let step = Duration.milliseconds(10)

    let worlds: [World]
    /// By the number of the nodes that it joins.
    var isOpen = [true, true]
    /// Probability that a question or its answer is lost.
    var loss = 0.0
    private(set) var now = Instant.zero
    private var random: SplitMix64
    private var told: [[PartnerWord?]] = [[nil, nil], [nil, nil]]

    init(_ worlds: [World], seed: UInt64) {
        self.worlds = worlds
        random = SplitMix64(seed: seed)
        for side in worlds.indices {
            worlds[side].partner = { [unowned self] host in answer(to: host, of: side) }
        }
    }

    /// Runs to the next step, and has everybody ask who has something new to hear.
    func advance() {
        now = now + Self.step
        for world in worlds { _ = world.run(until: now) }
        for side in worlds.indices {
            for host in 0..<2 where isNews(host, of: side) {
                worlds[side].askPartner(host)
                // The news go through the tunnel, too.
                if isOpen[host], !random.chance(loss) { worlds[1 - side].askPartner(host) }
            }
        }
    }

    private func isNews(_ host: Int, of side: Int) -> Bool {
        let word = word(of: host, of: side)
        defer { told[side][host] = word }
        guard let word else { return false }
        return told[side][host]?.says(theSameAs: word) != true
    }

    func word(of host: Int, of side: Int) -> PartnerWord? {
        let world = worlds[side]
        guard world.hosts[host].stalledUntil == nil else { return nil }
        return world.hosts[host].core?.partnerWord(at: world.hosts[host].localTime(world.now))
    }

    private func answer(to host: Int, of side: Int) -> PathAnswer {
        guard isOpen[host], !random.chance(loss) else { return .failed("no answer") }
        guard let word = word(of: host, of: 1 - side) else { return .failed("nobody answers there") }
        return .told(word)
    }

    /// The node of a pair that serves, when nothing is about to change there.
    func place(of side: Int) -> Int? {
        let serving = (0..<2).filter { word(of: $0, of: side)?.place == .serves }
        return serving.count == 1 ? serving[0] : nil
    }
}
