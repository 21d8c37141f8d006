// hbctl metrics: the pair as metrics, on standard output or in a file for a collector. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatOperator
import HeartbeatStatus

struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Tells how the pair is, as metrics for Prometheus.",
        discussion: """
            The text format, version 0.0.4. docs/metrics.md lists every metric, and has a timer that writes the file. heartbeat-exporter \
            serves the same over HTTP.

            With --output the text is written beside FILE, which it then replaces: nobody reads half of it. When the daemon is down, \
            heartbeat_up is 0.

            EXIT STATUS
              0   metrics were written, whatever they say
              1   FILE cannot be written; what was there is there still
              3   there is nothing to write, because the daemon may not be asked
              64  the command line is wrong

            EXAMPLES
              hbctl metrics
              hbctl metrics --output /var/lib/prometheus/node-exporter/heartbeat.prom
            """)

    @Option(help: ArgumentHelp("Where it is written (default: standard output).", valueName: "file"))
    var output: String?

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if output == "" { throw ValidationError("--output needs a file") }
    }

    func run() throws {
        let places = place.places
        let told = Asking(places).exposition()
        if let problem = told.status.problems.first, problem.code == .noPermission {
            CommandFailure.end(3, problem.sentence, problem.remedy.joined(separator: "; "))
        }
        guard let output else {
            Terminal.write(told.text)
            Glibc.exit(0)
        }
        do throws(OperatorFailure) {
            try MetricsFile.write(told.text, to: output)
        } catch {
            CommandFailure.end(1, error)
        }
        Glibc.exit(0)
    }
}
