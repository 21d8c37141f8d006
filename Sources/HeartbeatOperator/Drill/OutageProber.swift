// Measures on this node for how long nobody answers for addresses while they move: a thread that asks, from before an order until it
// is done.

import HeartbeatModel
import HeartbeatStatus
import Synchronization

/// Whoever measures: the LAN, or a test in its place.
package protocol OutageProber: Sendable {
    /// Why it cannot measure these, where the operator can help it.
    func obstacle(to addresses: [ServiceAddress]) -> String?
    /// Returns when it looks.
    func begin(_ addresses: [ServiceAddress], _ way: OutageJudge.Way)
    /// What has come of each since `begin`, in the same order.
    func end() -> [OutageFigure]
}

/// Asks the LAN.
package final class LanProber: OutageProber {
    /// The way that has begun; none where there is no address to ask for.
    private let round = Mutex<ProbeRound?>(nil)

    package init() {}

    package func obstacle(to addresses: [ServiceAddress]) -> String? {
        LanAsker.missingRight(for: addresses).map { _ in "who answers for the addresses can be measured by root only" }
    }

    package func begin(_ addresses: [ServiceAddress], _ way: OutageJudge.Way) {
        let begun = addresses.isEmpty ? nil : ProbeRound(addresses.count) { Self.ask(addresses, way, while: $0) }
        round.withLock { $0 = begun }
    }

    package func end() -> [OutageFigure] {
        let begun = round.withLock { round in
            defer { round = nil }
            return round
        }
        return begun?.end() ?? []
    }

    private static func ask(
        _ addresses: [ServiceAddress], _ way: OutageJudge.Way, while goesOn: () -> Bool
    ) -> [OutageFigure] {
        let asker = LanAsker(addresses, way)
        while goesOn() { asker.turn() }
        return asker.figures
    }
}
