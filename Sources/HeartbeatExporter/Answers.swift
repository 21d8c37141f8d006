// How the pair is, for as many as want to know: the daemon is asked at most five times a second, and who comes meanwhile waits for the same
// answer. The question runs beside the loop, because a daemon that hangs is waited for.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus
import HeartbeatSystem

final class Answers {
    /// From one question to the next.
    static let pause = Duration.milliseconds(200)
    /// A silent daemon is given up early enough for an answer within the five seconds of a connection.
    static let patience = Duration.seconds(2)

    private let asking: Asking
    private let reactor: Reactor
    private var last: (asked: Instant, answer: Exposition)?
    private var waiting: [(Exposition) -> Void] = []

    init(_ places: Places, reactor: Reactor) {
        asking = Asking(places, patience: Self.patience)
        self.reactor = reactor
    }

    /// Calls `completion` once, now or later.
    func get(_ completion: @escaping (Exposition) -> Void) {
        let now = reactor.now
        if let last, now - last.asked < Self.pause { return completion(last.answer) }
        waiting.append(completion)
        guard waiting.count == 1 else { return }
        BackgroundWork.run(on: reactor) { [asking] in
            asking.exposition()
        } completion: { [self] answer in
            last = (now, answer)
            let all = waiting
            waiting.removeAll()
            for completion in all { completion(answer) }
        }
    }
}
