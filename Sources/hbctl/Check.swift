// hbctl check: what is wrong with the files and this machine, as text or JSON. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tells what is wrong with the files and with this machine.",
        discussion: """
            All that "heartbeat -t" finds, and the machine: interfaces, ports, scripts, who may change what, the kernel, units that \
            systemd starts by itself, and whether the other node's files agree. It changes nothing, and works with and without a \
            daemon. Run it as root. docs/check.md lists every finding with its code.

            With --live it looks twice, two keepalives apart, and tells over which media something came, both ways.

            EXIT STATUS
              0   nothing above a note was found
              1   warnings: something that the service may need is missing
              2   errors: heartbeat would not start, or not do what the files say
              3   something could not be looked at, and there are no errors
              64  the command line is wrong

            EXAMPLES
              hbctl check
              hbctl check --live
              hbctl check --json | jq '.findings[].code'
            """)

    @Flag(help: "JSON, as schemas/hbctl-check-1.json says it.")
    var json = false

    @Flag(help: "Tell also what passes over every medium, both ways.")
    var live = false

    @Flag(help: "All findings, however many lines that makes.")
    var all = false

    @OptionGroup var columns: WidthOption

    @OptionGroup var colour: ColourOption

    @OptionGroup var place: PlaceOptions

    @OptionGroup var share: ShareOption

    func run() throws {
        let places = place.places
        let report = Checkup(places, share: share.directory).report(isLive: live)
        Terminal.write(json ? CheckJSON(report, time: Terminal.time).text : text(of: report))
        Glibc.exit(report.level.exitCode)
    }

    private func text(of report: CheckReport) -> String {
        let text = CheckText(
            report, width: Terminal.width(columns.width), isColoured: Terminal.isColoured(colour.choice), showsAll: all)
        return text.lines.textOfLines
    }
}
