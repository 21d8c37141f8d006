// The files of a host that stands with others between two networks: gateway.cf and authkeys in, its services out, or every mistake in
// both. What the words mean is decided by the readers; this only puts the results together.

import HeartbeatModel

/// What came of reading them.
package struct GatewaysResult: Hashable, Sendable {
    /// The services that have this host, in the order of the file, at least one; `nil` exactly when there is an error among the
    /// diagnostics.
    package var gateways: [GatewayConfiguration]?
    /// What messages are signed with.
    package var keys: AuthenticationKeys
    package var logging: LoggingConfiguration
    /// The lines that name the hosts of each service.
    package var hostLines: [String: [NodeName: Int]]
    /// gateway.cf, authkeys; within a file in the order of its lines.
    package var diagnostics: [Diagnostic]
}

/// Reads and checks the files. No input makes it fail otherwise than by diagnostics.
///
/// - Parameters:
///   - authkeysMode: permission bits of authkeys (`st_mode & 0o777`).
///   - localNode: this host, as `host` lines name it.
package func readGateways(
    _ file: SourceFile, authkeys: SourceFile, authkeysMode: UInt32, localNode: NodeName, host: HostFacts = HostFacts()
) -> GatewaysResult {
    var reader = GatewayReader(file: file, localNode: localNode, host: host)
    reader.read(file)
    var keyReader = AuthkeysReader(file: authkeys)
    keyReader.refusesCrc = true
    keyReader.read(authkeys, mode: authkeysMode)
    return GatewaysResult(
        gateways: reader.log.hasErrors || keyReader.log.hasErrors ? nil : reader.gateways, keys: keyReader.keys,
        logging: reader.logging, hostLines: reader.hostLines,
        diagnostics: reader.log.inOrderOfLines + keyReader.log.inOrderOfLines)
}
