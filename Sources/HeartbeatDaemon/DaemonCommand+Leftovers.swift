// `heartbeat --release-leftovers`: after a daemon that died, before anybody else starts what it ran.

import HeartbeatConfig
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

extension DaemonCommand {
    /// Stops everything that a daemon which is no more ran on this machine; when that is not known, everything of haresources.
    /// 0 when nothing of it runs any more, or when a daemon does, whose resources they are; 1 when a daemon neither runs nor
    /// ends; `unfinished` when something has not stopped within `shutdown_timeout`.
    package func releaseLeftovers() -> Int32 {
        ensureStandardDescriptorsAreOpen()
        SignalSource.block()
        if let code = releaseWhatWasInForce() { return code }
        let result = loader.forRelease.load()
        guard let configuration = result.configuration else {
            complain(result.diagnostics)
            return Self.notConfigured
        }
        return release(configuration)
    }

    /// The same with the configuration of the daemon that is no more, whatever the files say by now; `nil` when there is none,
    /// because none ran or it has released everything itself.
    func releaseWhatWasInForce() -> Int32? {
        loader.inForce.recall(by: loader).map(release)
    }

    private func release(_ configuration: Configuration) -> Int32 {
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
