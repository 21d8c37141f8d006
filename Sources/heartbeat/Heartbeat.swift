// Command line of the daemon: the original's options, and long ones for those who start here.

import ArgumentParser
import HeartbeatDaemon

@main
struct Heartbeat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat",
        abstract: "Runs this machine as one of a pair of cluster nodes; without an option it starts in the background.",
        discussion: "Exit codes: 0 done, 1 failed or not running, 2 usage, 4 not permitted, 6 not configured.")

    @Flag(name: [.customShort("f"), .customLong("foreground")], help: "Stay in the foreground.")
    var isForeground = false

    @Flag(
        name: [.customShort("k"), .customLong("stop")], help: "Stop the running daemon and wait until it has stopped.")
    var isStop = false

    @Flag(name: [.customShort("s"), .customLong("status")], help: "Tell whether the daemon runs.")
    var isStatus = false

    @Flag(
        name: [.customShort("r"), .customLong("reload")],
        help: "Make the running daemon read its files again, or start.")
    var isReload = false

    @Flag(
        name: [.customShort("t"), .customLong("test")], help: "Check ha.cf, haresources and authkeys; start nothing.")
    var isTest = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    var isVersion = false

    @Flag(name: [.customShort("l"), .customLong("no-realtime")], help: "No real-time priority and no locked memory.")
    var isRealtimeDisabled = false

    @Flag(name: [.customShort("d"), .customLong("debug")], help: "Log debug lines too; may be repeated.")
    var debug: Int

    @Option(name: .customLong("config-dir"), help: "Directory of ha.cf, haresources, authkeys and resource.d.")
    var configurationDirectory = "/etc/ha.d"

    @Option(name: .customLong("state-dir"), help: "Directory of the generation, the uuid and the FIFO.")
    var stateDirectory = "/var/lib/heartbeat"

    @Option(name: .customLong("run-dir"), help: "Directory of the pid file and the control socket.")
    var runDirectory = "/run"

    @Option(help: "Name of the local node (default: nodeinfo, else uname -n).")
    var node: String?

    func run() throws {
        if isVersion {
            print(Version.text)
            return
        }
        var command = DaemonCommand()
        command.paths.configuration = configurationDirectory
        command.paths.state = stateDirectory
        command.paths.run = runDirectory
        command.node = node
        command.isForeground = isForeground
        command.isRealtimeDisabled = isRealtimeDisabled
        command.debug = debug
        let code = perform(command)
        if code != 0 { throw ExitCode(code) }
    }

    private func perform(_ command: DaemonCommand) -> Int32 {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if isStop { return command.stop() }
        if isStatus { return command.status() }
        if isTest { return command.test() }
        if isReload { return command.reload(arguments: arguments.filter { $0 != "-r" && $0 != "--reload" }) }
        return command.start(arguments: arguments)
    }
}
