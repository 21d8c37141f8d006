// What systemd is told about this node, and when: ready once the media have answered, one line of status when it changes,
// the watchdog as often as status messages leave, more time as long as scripts run. It decides nothing about the cluster.

import HeartbeatCore
import HeartbeatHost
import HeartbeatMedia
import HeartbeatModel

/// The node as a service.
final class ServiceReport {
    /// Beyond a script's own timeout: ending its process tree, and the pause before a failed stop is tried again.
    private static let beyondTimeout = Duration.seconds(45)
    /// How long the start may go on from each word that it still does.
    private static let startExtension = Duration.seconds(60)

    private let manager: ServiceManager
    private var media: MediaReadiness
    private var shutdownTimeout: Duration
    private var watchdog: ServiceWatchdog
    private var isReady = false
    private var isStopping = false
    private var lastStatus = ""
    private var lastExtension: Instant?

    init(_ configuration: Configuration, manager: ServiceManager = ServiceManager()) {
        self.manager = manager
        shutdownTimeout = configuration.shutdownTimeout
        media = MediaReadiness(configuration.media.map(\.name))
        watchdog = ServiceWatchdog(interval: manager.watchdogInterval, keepalive: configuration.keepalive)
    }

    /// A service manager looks after this process.
    var isService: Bool { manager.isPresent }

    /// What the operator should know about `WatchdogSec=`, if anything.
    var warning: String? { watchdog.warning }

    /// What has become of each medium, in the order of ha.cf.
    var mediumStates: [NodeFacts.Medium.State] { media.states }

    // MARK: - Starting

    /// What has become of a medium, by its place in ha.cf.
    func happened(_ event: MediumEvent, toMedium index: Int) {
        media.happened(event, to: index)
        guard !isReady, media.isReady else { return }
        isReady = true
        manager.ready()
    }

    /// Whether it counts as started.
    var isStarted: Bool { isReady }

    /// Goes on where the program before this one stood; `open`: by their places, the media that work.
    func resume(isStarted: Bool, open: [Int]) {
        for index in open { media.happened(.opened, to: index) }
        isReady = isStarted
        if isStarted { manager.ready() }
    }

    /// The files were read again.
    func adopt(_ configuration: Configuration) {
        media.adopt(configuration.media.map(\.name))
        shutdownTimeout = configuration.shutdownTimeout
    }

    // MARK: - Living

    /// Works out the line of status, if anybody reads it, and tells it when it is another one.
    func update(_ snapshot: @autoclosure () -> ClusterSnapshot) {
        guard manager.isPresent else { return }
        let text = serviceStatus(snapshot(), failedMedia: media.failed, isStopping: isStopping)
        guard text != lastStatus else { return }
        lastStatus = text
        manager.status(text)
    }

    /// A status message was given to the media: the loop lives.
    func statusSent(at now: Instant) {
        manager.retry()
        if watchdog.mustFeed(at: now) { manager.feedWatchdog() }
        // Without any medium the node is not ready, but it may be the only one left to serve.
        guard !isReady, !isStopping, lastExtension.map({ now - $0 >= Self.startExtension / 4 }) ?? true else { return }
        lastExtension = now
        manager.extendTimeout(by: Self.startExtension)
    }

    /// When the loop has to come by although the core has nothing to do.
    var deadline: Instant? { watchdog.deadline }

    /// The loop has come by.
    func expire(at now: Instant) {
        if watchdog.deadline.map({ $0 <= now }) == true, watchdog.mustFeed(at: now) { manager.feedWatchdog() }
    }

    func reloading(at now: Instant) {
        guard isReady, !isStopping else { return }
        manager.reloading(at: now)
    }

    func reloaded() {
        guard isReady, !isStopping else { return }
        manager.ready()
    }

    // MARK: - Ending

    /// Everything is being released.
    func stopping() {
        guard !isStopping else { return }
        isStopping = true
        manager.stopping()
        // Between two attempts to stop something no script runs that would ask for more time.
        manager.extendTimeout(by: shutdownTimeout + Self.beyondTimeout)
    }

    /// A script was started. While the node ends, systemd must not kill it with resources half stopped: the other node
    /// would take them over while they still run here.
    func performing(_ action: ResourceAction) {
        guard isStopping else { return }
        manager.extendTimeout(by: action.timeout + Self.beyondTimeout)
    }
}

/// Which media have answered.
struct MediaReadiness {
    private var media: [(name: MediumName, state: NodeFacts.Medium.State)]

    init(_ names: [MediumName]) {
        media = names.map { ($0, .unopened) }
    }

    var states: [NodeFacts.Medium.State] { media.map(\.state) }

    /// Other media from now on; what is known of those that stay is kept.
    mutating func adopt(_ names: [MediumName]) {
        media = names.map { name in (name, media.first { $0.name == name }?.state ?? .unopened) }
    }

    mutating func happened(_ event: MediumEvent, to index: Int) {
        switch event {
        case .opened, .recovered: media[index].state = .open
        case .failed(let error): media[index].state = .failing("\(error)")
        case .warned: break
        }
    }

    /// One works, and each of the others does or has said why not.
    var isReady: Bool {
        media.contains { $0.state == .open } && !media.contains { $0.state == .unopened }
    }

    /// Those that do not work now, in the order of ha.cf.
    var failed: [MediumName] {
        media.compactMap { medium in if case .failing = medium.state { medium.name } else { nil } }
    }
}

/// When systemd's watchdog is fed: with status messages, a quarter of its time apart at least.
struct ServiceWatchdog {
    private let interval: Duration?
    /// Status messages alone would be too rare.
    private let isKeepaliveTooSlow: Bool
    private let keepalive: Duration
    private var lastFed: Instant?

    init(interval: Duration?, keepalive: Duration) {
        self.interval = interval
        self.keepalive = keepalive
        isKeepaliveTooSlow = interval.map { keepalive > $0 / 2 } ?? false
    }

    var warning: String? {
        guard let interval, isKeepaliveTooSlow else { return nil }
        return
            "systemd's watchdog (\(interval.milliseconds) ms) is too short for keepalive \(keepalive.milliseconds) ms: "
            + "it is fed between status messages too; set WatchdogSec to at least twice keepalive"
    }

    /// The loop lives at `now`: whether to say so.
    mutating func mustFeed(at now: Instant) -> Bool {
        guard let interval, lastFed.map({ now - $0 >= interval / 4 }) ?? true else { return false }
        lastFed = now
        return true
    }

    /// When it is to be fed without a status message; `nil` when those are frequent enough.
    var deadline: Instant? {
        guard let interval, isKeepaliveTooSlow else { return nil }
        return lastFed.map { $0 + interval / 4 }
    }
}
