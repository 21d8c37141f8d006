// The history of this machine's node, from the files that its daemon keeps: nobody is asked, so that it is there when no daemon is.

import Glibc
import HeartbeatCheck
import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// What was found.
package struct HistoryReading: Hashable, Sendable {
    /// By number.
    package var movements: [HistoryEntry]
    /// What could not be read, a sentence each.
    package var notes: [String]
    /// Wall clock of this machine, in milliseconds since 1970.
    package var asked: UInt64
    /// There is a file that whoever asks may not read.
    private let isRefused: Bool
    private let directory: String

    /// Reads every line that there is.
    package init(_ places: Places) {
        let reading = DaemonPaths(places).history.read()
        asked = WallClock.unixMilliseconds
        directory = places.state
        movements = reading.entries
        notes = reading.errors.map { "\($0)" }
        if reading.passedOver > 0 {
            let count = reading.passedOver
            notes.append("\(count) line\(count == 1 ? " is" : "s are") not understood: of a later version, or damaged")
        }
        isRefused = reading.errors.contains { $0.code == EACCES || $0.code == EPERM }
    }

    /// Nothing is known, because nothing could be read; `nil` where something is known, or nothing has been.
    package var failure: OperatorFailure? {
        guard movements.isEmpty, let note = notes.first else { return nil }
        return isRefused
            ? OperatorFailure(
                code: "no-permission", sentence: note,
                remedy: ["be root, or let others read the directory \(directory)"])
            : OperatorFailure(code: "history-unreadable", sentence: note, remedy: ["look at \(directory)"])
    }
}
