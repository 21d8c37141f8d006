// One measurement on a thread of its own, from its begin to its end. Each way of a drill has its own: a thread that is late finds the round
// that it belongs to, whatever has begun since.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem
import Synchronization

final class ProbeRound: Sendable {
    private enum State {
        case beginning
        case asking
        case ending
        case over([OutageFigure])
    }

    /// Measures as long as it is told to go on, which says at its first call that it looks.
    typealias Measure = @Sendable (_ goesOn: () -> Bool) -> [OutageFigure]

    private let state = Mutex(State.beginning)
    /// Of addresses.
    private let count: Int
    /// A thread that has not got so far within this time will not.
    private let patience: Duration

    /// Returns when it looks.
    init(_ count: Int, patience: Duration = .seconds(2), _ measure: @escaping Measure) {
        (self.count, self.patience) = (count, patience)
        let code = DetachedThread.start { [self] in
            let figures = measure { goesOn }
            state.withLock { $0 = .over(figures) }
        }
        if code != nil {
            let figures = nothing("no thread could be started")
            state.withLock { $0 = .over(figures) }
        }
        wait { if case .beginning = $0 { false } else { true } }
    }

    /// What has come of each address.
    func end() -> [OutageFigure] {
        state.withLock { if case .over = $0 {} else { $0 = .ending } }
        wait { if case .over = $0 { true } else { false } }
        let figures: [OutageFigure]? = state.withLock { if case .over(let figures) = $0 { figures } else { nil } }
        return figures ?? nothing("the measuring thread did not end")
    }

    private var goesOn: Bool {
        state.withLock { state in
            switch state {
            case .beginning:
                state = .asking
                return true
            case .asking: return true
            case .ending, .over: return false
            }
        }
    }

    private func nothing(_ reason: String) -> [OutageFigure] {
        Array(repeating: OutageFigure(found: .unknown(reason)), count: count)
    }

    private func wait(until isReached: (borrowing State) -> Bool) {
        let end = Instant.now + patience
        while !state.withLock({ isReached($0) }), Instant.now < end { usleep(1000) }
    }
}
