// heartbeat-exporter: metrics and status pages of the pair over HTTP. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatExporter
import HeartbeatModel
import HeartbeatOperator
import HeartbeatSystem

@main
struct ExporterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat-exporter", abstract: "Serves metrics and status pages of the pair over HTTP.",
        discussion: """
            Runs in the foreground, started by systemd when somebody connects (heartbeat-exporter.socket) or by hand. It needs to be a \
            member of group haclient and nothing else. It only tells: no page does anything.

            PAGES
              /             what "hbctl status" says, for people; anew every 5 s
              /metrics      for Prometheus; docs/metrics.md lists every metric
              /status.json  what "hbctl status --json" says
              /health       200 if the daemon answers, else 503
              /serving      200 if this node serves a group, else 503
              /ready        200 if whoever does not serve could take over, else 503

            EXIT STATUS
              0   ended by SIGTERM or SIGINT
              1   could not begin
              64  the command line is wrong

            EXAMPLES
              heartbeat-exporter
              heartbeat-exporter --listen [::1]:9694 --listen unix:/run/heartbeat-exporter.socket
            """, version: Version.text)

    @Option(
        help: ArgumentHelp(
            "Where it listens, unless systemd has opened its sockets (default: \(ListenAddress.standard)).",
            valueName: "address:port|unix:path"),
        transform: ExporterCommand.address)
    var listen: [ListenAddress] = []

    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = Places().run

    @Option(name: .customLong("state-dir"), help: "Directory of what outlives a restart.")
    var stateDirectory = Places().state

    @Option(name: .customLong("config-dir"), help: "Directory of ha.cf.")
    var configurationDirectory = Places().configuration

    func run() throws {
        ensureStandardDescriptorsAreOpen()
        var places = Places()
        places.run = runDirectory
        places.state = stateDirectory
        places.configuration = configurationDirectory
        let program = ExporterProgram(places, listeningOn: listen.isEmpty ? [.standard] : listen)
        Glibc.exit(program.run())
    }

    private static func address(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw ValidationError(
                "--listen needs an address and a port, such as \(ListenAddress.standard), or unix:/path")
        }
        return address
    }
}
