// The history of this machine's node, from the files that its daemon keeps: nobody is asked, so that it is there when no daemon is.

import Glibc
import HeartbeatControl
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
    /// There is a file that whoever asks may not read.
    package var isRefused: Bool
    /// Wall clock of this machine, in milliseconds since 1970.
    package var asked: UInt64

    /// Reads every line that there is.
    package init(_ places: Places) {
        let own = ControlClient.ownDirectory(runDirectory: places.run)
        let reading = HistoryFiles(in: PrivateDirectory(own), and: PrivateDirectory(places.state)).read()
        asked = WallClock.unixMilliseconds
        movements = reading.entries
        notes = reading.errors.map { "\($0)" }
        if reading.passedOver > 0 {
            let count = reading.passedOver
            notes.append("\(count) line\(count == 1 ? " is" : "s are") not understood: of a later version, or damaged")
        }
        isRefused = reading.errors.contains { $0.code == EACCES || $0.code == EPERM }
    }

    /// Nothing is known, because nothing could be read.
    package var isBlind: Bool { movements.isEmpty && !notes.isEmpty }
}
