// How the daemon of this machine would call a script: with which words, environment, directory and limits.

import HeartbeatCheck
import HeartbeatHost
import HeartbeatModel
import HeartbeatScripts
import HeartbeatStatus

struct ScriptSubject {
    let path: String
    let directory: String
    let arguments: [String]
    let configuration: Configuration
    let paths: DaemonPaths
    private let node: NodeName
    private let limits: ActionTimeouts

    /// - Parameter limit: for each call; `nil`: those of ha.cf, or its defaults where it cannot be read.
    init(_ path: String, _ arguments: [String], _ paths: DaemonPaths, limit: Duration?) {
        self.path = path
        self.arguments = arguments
        self.paths = paths
        directory = StateDirectory(paths.state).workingDirectory
        let loader = ConfigurationLoader(paths: paths, node: nil)
        node = loader.localNode
        let result = loader.load()
        configuration =
            result.configuration ?? loader.withoutKeys(result.diagnostics) ?? Configuration(nodes: [node])
        var limits = configuration.actionTimeouts
        if let limit { (limits.start, limits.stop, limits.status) = (limit, limit, limit) }
        self.limits = limits
    }

    /// What stands behind the path.
    func words(of step: ScriptTrial.Step) -> [String] { arguments + [step.action] }

    /// A word that no script knows is refused as fast as a status is told.
    func limit(of step: ScriptTrial.Step) -> Duration { limits.timeout(for: step.verb ?? .status) }

    func environment(of step: ScriptTrial.Step) -> [(String, String)] {
        scriptEnvironment(
            configuration, host: node, paths: paths.scripts,
            context: ActionContext(peerIsAbsent: false, isRelease: step.verb == .stop))
            + [("HA_RSCTMP", paths.scriptNotes)]
    }
}
