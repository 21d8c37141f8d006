// The back end that makes swift-log write the original's lines. Labels are not shown: everything is `heartbeat`.

import Logging

/// A `LogHandler` for `LogOutput`.
///
/// Metadata named `HA_…` and `MESSAGE_ID` becomes fields of the journal; other metadata is not written. A line with
/// `HA_SCRIPT` is one of a script's output and takes its form.
package struct HeartbeatLogHandler: LogHandler {
    /// The key whose value is a script's `ScriptLogLine.tag`.
    package static let scriptKey = "HA_SCRIPT"

    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let backEnd: LogBackEnd

    package init(_ output: LogOutput) {
        self.init(output.backEnd)
    }

    package init(_ backEnd: LogBackEnd) {
        self.backEnd = backEnd
    }

    /// Follows the output's debug level, so that SIGUSR1 reaches every logger. Setting it has no effect.
    package var logLevel: Logger.Level {
        get { backEnd.debugLevel > 0 ? .trace : .info }
        set {}
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { _, new in new } }
        let script = all[Self.scriptKey]
        let fields = all.filter { $0.key.hasPrefix("HA_") || $0.key == "MESSAGE_ID" }.sorted { $0.key < $1.key }
            .map { (name: $0.key, value: "\($0.value)") }
        if let script {
            backEnd.writeScriptLine(tag: "\(script)", text: "\(event.message)", fields: fields)
        } else {
            backEnd.write(event.level, "\(event.message)", fields: fields)
        }
    }
}
