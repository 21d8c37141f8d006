// hbctl status: what there is to say about the pair, as text, JSON or one line. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tells who serves, who could, and what is wrong.",
        discussion: """
            A line that tells something wrong begins with "!", or with "!!" where the service itself is concerned. docs/problems.md \
            lists every problem with its code. The answer takes at most 5 s, whatever state the daemon is in; when it is down, what \
            it has left is told.

            EXIT STATUS
              0   OK: each group is served by one node, and the other node could take over
              1   DEGRADED: the service runs, and something that it may need is missing
              2   CRITICAL: a group is served by nobody, or by both nodes
              3   UNKNOWN: the daemon does not answer, or does not know
              64  the command line is wrong

            EXAMPLES
              hbctl status
              hbctl status --width 60
              hbctl status --json | jq .verdict
              hbctl status --nagios
              hbctl status --watch                 the same as hbctl watch
            """)

    @Flag(help: "JSON, as schemas/hbctl-status-1.json says it.")
    var json = false

    @Flag(help: "One line for monitors that call plugins.")
    var nagios = false

    @Flag(help: "A live screen, until q is typed.")
    var watch = false

    @Flag(help: "All problems and groups, however many lines that makes.")
    var all = false

    @OptionGroup var columns: WidthOption

    @OptionGroup var colour: ColourOption

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if watch, json || nagios || columns.width != nil {
            throw ValidationError("--watch has the terminal for itself")
        }
        if json, nagios { throw ValidationError("--json and --nagios exclude each other") }
    }

    func run() throws {
        let places = place.places
        if watch { Watch.perform(in: places, colour.choice, showsAll: all) }
        Glibc.exit(Self.tell(in: places, text))
    }

    /// - Returns: the exit status.
    static func tell(in places: Places, _ text: (PairStatus) -> String) -> Int32 {
        let status = Asking(places).status()
        Terminal.write(text(status))
        return status.verdict.exitCode
    }

    /// The page for people.
    static func page(_ status: PairStatus, width: Int?, _ colour: ColourChoice, showsAll: Bool) -> String {
        StatusText(
            status, width: Terminal.width(width), isColoured: Terminal.isColoured(colour), showsAll: showsAll,
            time: Terminal.time
        ).lines.textOfLines
    }

    private func text(of status: PairStatus) -> String {
        if json { return StatusJSON(status, time: Terminal.time).text }
        if nagios { return NagiosLine(status).text + "\n" }
        return Self.page(status, width: columns.width, colour.choice, showsAll: all)
    }
}
