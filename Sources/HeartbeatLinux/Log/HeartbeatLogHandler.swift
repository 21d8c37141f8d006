// The back end that makes swift-log write the original's lines. Labels are not shown: everything is `heartbeat`.

import Logging

/// A `LogHandler` for `LogOutput`. Metadata named `HA_…` becomes fields of the journal; other metadata is not written.
public struct HeartbeatLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let output: LogOutput

    public init(_ output: LogOutput) {
        self.output = output
    }

    /// Follows the output's debug level, so that SIGUSR1 reaches every logger. Setting it has no effect.
    public var logLevel: Logger.Level {
        get { output.debugLevel > 0 ? .trace : .info }
        set {}
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.filter { $0.key.hasPrefix("HA_") }.sorted { $0.key < $1.key }
        output.write(event.level, "\(event.message)", fields: fields.map { ($0.key, "\($0.value)") })
    }
}
