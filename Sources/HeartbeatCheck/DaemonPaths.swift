// Where one node's files are: all of them below three directories, so that two nodes can live on one machine.

import HeartbeatControl
import HeartbeatHost
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// The directories of one node and the files in them.
package struct DaemonPaths: Hashable, Sendable {
    /// `ha.cf`, `haresources`, `authkeys`, `resource.d` (default `/etc/ha.d`).
    package var configuration = "/etc/ha.d"
    /// What outlives a restart (default `/var/lib/heartbeat`).
    package var state = "/var/lib/heartbeat"
    /// What does not (default `/run`).
    package var run = "/run"
    /// What came with the program; `nil`: looked for from the program's own place.
    package var share: String?

    package init() {}

    package var haCf: String { configuration + "/ha.cf" }
    package var haresources: String { configuration + "/haresources" }
    package var authkeys: String { configuration + "/authkeys" }
    /// Its first line replaces `uname -n`.
    package var nodeInfo: String { configuration + "/nodeinfo" }
    /// With it the original simulates losses.
    package var faults: String { configuration + "/OnlyForTesting" }
    /// The owner's scripts for events (`rc.d`).
    package var eventScripts: String { configuration + "/rc.d" }
    /// The owner's programs that tell people (`notify.d`).
    package var noticePrograms: String { configuration + "/notify.d" }
    package var pidFile: String { run + "/heartbeat.pid" }
    package var controlSocket: String { ControlClient.socketPath(runDirectory: run) }
    /// Of the client API; its place below `/run` is fixed in every program that uses it.
    package var clientSocket: String { run + "/heartbeat/register" }
    /// Which scripts run; for the daemon after this one.
    package var scriptJournal: ScriptJournal { ScriptJournal(own.path + "/scripts") }
    /// Names of paths that are lost; for the daemon after this one.
    package var lostPaths: LostPaths { LostPaths(in: own, and: PrivateDirectory(state)) }
    /// What the daemon last told, for whoever asks when it is gone.
    package var lastStatus: LastStatus { LastStatus(in: own, and: PrivateDirectory(state)) }
    /// Every movement of a group; for people, and for the daemon after this one.
    package var history: HistoryFiles { HistoryFiles(in: own, and: PrivateDirectory(state)) }
    /// How the pair was before each chain of movements, and what befell it.
    package var records: RecordFiles { RecordFiles(in: PrivateDirectory(state)) }
    /// How long scripts take here.
    package var learned: String { state + "/learned" }
    /// Where the other node was last; for the daemon after this one.
    package var peerAddresses: PeerAddresses { PeerAddresses(in: PrivateDirectory(state)) }
    /// That the node is out of service; for the daemon after this one.
    package var maintenance: MaintenanceStore { MaintenanceStore(in: PrivateDirectory(state)) }
    package var scriptNotes: String { own.path + "/rsctmp" }
    /// What the daemon runs by; for whoever has to stop what it ran.
    package var inForce: PrivateDirectory { PrivateDirectory(own.path + "/in_force") }
    /// What a daemon leaves for the next one to believe.
    package var own: PrivateDirectory { PrivateDirectory(ControlClient.ownDirectory(runDirectory: run)) }

    /// The command line that stops what a daemon with these directories has left.
    package func releasing(_ node: NodeName) -> [String] {
        guard let program = Directories.target(ofLink: "/proc/self/exe") else { return [] }
        return [
            program, "--release-leftovers", "--config-dir", configuration, "--state-dir", state, "--run-dir", run,
            "--node", node.text,
        ] + (share.map { ["--share-dir", $0] } ?? [])
    }

    /// Where scripts are found and what they are told about it.
    package var scripts: ScriptPaths {
        var paths = ScriptPaths()
        paths.configuration = configuration
        paths.fifo = StateDirectory(state).fifoPath
        guard let program = Directories.target(ofLink: "/proc/self/exe") else { return paths }
        // The program's helpers lie beside it.
        if let slash = program.lastIndex(of: "/") { paths.programs = String(program[..<slash]) }
        // Scripts run in a directory of their own, where a relative path would lead somewhere else.
        let shipped = share.map(Directories.resolved) ?? ShippedFiles.directory(above: program)
        paths.shippedScripts = shipped + "/resource.d"
        paths.functions = PackageLeftovers.ofThisMachine.functions(in: configuration, shipped: shipped)
        if let prefix = ShippedFiles.prefix(of: shipped) {
            paths.commands = prefix + "/bin"
            paths.share = prefix + "/share/heartbeat"
        }
        return paths
    }

    /// Files in the configuration that Debian's package has left there and that are passed over; `nil` if there are none.
    package var leftovers: String? {
        let names = PackageLeftovers.ofThisMachine.names(in: configuration)
        guard !names.isEmpty else { return nil }
        return "Passed over in \(configuration), because Debian's heartbeat has left them there and nobody has changed "
            + "them: \(names.joined(separator: " "))"
    }
}
