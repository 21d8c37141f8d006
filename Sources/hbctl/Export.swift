// hbctl export: this pair's configuration for another program. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatImport
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Export: ParsableCommand {
    /// Whose configuration is written.
    enum Target: String, ExpressibleByArgument, CaseIterable {
        case pacemaker
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Makes corosync.conf and a CIB for Pacemaker of this pair's files.",
        discussion: """
            It tells what Pacemaker does not do, and changes nothing on this machine. docs/import.md has more.

            EXIT STATUS
              0   all is carried over
              1   something is changed or lost, as the findings say
              2   the files have mistakes, or the directory cannot be written
              64  the command line is wrong

            EXAMPLE
              hbctl export pacemaker --output new
            """)

    @Argument(help: "pacemaker.")
    var target: Target

    @Option(
        help: ArgumentHelp(
            "A new or empty directory for the files (default: standard output).", valueName: "directory"),
        completion: .directory)
    var output: String?

    @Flag(help: "JSON, as schemas/hbctl-export-1.json says it.")
    var json = false

    @OptionGroup var place: PlaceOptions

    @OptionGroup var share: ShareOption

    func run() throws {
        do throws(OperatorFailure) {
            let made = PacemakerExport(try PlanReading.configuration(place.places, share.directory, of: nil))
            if let output {
                try ImportReading.write(made.files.map { ($0.name, 0o644, $0.text) }, into: output)
            }
            let people = (output == nil ? made.text : "") + made.lines.textOfLines
            Terminal.write(json ? ExportJSON(made, writtenTo: output).text : people)
            Glibc.exit(made.isWhole ? 0 : 1)
        } catch {
            CommandFailure.end("export", 2, error, isForProgram: json)
        }
    }
}
