// Who keeps the traffic of a gateway on lines that work: hb_lines, and what an administrator would write in an hour.

import Glibc
import HeartbeatLab

/// A way to do it.
protocol LinesPeer: AnyObject {
    /// What its rows are called by.
    static var name: String { get }
    func start() throws
    func end()
}

extension LineProgram: LinesPeer {
    static var name: String { "ours" }

    func start() throws { try start([]) }
    func end() { end(SIGTERM) }
}
