// `heartbeat --release-leftovers`: after a daemon that died, before anybody else starts what it ran.

import HeartbeatConfig
import HeartbeatLinux
import HeartbeatModel

extension DaemonCommand {
    /// Stops everything that a daemon which is no more ran on this machine; when that is not known, everything of haresources.
    /// 0 when nothing of it runs any more, or when a daemon does, whose resources they are; 1 when a daemon neither runs nor
    /// ends.
    public func releaseLeftovers() -> Int32 {
        ensureStandardDescriptorsAreOpen()
        SignalSource.block()
        if let code = releaseWhatWasInForce() { return code }
        var loader = loader
        loader.isForRelease = true
        let result = loader.load()
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
        var configuration = configuration
        configuration.groups = configuration.groups.compactMap(withoutAddressesOfTheMachine)
        let log = LogOutput(
            configuration.logging, host: loader.localNode.text, console: LogOutput.foregroundConsole())
        do throws(StartFailure) {
            try Daemon(configuration, loader: loader, log: log).releaseLeftovers()
            return 0
        } catch {
            complain(error.text)
            return error.code
        }
    }

    /// What the machine itself has brought up is no leftover.
    private func withoutAddressesOfTheMachine(_ group: ResourceGroup) -> ResourceGroup? {
        let survey = AddressSurvey.now()
        let resources = group.resources.filter { resource in
            guard let address = resource.address, case .machine(let interface) = survey.holder(of: address) else {
                return true
            }
            complain("\(resource.word) stays: \(interface) has it, and no heartbeat has brought it up")
            return false
        }
        return resources.isEmpty
            ? nil : ResourceGroup(preferredNode: group.preferredNode, resources: resources, line: group.line)
    }
}
