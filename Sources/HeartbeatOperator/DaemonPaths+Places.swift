// The files of the daemon that is asked, below the directories in which it is asked.

import HeartbeatCheck

extension DaemonPaths {
    /// - Parameter share: what came with the program; `nil`: looked for from the program's own place.
    init(_ places: Places, share: String? = nil) {
        self.init()
        (configuration, state, run) = (places.configuration, places.state, places.run)
        self.share = share
    }
}
