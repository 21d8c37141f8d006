// `heartbeat --release-leftovers`: after a daemon that died, before anybody else starts what it ran.

import HeartbeatConfig
import HeartbeatLinux
import HeartbeatModel

extension DaemonCommand {
    /// Stops everything of haresources that runs on this machine although no daemon does. 0 when nothing does any more, or
    /// when a daemon runs, whose resources they are; `unfinished` when something has not stopped within `shutdown_timeout`.
    public func releaseLeftovers() -> Int32 {
        ensureStandardDescriptorsAreOpen()
        let result = loader.load()
        guard var configuration = result.configuration else {
            complain(result.diagnostics)
            return Self.notConfigured
        }
        // It says nothing to the other node, which has taken over or is about to.
        configuration.media = []
        configuration.pingNodes = []
        configuration.lan = nil
        let log = LogOutput(
            configuration.logging, host: loader.localNode.text, console: LogOutput.foregroundConsole())
        do throws(StartFailure) {
            return try Daemon(configuration, loader: loader, log: log).releaseLeftovers()
        } catch {
            complain(error.text)
            return error.code
        }
    }
}
