// Measures on this node for how long nobody answers for addresses while they move: a thread that asks, from before an order until it
// is done.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem
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
    private enum State {
        case idle
        case beginning
        case asking
        case ending
        case over([OutageFigure])
    }

    private let state = Mutex(State.idle)
    /// A thread that has not got so far within this time will not.
    private static let patience = Duration.seconds(2)

    package init() {}

    package func obstacle(to addresses: [ServiceAddress]) -> String? {
        LanAsker.missingRight(for: addresses).map { _ in "who answers for the addresses can be measured by root only" }
    }

    package func begin(_ addresses: [ServiceAddress], _ way: OutageJudge.Way) {
        state.withLock { $0 = .beginning }
        guard !addresses.isEmpty else { return state.withLock { $0 = .over([]) } }
        let code = DetachedThread.start { [self] in ask(addresses, way) }
        if code != nil { state.withLock { $0 = .over(Self.nothing(addresses.count)) } }
        wait { if case .beginning = $0 { false } else { true } }
    }

    package func end() -> [OutageFigure] {
        state.withLock { if case .over = $0 {} else { $0 = .ending } }
        wait { if case .over = $0 { true } else { false } }
        return state.withLock { if case .over(let figures) = $0 { figures } else { [] } }
    }

    private static func nothing(_ count: Int) -> [OutageFigure] {
        Array(repeating: OutageFigure(found: .unknown("no thread could be started")), count: count)
    }

    private func wait(until isReached: (borrowing State) -> Bool) {
        let end = Instant.now + Self.patience
        while !state.withLock({ isReached($0) }), Instant.now < end { usleep(1000) }
    }

    private func ask(_ addresses: [ServiceAddress], _ way: OutageJudge.Way) {
        let asker = LanAsker(addresses, way)
        state.withLock { if case .beginning = $0 { $0 = .asking } }
        while state.withLock({ if case .asking = $0 { true } else { false } }) { asker.turn() }
        let figures = asker.figures
        state.withLock { $0 = .over(figures) }
    }
}
