// Arguments of `hbbench forecast`. What it does is in HeartbeatBench.

import ArgumentParser
import Glibc
import HeartbeatBench

struct Forecast: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask hbctl plan what would come of an event, let it happen, and compare.",
        discussion: """
            Needs the built hbctl and hb_standby. Exit code 1 when things happen in another order than predicted, or another node \
            serves; times are only shown.
            """)

    @Option(help: "Separated by commas: \(names(of: ForecastTrial.allCases)).")
    var events: List<ForecastTrial> = List(ForecastTrial.allCases)

    @Option(help: "Times of ha.cf, separated by commas: default (none are said), 1s (250 ms/1 s).")
    var settings: List<ForecastSetting> = List(ForecastSetting.allCases)

    @Option(help: "How often each event is repeated, after a rehearsal.")
    var runs = 5

    @OptionGroup var places: Places

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs needs a number from 1 to 100") }
    }

    func run() {
        let program = ForecastProgram(
            trials: events.values, settings: settings.values, runs: runs, file: places.json, places: places.resolved)
        Glibc.exit(program.run())
    }
}
