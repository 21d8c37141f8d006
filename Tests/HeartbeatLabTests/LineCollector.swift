// A list that another thread fills.

import Synchronization

/// Collects lines from a callback.
final class LineCollector: Sendable {
    private let lines = Mutex<[String]>([])

    static func make() -> (read: () -> [String], write: @Sendable (String) -> Void) {
        let collector = LineCollector()
        return ({ collector.lines.withLock { $0 } }, { line in collector.lines.withLock { $0.append(line) } })
    }
}
