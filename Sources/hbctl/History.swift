// hbctl history: which groups have moved, why, and where the time went. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Tells which groups have moved, why, and where the time went.",
        discussion: """
            Each movement of a group to or away from this node has a number. It is kept through restarts, and told also when no \
            daemon runs. The oldest go when there are some thousands.

            EXIT STATUS
              0   told, also that nothing has moved
              1   there is no such movement, or none of that group
              3   the files cannot be read
              64  the command line is wrong

            EXAMPLES
              hbctl history                        the last 20
              hbctl history 192.168.77.100/24      those of one group
              hbctl history 412                    one with all that is known of it
              hbctl history --json -n 1000 | jq '.movements[].took_s'
              hbctl history --svg 412 >412.svg     one as a picture
            """)

    @Argument(help: "A number, or a group by its first resource.", completion: .groups)
    var which: String?

    @Option(name: .customShort("n"), help: ArgumentHelp("The last so many.", valueName: "count"))
    var count = 20

    @Flag(help: "JSON, as schemas/hbctl-history-1.json says it.")
    var json = false

    @Option(help: ArgumentHelp("One movement, with all of the same cause, as a picture (SVG).", valueName: "number"))
    var svg: UInt64?

    @OptionGroup var columns: WidthOption

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if json, svg != nil { throw ValidationError("--json and --svg exclude each other") }
        if svg != nil, which != nil { throw ValidationError("--svg has its own number") }
        guard (1...1_000_000).contains(count) else { throw ValidationError("-n needs a number from 1 on") }
    }

    func run() throws {
        let places = place.places
        let reading = HistoryReading(places)
        let choice =
            svg.map { HistoryReport.Choice.number($0) } ?? HistoryReport.Choice(which, among: reading.movements)
        var report = HistoryReport(
            reading.movements, choice, most: count, asked: reading.asked)
        report.notes = reading.notes
        if let failure = reading.failure { CommandFailure.end("history", 3, failure, isForProgram: json) }
        if report.movements.isEmpty, choice != .all {
            let failure = OperatorFailure(
                code: "no-such-movement",
                sentence: svg.map { "there is no movement \($0)" } ?? "there is no movement of \(which ?? "")",
                remedy: ["hbctl history"])
            CommandFailure.end("history", 1, failure, isForProgram: json)
        }
        Terminal.write(text(of: report, choice, among: reading.movements))
        Glibc.exit(0)
    }

    private func text(
        of report: HistoryReport, _ choice: HistoryReport.Choice, among all: [HistoryEntry]
    ) -> String {
        if json { return HistoryJSON(report, time: Terminal.time).text }
        if svg != nil, let first = report.movements.first {
            return HistoryPicture(all.chain(of: first), time: Terminal.time).svg
        }
        let text = HistoryText(report, width: Terminal.width(columns.width), time: Terminal.time)
        guard case .number = choice else { return text.lines.textOfLines }
        return report.movements.map { text.lines(of: $0, among: all).textOfLines }.joined(separator: "\n")
    }
}
