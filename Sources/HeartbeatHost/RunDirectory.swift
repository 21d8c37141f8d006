// What lies below /run for one daemon: a directory for clients, and one that only the daemon may write.

import HeartbeatControl
import HeartbeatSystem

package enum RunDirectory {
    /// `<run-dir>/heartbeat`, hacluster's, for the socket that clients know; `<run-dir>/swift-heartbeat`, which nobody but the
    /// daemon may write, for what it believes; and below that `rsctmp`, where scripts keep notes.
    package static func prepare(_ path: String = "/run") throws(SystemError) {
        try Directories.make(path + "/heartbeat", mode: 0o750, owner: "hacluster", group: "haclient")
        let own = ControlClient.ownDirectory(runDirectory: path)
        try PrivateDirectory(own).make(mode: 0o755)
        try PrivateDirectory(own + "/rsctmp").make(mode: 0o755)
    }
}
