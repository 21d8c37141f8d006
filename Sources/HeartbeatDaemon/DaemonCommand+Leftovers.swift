// `heartbeat --release-leftovers`: after a daemon that died, before anybody else starts what it ran.

import HeartbeatConfig
import HeartbeatLinux
import HeartbeatModel

extension DaemonCommand {
    /// Stops everything of haresources that runs on this machine although no daemon does. 0 when nothing does any more, or
    /// when a daemon runs, whose resources they are.
    public func releaseLeftovers() -> Int32 {
        ensureStandardDescriptorsAreOpen()
        var loader = loader
        loader.isForRelease = true
        let result = loader.load()
        guard var configuration = result.configuration else {
            complain(result.diagnostics)
            return Self.notConfigured
        }
        // It says nothing to the other node, which has taken over or is about to.
        configuration.media = []
        configuration.pingNodes = []
        configuration.lan = nil
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
