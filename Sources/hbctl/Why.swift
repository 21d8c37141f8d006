// hbctl why: why a group moved, in one screen. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatReplay
import HeartbeatStatus

struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tells why a group moved, and what would have kept it where it was.",
        discussion: """
            The chain of causes with times of day, as this node saw it; where the time went; what would have changed it, found by \
            playing the pair again without it; and when the group goes back. It works when no daemon runs.

            EXIT STATUS
              0   told
              1   there is no such movement
              3   the files cannot be read
              64  the command line is wrong

            EXAMPLES
              hbctl why                            the last movement
              hbctl why 192.168.77.100/24          the last one of a group
              hbctl why 412                        that one
            """)

    @Argument(help: "A number of hbctl history, or a group by its first resource.", completion: .groups)
    var which: String?

    @Flag(help: "JSON, as schemas/hbctl-why-1.json says it.")
    var json = false

    @OptionGroup var columns: WidthOption

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let places = place.places
        let history = HistoryReading(places)
        if let failure = history.failure { CommandFailure.end("why", 3, failure, isForProgram: json) }
        let choice = HistoryReport.Choice(which, among: history.movements)
        guard let movement = WhyReport.movement(choice, among: history.movements) else {
            let sentence = which.map { "there is no movement of \($0)" } ?? "no movement of a group has been kept"
            let failure = OperatorFailure(code: "no-such-movement", sentence: sentence, remedy: ["hbctl history"])
            CommandFailure.end("why", 1, failure, isForProgram: json)
        }
        let report = RecordReading(places).report(of: movement, in: history) { RecordReplay($0).run }
        let text =
            json
            ? WhyJSON(report, time: Terminal.time).text
            : WhyText(report, width: Terminal.width(columns.width), time: Terminal.time).lines.textOfLines
        Terminal.write(text)
        Glibc.exit(0)
    }
}
