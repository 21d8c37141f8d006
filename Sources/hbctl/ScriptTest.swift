// hbctl script-test: whether a resource script keeps its contract. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct ScriptTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "script-test", abstract: "Starts and stops a resource script, and tells what is wrong with it.",
        discussion: """
            It calls the script as heartbeat does, each action twice, and judges as heartbeat judges. It starts and stops the real \
            service: it shows its plan, then asks. Where the service runs already nothing is done. Whatever happens, also on SIGINT and \
            SIGTERM, it ends with a stop. Run it as root. docs/script-test.md lists every finding with its code.

            With --skeleton it prints a script to begin with.

            EXIT STATUS
              0   the contract is kept
              1   it is kept, with remarks
              2   it is broken
              3   it could not be tried, or not to the end
              64  the command line is wrong, or there is no terminal and no --yes

            EXAMPLES
              hbctl script-test --skeleton >mydaemon
              hbctl script-test ./mydaemon ARGUMENT
              hbctl script-test --yes --json ipsec berlin
            """)

    @Argument(help: "The script: a file, or its name in haresources.", completion: .file())
    var file: String?

    @Argument(help: "Its arguments, without the action; behind -- where one begins with a dash.")
    var arguments: [String] = []

    @Flag(help: "Print a script to begin with, and try nothing.")
    var skeleton = false

    @Flag(help: "Do it without a question.")
    var yes = false

    @Flag(help: "JSON, as schemas/hbctl-script-test-1.json says it.")
    var json = false

    @Option(help: ArgumentHelp("How long each call may take (default: as ha.cf says).", valueName: "seconds"))
    var timeout: Int?

    @OptionGroup var columns: WidthOption

    @OptionGroup var place: PlaceOptions

    @OptionGroup var share: ShareOption

    func validate() throws {
        if let timeout, !(1...86_400).contains(timeout) {
            throw ValidationError("--timeout needs a number of seconds, at most a day")
        }
        guard (file == nil) == skeleton else {
            throw ValidationError(skeleton ? "--skeleton tries no script" : "name the script")
        }
    }

    func run() throws {
        guard let file else { return Terminal.write(ScriptSkeleton.text) }
        let run = ScriptTestRun(
            file, arguments, in: place.places, share: share.directory, confirm: yes ? .yes : .ask,
            limit: timeout.map { .seconds($0) }, isForProgram: json)
        do throws(OperatorFailure) {
            let report = try run.report()
            Terminal.write(json ? report.json : report.lines(width: Terminal.width(columns.width)).textOfLines)
            Glibc.exit(report.level.exitCode)
        } catch {
            let code: Int32 = error == Confirm.nobodyToAsk ? 64 : 3
            CommandFailure.end("script-test", code, error, isForProgram: json)
        }
    }
}
