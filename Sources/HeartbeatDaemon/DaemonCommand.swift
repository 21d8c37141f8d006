// What `heartbeat` can be told on its command line, apart from how the words are spelled: start, stop, status, reload,
// test. Texts and exit codes are the original's (observed) where it has the command.

import Glibc
import HeartbeatConfig
import HeartbeatControl
import HeartbeatLinux
import HeartbeatModel

/// One invocation of `heartbeat`.
public struct DaemonCommand: Sendable {
    /// LSB: the program is not configured.
    public static let notConfigured: Int32 = 6

    public var paths = DaemonPaths()
    /// Name of the local node when it is not the machine's.
    public var node: String?
    public var isForeground = false
    /// No real-time priority, no locked memory (`-l`).
    public var isRealtimeDisabled = false
    /// How often `-d` was given.
    public var debug = 0

    public init() {}

    private var loader: ConfigurationLoader { ConfigurationLoader(paths: paths, node: node) }

    /// Checks the configuration and says what it found; 0 when a node would start with it.
    public func test() -> Int32 {
        let result = loader.load()
        complain(result.diagnostics)
        guard let configuration = result.configuration else { return Self.notConfigured }
        say(
            "Configuration is valid: node \(loader.localNode) of \(configuration.nodes.map(\.text).joined(separator: " ")), "
                + "\(configuration.media.count) media, \(configuration.groups.count) resource groups.")
        return 0
    }

    /// Starts the node; in the foreground it returns when the node has stopped. `arguments` are this invocation's own.
    public func start(arguments: [String]) -> Int32 {
        ensureStandardDescriptorsAreOpen()
        SignalSource.block()
        let report = BackgroundReport()
        let result = loader.load()
        // Whoever starts us in the background has read the same files and complained about them.
        if !report.isExpected || result.configuration == nil { complain(result.diagnostics) }
        guard var configuration = result.configuration else {
            complain("Heartbeat not started: configuration error.")
            report.failed(code: Self.notConfigured, text: "")
            return Self.notConfigured
        }
        configuration.logging.debugLevel += debug
        if !isForeground { return BackgroundStart.run(arguments: ["-f"] + arguments) { complain($0) } }
        return run(configuration, report: report)
    }

    private func run(_ configuration: Configuration, report: consuming BackgroundReport) -> Int32 {
        let console = report.isExpected ? LogOutput.Console.none : LogOutput.foregroundConsole()
        let log = LogOutput(configuration.logging, host: loader.localNode.text, console: console)
        log.write(.info, "Configuration validated. Starting heartbeat \(Version.text)")
        let daemon = Daemon(configuration, loader: loader, log: log)
        do throws(StartFailure) {
            try daemon.run(report: report, isRealtime: !isRealtimeDisabled)
            return 0
        } catch {
            log.write(error.code == 0 ? .info : .error, error.text)
            complain(error.text)
            return error.code
        }
    }

    /// Asks the running daemon to release everything and end, and waits until it has.
    public func stop() -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile), pid > 0 else {
            complain("INFO: Heartbeat already stopped.")
            return 0
        }
        guard kill(pid, SIGTERM) == 0 || errno == ESRCH else {
            complain("\(HostError("stop", "heartbeat [pid \(pid)]"))")
            return 4
        }
        while case .running(let current) = PidFile.owner(of: paths.pidFile), current == pid { usleep(50_000) }
        return 0
    }

    /// Whether a daemon runs: 0 when it does.
    public func status() -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile) else {
            say("heartbeat is stopped. No process")
            return 1
        }
        let name = loader.localNode
        say("heartbeat OK [pid \(pid) et al] is running on \(LogOutput.hostName()) [\(name)]...")
        return 0
    }

    /// Makes the running daemon read its configuration again, or starts one.
    public func reload(arguments: [String]) -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile), pid > 0 else {
            return start(arguments: arguments)
        }
        let result = loader.load()
        complain(result.diagnostics)
        guard result.configuration != nil else { return Self.notConfigured }
        guard kill(pid, SIGHUP) == 0 else {
            complain("\(HostError("signal", "heartbeat [pid \(pid)]"))")
            return 1
        }
        return 0
    }

    private func say(_ text: String) {
        print(text)
    }

    private func complain(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { complain("\(diagnostic)") }
    }

    private func complain(_ text: String) {
        guard !text.isEmpty else { return }
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
