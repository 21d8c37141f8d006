// All that can be said of a node's files before it is started, as a value: `heartbeat -t` prints it, and others make findings of it.

import HeartbeatConfig
import HeartbeatModel

/// What a check of the three files found on this machine.
package struct ConfigurationCheck: Hashable, Sendable {
    /// What the files say: mistakes, and what in them does not suit this machine. There is a configuration if none is an error.
    package let result: ConfigurationResult
    /// Who else answers for addresses of haresources.
    package let census: [Diagnostic]
    /// Why the kernel would not hold the lease that ha.cf wants.
    package let lease: [Diagnostic]
    /// What is passed over in the configuration, as one sentence; `nil` if nothing is.
    package let leftovers: String?

    /// Reads the files, and asks the neighbours for some tenths of a second.
    package init(_ loader: ConfigurationLoader) {
        result = loader.forTest.load()
        leftovers = loader.paths.leftovers
        guard let configuration = result.configuration else {
            (census, lease) = ([], [])
            return
        }
        census = AddressCensus(configuration: configuration, haresources: loader.paths.haresources)
            .diagnostics(onlyCertain: false)
        lease = configuration.leaseTimes == nil ? [] : LeaseCheck.diagnostics(haCf: loader.paths.haCf)
    }
}
