// The watchdog device of ha.cf, if any: fed with every status message, so that a node that no longer says it is alive is
// reset. Its failures are told once and stop nothing.

import HeartbeatHost
import HeartbeatModel
import HeartbeatSystem
import Logging

/// Feeds the watchdog device.
final class NodeWatchdog {
    private var device: WatchdogDevice?
    private let logger: Logger
    private var hasFailed = false

    init(_ configuration: Configuration, logger: Logger) {
        self.logger = logger
        guard let path = configuration.watchdog else { return }
        var warnings: [String] = []
        do throws(SystemError) {
            // Slightly longer than deadtime: the peers declare us dead before the machine is reset (observed).
            device = try WatchdogDevice(path, timeout: configuration.deadtime + .milliseconds(10), warnings: &warnings)
        } catch {
            logger.tell(
                .watchdogFailed,
                "\(error); nobody resets this machine when it hangs: load its driver (modprobe softdog), or take "
                    + "`watchdog` out of ha.cf")
        }
        for warning in warnings { logger.tell(.watchdogWarning, warning) }
    }

    /// Goes on with the device of the program before this one.
    init(descriptor: Int32, logger: Logger) {
        self.logger = logger
        device = WatchdogDevice(descriptor: descriptor)
    }

    /// `nil` without one.
    func handOver(to next: HandOver) throws(SystemError) -> Int32? { try device?.handOver(to: next) }

    func feed() {
        guard let error = device?.feed(), !hasFailed else { return }
        hasFailed = true
        logger.tell(.watchdogFailed, "\(error)")
    }

    func close() {
        guard let error = device.take()?.closeOrderly() else { return }
        logger.tell(.watchdogFailed, "\(error)")
    }
}
