// hb_lines: keeps the traffic of a gateway on lines that work. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatArguments
import HeartbeatModel

@main
struct HbLines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_lines",
        abstract: "Keep the traffic of a gateway with several lines on those that work.",
        discussion: """
            Runs in the foreground on a gateway that has no peer; a pair has the same words in ha.cf, and its daemon does the \
            same. Each class of traffic takes the first of its lines that works, and goes back. docs/two-lines.md leads there.

            EXIT STATUS
              0   ended by SIGTERM or SIGINT, its rules and routes are removed; or the file is good; or shown
              1   could not begin; --show: it does not run
              2   the command line makes no sense
              6   the file has mistakes
            """, version: Version.text)

    @Argument(help: "The file with the lines.")
    var file = "/etc/ha.d/lines.cf"

    @Flag(help: "Only say what is wrong with the file, what is in the way on this machine, and how long things take.")
    var check = false

    @Flag(help: "Only show how lines and classes stand.")
    var show = false

    @Flag(
        help: "Only print rules for nftables: connections stay on their line, and what leaves has the line's address.")
    var nft = false

    @Flag(help: "Leave rules and routes when it ends, for one that is started next.")
    var keep = false

    @Option(help: "Directory of the programs that are told what happens. (default: line.d beside the file)")
    var hooks: String?

    @Option(help: "Where it says how lines and classes stand, and --show reads it.")
    var status = "/run/hb_lines.status"

    static func main() {
        let words = takeCommandLine { $0 }
        _exit(LinesProgram(words).run())
    }

    func validate() throws {
        guard [check, show, nft].count(where: { $0 }) < 2 else {
            throw ValidationError("--check, --show and --nft are several questions; ask one")
        }
    }
}
