// The one entry: three files in, a checked configuration or every mistake in all of them out. What each file means is
// decided by its reader; this only puts the results together.

import HeartbeatModel

/// Everything that is needed to judge a node's configuration.
package struct ConfigurationInput: Sendable {
    package var haCf: SourceFile
    package var haresources: SourceFile
    package var authkeys: SourceFile
    /// Permission bits of authkeys (`st_mode & 0o777`).
    package var authkeysMode: UInt32
    /// This node: `uname -n`, or the first line of `nodeinfo`.
    package var localNode: NodeName
    package var host: HostFacts

    package init(
        haCf: SourceFile, haresources: SourceFile, authkeys: SourceFile, authkeysMode: UInt32, localNode: NodeName,
        host: HostFacts = HostFacts()
    ) {
        self.haCf = haCf
        self.haresources = haresources
        self.authkeys = authkeys
        self.authkeysMode = authkeysMode
        self.localNode = localNode
        self.host = host
    }
}

/// What came of reading.
package struct ConfigurationResult: Hashable, Sendable {
    /// `nil` exactly when there is an error among the diagnostics.
    package var configuration: Configuration?
    /// ha.cf, haresources, authkeys; within a file in the order of its lines.
    package var diagnostics: [Diagnostic]
}

/// Reads and checks the three files. No input makes it fail otherwise than by diagnostics.
package func readConfiguration(_ input: ConfigurationInput) -> ConfigurationResult {
    var haCf = HaCfReader(file: input.haCf, localNode: input.localNode, host: input.host)
    haCf.read(input.haCf)
    var haresources = HaresourcesReader(
        file: input.haresources, nodes: haCf.draft.nodes, host: input.host)
    haresources.read(input.haresources)
    var authkeys = AuthkeysReader(file: input.authkeys)
    authkeys.read(input.authkeys, mode: input.authkeysMode)

    let groups = haCf.applyMonitorRules(
        to: haresources.groups, groupsAreComplete: !haresources.log.hasErrors)
    let partnerLog = haCf.readPartnerKeys(authkeys: authkeys.keys)
    let logs = [haCf.log, haresources.log, authkeys.log] + (partnerLog.map { [$0] } ?? [])
    var configuration = haCf.draft
    configuration.groups = groups
    configuration.authentication = authkeys.keys
    return ConfigurationResult(
        configuration: logs.contains { $0.hasErrors } ? nil : configuration,
        diagnostics: logs.flatMap(\.inOrderOfLines))
}
