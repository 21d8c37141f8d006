// The watchdog device of ha.cf, if any: fed with every status message, so that a node that no longer says it is alive is
// reset. Its failures are told once and stop nothing.

import HeartbeatLinux
import HeartbeatModel

/// Feeds the watchdog device.
final class NodeWatchdog {
    private var device: WatchdogDevice?
    private let log: LogOutput
    private var hasFailed = false

    init(_ configuration: Configuration, log: LogOutput) {
        self.log = log
        guard let path = configuration.watchdog else { return }
        var warnings: [String] = []
        do throws(HostError) {
            // Slightly longer than deadtime: the peers declare us dead before the machine is reset (observed).
            device = try WatchdogDevice(path, timeout: configuration.deadtime + .milliseconds(10), warnings: &warnings)
        } catch {
            log.write(.error, "\(error)")
        }
        for warning in warnings { log.write(.warning, warning) }
    }

    func feed() {
        guard let error = device?.feed(), !hasFailed else { return }
        hasFailed = true
        log.write(.error, "\(error)")
    }

    func close() {
        guard let error = device.take()?.closeOrderly() else { return }
        log.write(.error, "\(error)")
    }
}
