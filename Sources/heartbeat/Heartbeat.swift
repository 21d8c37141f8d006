// Command line of the daemon: the original's options, and long ones for those who start here.

import ArgumentParser
import Glibc
import HeartbeatArguments
import HeartbeatDaemon

@main
struct Heartbeat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat",
        abstract: "Runs this machine as one of a pair of cluster nodes; without an option it starts in the background.",
        discussion: """
            EXIT STATUS
              0   done; with -s: it runs; without options also: it runs already
              1   failed; with -s: it does not run; with -k: it has not stopped within --timeout
              2   the command line makes no sense
              4   not permitted
              6   ha.cf, haresources or authkeys has mistakes, which are listed

            FILES
              /etc/ha.d/ha.cf, haresources, authkeys   what the cluster is; the .example files explain them
              /etc/ha.d/resource.d, /etc/init.d        scripts of resources
              /etc/ha.d/nodeinfo                       its first line replaces uname -n

            SIGNALS
              TERM, INT  release everything and end        HUP   read the files again
              USR1       one more level of debug lines     USR2  one less
            """)

    @OptionGroup(title: "What to do (one at most)") var action: Action
    @OptionGroup(title: "How to start") var starting: Starting
    @OptionGroup(title: "Where") var places: Places

    @Option(
        help: ArgumentHelp("With -k: wait no longer than this (default: until it has stopped).", valueName: "seconds"))
    var timeout: Int?

    /// The original's code for a bad command line instead of the library's.
    static func main() {
        let command = takeCommandLine { $0 }
        Glibc.exit(command.perform())
    }

    func validate() throws {
        guard let timeout else { return }
        guard action.isStop else { throw ValidationError("--timeout belongs to -k") }
        guard (1...1_000_000).contains(timeout) else { throw ValidationError("--timeout needs a number of seconds") }
    }

    private func perform() -> Int32 {
        var command = DaemonCommand()
        command.paths.configuration = places.configuration
        command.paths.state = places.state
        command.paths.run = places.run
        command.paths.share = places.share
        command.node = places.node
        command.isForeground = starting.isForeground
        command.isRealtimeDisabled = starting.isRealtimeDisabled
        command.managesResources = !starting.isUnmanaged
        command.debug = starting.debug
        let arguments = places.arguments + starting.arguments
        if action.isVersion { return command.version() }
        if action.isDefaults { return command.defaults(asWiki: action.isWiki) }
        if action.isPrint { return command.printConfiguration() }
        if action.isStop { return command.stop(timeout: timeout.map { .seconds($0) }) }
        if action.isStatus { return command.status() }
        if action.isTest { return command.test() }
        if action.isList { return command.listGroups() }
        if action.isRelease { return command.releaseLeftovers() }
        if action.isUpgrade { return command.upgrade() }
        if action.isStateFormat { return command.stateFormat() }
        if action.acceptsState { return command.acceptsState() }
        return action.isReload ? command.reload(arguments: arguments) : command.start(arguments: arguments)
    }
}
