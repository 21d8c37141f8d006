// The file of a gateway that has several lines and no peer: the words about lines that ha.cf has, and where log lines go.

import HeartbeatModel

/// What came of reading it.
package struct LinesResult: Hashable, Sendable {
    /// `nil` exactly when there is an error among the diagnostics.
    package var lines: LineConfiguration?
    package var logging: LoggingConfiguration
    /// In the order of the file.
    package var diagnostics: [Diagnostic]
}

/// Reads and checks the file. No input makes it fail otherwise than by diagnostics.
package func readLines(_ file: SourceFile, host: HostFacts = HostFacts()) -> LinesResult {
    var reader = HaCfReader(file: file, localNode: NodeName("localhost"), host: host)
    reader.isForLinesAlone = true
    reader.read(file)
    return LinesResult(
        lines: reader.log.hasErrors ? nil : reader.draft.lines, logging: reader.draft.logging,
        diagnostics: reader.log.inOrderOfLines)
}
