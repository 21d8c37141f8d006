// What `heartbeat` can be told on its command line, apart from how the words are spelled: start, status, reload, test and
// what only prints; stopping is in a file of its own. Texts and exit codes are the original's (observed) where it has the
// command.

import Glibc
import HeartbeatCheck
import HeartbeatConfig
import HeartbeatControl
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// One invocation of `heartbeat`.
package struct DaemonCommand: Sendable {
    /// LSB: the program is not configured.
    package static let notConfigured: Int32 = 6
    /// The node has ended, and some of its resources would not. (The first code that LSB leaves to programs.)
    package static let unfinished: Int32 = 150

    package var paths = DaemonPaths()
    /// Name of the local node when it is not the machine's.
    package var node: String?
    package var isForeground = false
    /// No real-time priority, no locked memory (`-l`).
    package var isRealtimeDisabled = false
    /// Without it (`-M`) the node is a member of the cluster that runs no groups.
    package var managesResources = true
    /// How often `-d` was given.
    package var debug = 0

    package init() {}

    var loader: ConfigurationLoader {
        var loader = ConfigurationLoader(paths: paths, node: node)
        loader.managesResources = managesResources
        return loader
    }

    /// Prints the version; its first word is the original's.
    package func version() -> Int32 {
        say(Version.text)
        return 0
    }

    /// Prints every directive with its default (`-D`), in two columns or in a wiki's table.
    package func defaults(asWiki: Bool) -> Int32 {
        for directive in directiveDefaults(host: .ofThisHost(scripts: ResourceScripts(paths: paths.scripts))) {
            let value = (directive.value ?? "-") + (directive.isWithoutEffect ? " (no effect)" : "")
            let padding = String(repeating: " ", count: max(1, 24 - directive.name.utf8.count))
            say(asWiki ? "||\(directive.name)||\(value)||" : directive.name + padding + value)
        }
        return 0
    }

    /// Prints what the three files are understood as (`-v`); secrets are left out.
    package func printConfiguration() -> Int32 {
        let result = loader.load()
        complain(result.diagnostics)
        guard let configuration = result.configuration else { return Self.notConfigured }
        let printer = ConfigurationPrinter(configuration)
        let authkeys = String(decoding: printer.authkeys(showingSecrets: false), as: UTF8.self)
        say("# \(paths.haCf), read by node \(loader.localNode)\n\(printer.haCf)")
        say("# \(paths.haresources)\n\(printer.haresources)\n# \(paths.authkeys)\n\(authkeys)")
        return 0
    }

    /// Prints the groups as they are understood (`--list-groups`), for scripts: what is only doubtful is not told.
    package func listGroups() -> Int32 {
        let result = loader.load()
        guard let configuration = result.configuration else {
            complain(result.diagnostics)
            return Self.notConfigured
        }
        let groups = ConfigurationPrinter(configuration).haresources
        if !groups.isEmpty { say(String(groups.dropLast())) }
        return 0
    }

    /// Checks the configuration and says what it found; 0 when a node would start with it and nothing in it is a mistake.
    package func test() -> Int32 {
        let check = ConfigurationCheck(loader)
        complain(check.result.diagnostics)
        if let leftovers = check.leftovers { say(leftovers) }
        guard let configuration = check.result.configuration else { return Self.notConfigured }
        complain(check.census + check.lease)
        say(
            "Configuration is valid: node \(loader.localNode) of \(configuration.nodes.map(\.text).joined(separator: " ")), "
                + "\(configuration.media.count) media, \(configuration.groups.count) resource groups.")
        return 0
    }

    /// Starts the node; in the foreground it returns when the node has stopped. `arguments` are this invocation's own.
    package func start(arguments: [String]) -> Int32 {
        ensureStandardDescriptorsAreOpen()
        SignalSource.block()
        if let code = resume() { return code }
        let report = BackgroundReport()
        let result = loader.load()
        // Whoever starts us in the background has read the same files and complained about them.
        if !report.isExpected || result.configuration == nil { complain(result.diagnostics) }
        if !report.isExpected, let configuration = result.configuration {
            complain(census(configuration).diagnostics(onlyCertain: true))
        }
        guard var configuration = result.configuration else {
            complain("Heartbeat not started: configuration error.")
            // The other node serves by now: nothing of an earlier daemon may stay up here beside it.
            if PidFile.owner(of: paths.pidFile) == .nobody { _ = releaseWhatWasInForce() }
            report.failed(code: Self.notConfigured, text: "")
            return Self.notConfigured
        }
        configuration.logging.debugLevel += debug
        if !isForeground { return BackgroundStart.run(arguments: ["-f"] + arguments) { complain($0) } }
        return run(configuration, report: report)
    }

    private func census(_ configuration: Configuration) -> AddressCensus {
        AddressCensus(configuration: configuration, haresources: paths.haresources)
    }

    private func run(_ configuration: Configuration, report: consuming BackgroundReport) -> Int32 {
        let console = report.isExpected ? LogOutput.Console.none : LogOutput.foregroundConsole()
        let log = LogOutput(configuration.logging, host: loader.localNode.text, console: console)
        log.write(.info, "Configuration validated. Starting heartbeat \(Version.text)")
        if !managesResources {
            log.write(
                .warning,
                "Started with -M: this node runs no resource groups. Those at home here run nowhere until this node stops "
                    + "or hb_takeover takes them to the other one")
        }
        defer { log.flush() }
        let daemon = Daemon(configuration, loader: loader, log: log)
        do throws(StartFailure) {
            return try daemon.run(report: report, isRealtime: !isRealtimeDisabled)
        } catch {
            log.write(error.code == 0 ? .info : .error, error.text)
            complain(error.text)
            return error.code
        }
    }

    /// Whether a daemon runs: 0 when it does.
    package func status() -> Int32 {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile) else {
            say("heartbeat is stopped. No process")
            return 1
        }
        let name = loader.localNode
        say("heartbeat OK [pid \(pid) et al] is running on \(Machine.name) [\(name)]...")
        sayWhatIsUnusual()
        return 0
    }

    /// What the daemon itself has to tell; an original has nothing.
    private func sayWhatIsUnusual() {
        let question = ClusterQuestion.parameter(ConfigurationLoader.unmanaged.name)
        do throws(ControlFailure) {
            let reply = try ControlClient(runDirectory: paths.run, timeout: .seconds(2))
                .ask(.question(question, inProse: false))
            guard reply.exitCode == 0, reply.lines == [ConfigurationLoader.unmanaged.value] else { return }
            say("It was started with -M and runs no resource groups.")
        } catch {
            if case .silent = error { complain("WARN: \(error)") }
        }
    }

    /// Makes the running daemon read its configuration again, or starts one.
    package func reload(arguments: [String]) -> Int32 {
        // In the place of another program it is this process that holds the file.
        guard !InheritedState.isWaiting, case .running(let pid) = PidFile.owner(of: paths.pidFile), pid > 0 else {
            return start(arguments: arguments)
        }
        let result = loader.load()
        complain(result.diagnostics)
        guard let configuration = result.configuration else { return Self.notConfigured }
        let log = LogOutput(configuration.logging, host: loader.localNode.text, console: .none)
        log.write(.info, "Signalling heartbeat pid \(pid) to reread config files")
        log.flush(atMost: .seconds(1))
        if let error = signal(SIGHUP, toDaemon: pid, "signal") {
            complain("\(error)")
            return 1
        }
        return 0
    }

    func say(_ text: String) {
        print(text)
    }

    func complain(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { complain("\(diagnostic)") }
    }

    func complain(_ text: String) {
        guard !text.isEmpty else { return }
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
