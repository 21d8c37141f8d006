// Where one node's files are: all of them below three directories, so that two nodes can live on one machine.

import Glibc
import HeartbeatControl
import HeartbeatLinux
import HeartbeatModel

/// The directories of one node and the files in them.
public struct DaemonPaths: Hashable, Sendable {
    /// `ha.cf`, `haresources`, `authkeys`, `resource.d` (default `/etc/ha.d`).
    public var configuration = "/etc/ha.d"
    /// What outlives a restart (default `/var/lib/heartbeat`).
    public var state = "/var/lib/heartbeat"
    /// What does not (default `/run`).
    public var run = "/run"

    public init() {}

    var haCf: String { configuration + "/ha.cf" }
    var haresources: String { configuration + "/haresources" }
    var authkeys: String { configuration + "/authkeys" }
    /// Its first line replaces `uname -n`.
    var nodeInfo: String { configuration + "/nodeinfo" }
    var pidFile: String { run + "/heartbeat.pid" }
    var controlSocket: String { ControlClient.socketPath(runDirectory: run) }
    var scriptNotes: String { run + "/heartbeat/rsctmp" }

    /// Where scripts are found and what they are told about it.
    var scripts: ScriptPaths {
        var paths = ScriptPaths()
        paths.configuration = configuration
        paths.fifo = StateDirectory(state).fifoPath
        paths.programs = Self.ownDirectory ?? paths.programs
        return paths
    }

    /// The directory of this program: its helpers lie beside it.
    private static var ownDirectory: String? {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &room, room.count)
        guard count > 0, count < room.count else { return nil }
        let path = String(decoding: room.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
