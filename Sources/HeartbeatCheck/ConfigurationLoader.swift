// Brings the three files and the facts about this host to the checker: the same for a start, a test and a reload.

import Glibc
import HeartbeatAddresses
import HeartbeatConfig
import HeartbeatHost
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Reads a node's configuration from disk.
package struct ConfigurationLoader: Sendable {
    package var paths: DaemonPaths
    /// The local node's name when it is not the machine's.
    package var node: String?
    /// Without it (`-M`) the node is given no groups, whatever haresources says.
    package var managesResources = true
    private var isForRelease = false
    private var isForTest = false

    /// Says in `cl_status hbparameter` that the daemon was started with `-M`.
    package static let unmanaged = Configuration.Parameter(name: "manage_resources", value: "no")

    package init(paths: DaemonPaths, node: String?) {
        self.paths = paths
        self.node = node
    }

    /// The name of the local node: as told, else the first line of nodeinfo, else `uname -n`.
    package var localNode: NodeName {
        if let node { return NodeName(node) }
        return NodeName(nodeInfo ?? Machine.name)
    }

    /// The first line of nodeinfo; most nodes have no such file.
    private var nodeInfo: String? {
        do throws(SystemError) {
            let lines = try WholeFile.read(paths.nodeInfo, atMost: 1024).split(separator: UInt8(ascii: "\n"))
            return lines.first.map { String(decoding: $0, as: UTF8.self) }
        } catch {
            return nil
        }
    }

    /// Checks all three files at once.
    package func load() -> ConfigurationResult {
        var result = read(
            haCf: .read(paths.haCf, atMost: Self.longestFile),
            haresources: .read(paths.haresources, atMost: Self.longestFile),
            authkeys: .read(paths.authkeys, atMost: Self.longestFile),
            authkeysMode: SourceFile.mode(of: paths.authkeys))
        if access(paths.faults, F_OK) == 0 {
            result.diagnostics.append(
                Diagnostic(
                    severity: .warning, file: paths.faults, line: nil,
                    message: "is ignored: losses are not simulated by a node that serves; remove it"))
        }
        if !managesResources {
            result.configuration?.groups = []
            result.configuration?.parameters.append(Self.unmanaged)
        }
        return result
    }

    /// Checks these texts as if they were the three files.
    package func read(
        haCf: SourceFile, haresources: SourceFile, authkeys: SourceFile, authkeysMode: UInt32
    ) -> ConfigurationResult {
        var host = HostFacts.ofThisHost(scripts: ResourceScripts(paths: paths.scripts))
        // Of a heartbeat 3 that runs, the addresses are its own; it takes them down when it ends.
        if isForRelease || PidFile.originalRuns(holding: paths.pidFile) { host.holder = { _ in nil } }
        // Somebody looks, and nothing is started. Of another machine nothing is known.
        if isForTest, node == nil || node == Machine.name {
            host.networks = { AddressSurvey.now().networks }
        }
        return readConfiguration(
            ConfigurationInput(
                haCf: haCf, haresources: haresources, authkeys: authkeys, authkeysMode: authkeysMode,
                localNode: localNode, host: host))
    }

    /// Only to take down what a heartbeat has left: an address that is not ours must not keep the others up.
    package var forRelease: ConfigurationLoader {
        var copy = self
        copy.isForRelease = true
        return copy
    }

    /// For a person who looks before anything is started: what can hardly be meant is a mistake, too.
    package var forTest: ConfigurationLoader {
        var copy = self
        copy.isForTest = true
        return copy
    }

    /// What the daemon of this node runs by.
    package var inForce: ConfigurationInForce { ConfigurationInForce(paths.inForce) }

    /// Bytes of one file.
    package static let longestFile = 4 << 20

    /// When ha.cf was written last, in nanoseconds; `nil` without one.
    package var haCfWritten: Int64? {
        var status = stat()
        guard stat(paths.haCf, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
