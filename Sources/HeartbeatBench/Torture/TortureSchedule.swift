// A campaign drawn from a seed: which faults, whom they befall, how long they last and how long it is quiet in between. Every
// peer is given the same one, and the same seed gives it again.

import HeartbeatModel

/// One fault of a campaign.
package struct TortureFault: Codable, Hashable, Sendable {
    /// Counted from 1.
    package var number: Int
    package var kind: TortureKind
    package var place: TorturePlace
    package var milliseconds: Int
    /// How long the pair is at rest before it.
    package var gapMilliseconds: Int

    package var duration: Duration { .milliseconds(milliseconds) }
    package var gap: Duration { .milliseconds(gapMilliseconds) }

    /// What rows call it: `power-loss active`.
    package var name: String { place == .pair ? kind.rawValue : "\(kind.rawValue) \(place.rawValue)" }
}

/// All faults of a campaign, in order.
package struct TortureSchedule: Hashable, Sendable {
    package let seed: UInt64
    package let faults: [TortureFault]

    /// Every kind comes at every place once, in an order of its own, before any comes again.
    /// - Parameter kinds: those to draw from; none gives an empty schedule.
    package init(seed: UInt64, count: Int, kinds: [TortureKind] = TortureKind.allCases) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        let cards = kinds.flatMap { kind in kind.places.map { (kind, $0) } }
        var deck: [(kind: TortureKind, place: TorturePlace)] = []
        var faults: [TortureFault] = []
        while faults.count < count && !cards.isEmpty {
            if deck.isEmpty { deck = cards.shuffled(using: &random) }
            let (kind, place) = deck.removeLast()
            faults.append(
                TortureFault(
                    number: faults.count + 1, kind: kind, place: place,
                    milliseconds: Self.tenths(in: kind.milliseconds, using: &random),
                    gapMilliseconds: Self.tenths(in: 500...3000, using: &random)))
        }
        self.faults = faults
    }

    private static func tenths(in range: ClosedRange<Int>, using random: inout SplitMix64) -> Int {
        Int.random(in: (range.lowerBound / 100)...(range.upperBound / 100), using: &random) * 100
    }

    /// A line for each fault, for a person who wants to know what comes.
    package var text: String {
        faults.map { fault in
            let head = "\(fault.number)  after \(decimal(Double(fault.gapMilliseconds) / 1000, digits: 1)) s  "
            return head
                + "\(fault.name) \(decimal(Double(fault.milliseconds) / 1000, digits: 1)) s: \(fault.kind.deed)\n"
        }.joined()
    }
}
